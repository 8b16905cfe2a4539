"""One situation of the model: a message, its batch, two workers; in a form in which equal ones are equal."""

from datetime import timedelta
from functools import cache

from msgspec import Struct

from shared.domain.messages.batch import Batch, BatchState
from shared.domain.messages.message import Message, MessageState, after_receipt
from shared.domain.messages.sending import Outcome, Receipt, ReceiptKind
from shared.domain.record import replace
from tests.kit.builders import NOON, a_message

LEASE_SECONDS = 300
LATER = NOON + timedelta(seconds=LEASE_SECONDS)
RECEIPT = Receipt(message_id="m1", kind=ReceiptKind.DELIVERED, event_id="e", provider_id="SM1")
QUEUED = a_message(batch_id="b1")
DISPATCHED = Batch(
    id="b1",
    company_id="acme",
    fire_id="f1",
    sender_id="texts",
    message_ids=("m1",),
    planned_start=NOON,
    state=BatchState.DISPATCHED,
)


# A worker: its next step, and the answer it holds. Its token is its own; one that died is nobody's.
Worker = tuple[str, Outcome | None] | None
Mark = tuple[MessageState, str | None, int, bool]  # state, token, attempt, has a receipt
Hold = tuple[BatchState, str | None, bool | None, bool]  # state, token, lease still runs, tried before
TOKENS = ("one", "two")
DEAD = "dead"


class State(Struct, frozen=True):
    """Everything that matters, in a form in which equal situations are equal.

    `late` is a write of a result that its worker gave up, and that the database may yet apply: the attempt it
    is about, and the answer.
    """

    message: Mark
    batch: Hold
    workers: tuple[Worker, Worker]
    jobs: int
    sent: int
    left: tuple[int, int, int, int]  # of the bounds
    late: tuple[int, Outcome] | None = None
    is_answered: bool = False  # an earlier step, by its recipient
    was_asked_again: bool = False  # though that was stored before the intent


@cache
def message_of(mark: Mark) -> Message:
    state, token, attempt, has_receipt = mark
    delivered = after_receipt(QUEUED, RECEIPT, NOON).delivery if has_receipt else None
    return replace(QUEUED, state=state, token=token, attempt=attempt, delivery=delivered)


def mark_of(message: Message) -> Mark:
    return message.state, message.token, message.attempt, message.delivery is not None


@cache
def batch_of(hold: Hold) -> Batch:
    state, token, runs, was_tried = hold
    until = None if runs is None else LATER if runs else NOON
    return replace(DISPATCHED, state=state, lease_token=token, lease_until=until, attempt=int(was_tried))


def hold_of(batch: Batch) -> Hold:
    runs = None if batch.lease_until is None else batch.lease_until > NOON
    return batch.state, batch.lease_token, runs, batch.attempt > 0


def canonical(state: State) -> State:
    """The tokens of workers that are gone, or have not claimed yet, are nobody's: all such are alike."""
    alive = {
        token
        for token, worker in zip(TOKENS, state.workers, strict=True)
        if worker is not None and worker[0] != "claim"
    }
    claiming = {
        token
        for token, worker in zip(TOKENS, state.workers, strict=True)
        if worker is not None and worker[0] == "claim"
    }
    status, token, attempt, has_receipt = state.message
    if token is not None and token not in alive:
        state = replace(state, message=(status, DEAD, attempt, has_receipt))
    kind, holder, runs, was_tried = state.batch
    # A claim that was applied though it reported an error finds its own token when it tries again.
    if holder is not None and holder not in alive | claiming:
        state = replace(state, batch=(kind, DEAD, runs, was_tried))
    return _ordered(state)


_OTHER = {TOKENS[0]: TOKENS[1], TOKENS[1]: TOKENS[0]}


def _key(worker: Worker) -> tuple[str, str]:
    return (worker[0], worker[1] or "") if worker is not None else ("", "")


def _ordered(state: State) -> State:
    """The workers are alike: of a situation and its mirror image only one is looked at."""
    one, other = state.workers
    if _key(one) <= _key(other):
        return state
    status, token, attempt, has_receipt = state.message
    kind, holder, runs, was_tried = state.batch
    return replace(
        state,
        workers=(other, one),
        message=(status, _OTHER.get(token or "", token), attempt, has_receipt),
        batch=(kind, _OTHER.get(holder or "", holder), runs, was_tried),
    )
