"""Every order in which one message's send can go: an explicit-state search over the real transitions.

Two workers share one batch with one message. Jobs come at least once, workers die at any step, leases end
at any moment, commits are applied though they report an error, and the provider does what it likes. What
the code decides is decided here by its own functions (`shared/domain/lease.py`, `messages/batch.py`,
`messages/message.py`, `_is_ours` and `_decide` of the intent); this file only interleaves them, as
`send_batch` and the sweep call them.
"""

from collections import deque
from collections.abc import Iterator

from msgspec import Struct

from shared.domain.campaigns.content import CampaignContent
from shared.domain.fires.fire import Fire
from shared.domain.lease import is_held
from shared.domain.messages.batch import BatchState, Claim, closed, taken
from shared.domain.messages.message import SETTLED, MessageState, after_receipt, after_result, given_up
from shared.domain.messages.sending import Outcome, SendResult
from shared.domain.record import replace
from shared.usecases.sending.intend_messages import _decide
from shared.usecases.sending.read_group import _is_ours
from tests.faults.situation import (
    DEAD,
    DISPATCHED,
    LATER,
    LEASE_SECONDS,
    QUEUED,
    RECEIPT,
    TOKENS,
    Mark,
    State,
    Worker,
    batch_of,
    canonical,
    hold_of,
    mark_of,
    message_of,
)
from tests.kit.builders import ALWAYS, NOON, a_campaign, a_message

# What a provider answers, and whether the message is on its way.
ANSWERS = (
    (Outcome.ACCEPTED, True),
    (Outcome.NOT_ACCEPTED, False),
    (Outcome.REJECTED, False),
    (Outcome.UNKNOWN, False),
    (Outcome.UNKNOWN, True),
)
FIRE = Fire(id="f1", campaign_id="reminders", slot="s", content_hash="hash", fired_at=NOON)
CONTENT = CampaignContent(
    content_hash="hash",
    campaign=a_campaign(window=ALWAYS),
    templates={},
    senders={},
    field_types={},
    field_regions={},
    dedupe_key=(),
    company_time_zone="America/New_York",
    default_region="US",
)

# What the recipient got of an earlier step.
EARLIER = a_message(id="m0", step_id="first", state=MessageState.SENT)
ANSWERED = replace(EARLIER, reply_id="r1")


class Bounds(Struct, frozen=True):
    """How much may go wrong in one story."""

    kills: int = 2
    repeats: int = 2  # of a job
    doubtful: int = 1  # commits that are applied though they report an error, and lost publishes
    calls: int = 3
    answers: int = 0  # of the recipient to an earlier step


class Model:
    """The search. The sweep can be taken away."""

    def __init__(self, bounds: Bounds | None = None, *, sweeps: bool = True) -> None:
        self._bounds = bounds or Bounds()
        self._sweeps = sweeps

    def broken_promises(self) -> dict[str, list[str]]:
        """What can go wrong, each with the shortest story that leads there. Empty: nothing can."""
        bounds = self._bounds
        first = State(
            mark_of(QUEUED),
            hold_of(DISPATCHED),
            (None, None),
            1,
            0,
            (bounds.kills, bounds.repeats, bounds.doubtful, bounds.calls),
        )
        came_from: dict[State, tuple[State, str] | None] = {first: None}
        before: dict[State, list[State]] = {}
        waiting = deque([first])
        found: dict[str, State] = {}
        while waiting:
            state = waiting.popleft()
            for promise in _broken_by(state):
                found.setdefault(promise, state)
            for step, following in self._steps(state):
                following = canonical(following)
                before.setdefault(following, []).append(state)
                if following not in came_from:
                    came_from[following] = (state, step)
                    waiting.append(following)
        self.states = len(came_from)
        can_end = _backwards({state for state in came_from if self._has_ended(state)}, before)
        stuck = next((state for state in came_from if state not in can_end), None)
        if stuck is not None:
            found["left hanging for ever"] = stuck
        return {promise: _story(state, came_from) for promise, state in found.items()}

    def _has_ended(self, state: State) -> bool:
        """Settled and quiet; or out of calls, where the model ends and not the message."""
        return state.left[3] == 0 or (state.message[0] in SETTLED and state.workers == (None, None))

    def _steps(self, state: State) -> Iterator[tuple[str, State]]:
        yield from self._outside(state)
        for place in (0, 1):
            if state.workers[place] is None:
                if state.jobs:
                    yield f"{place}: gets the job", _with(state, place, ("claim", None), jobs=state.jobs - 1)
            else:
                yield from self._kill(state, place)
                yield from self._work(state, place)

    def _outside(self, state: State) -> Iterator[tuple[str, State]]:
        """What happens without any worker: time, the queue, ticks, receipts."""
        batch = batch_of(state.batch)
        kills, repeats, doubtful, calls = state.left
        if repeats and state.jobs < 2:
            yield (
                "the job comes again",
                replace(state, jobs=state.jobs + 1, left=(kills, repeats - 1, doubtful, calls)),
            )
        if batch.state is BatchState.LEASED and batch.lease_until == LATER:
            yield "the lease ends", replace(state, batch=hold_of(replace(batch, lease_until=NOON)))
        if batch.state is BatchState.WAITING:
            dispatched = replace(state, batch=hold_of(replace(batch, state=BatchState.DISPATCHED)))
            if state.jobs < 2:
                yield "tick: dispatch", replace(dispatched, jobs=state.jobs + 1)
            if doubtful:
                left = (kills, repeats, doubtful - 1, calls)
                yield "tick: dispatch, the publish is lost", replace(dispatched, left=left)
        is_stalled = batch.state is BatchState.LEASED and batch.lease_until == NOON
        if self._sweeps and not state.jobs and (is_stalled or batch.state is BatchState.DISPATCHED):
            yield "sweep: announce again", replace(state, jobs=1)
        if state.late is not None:
            yield "the late write is applied", replace(state, message=_applied(state), late=None)
        if self._bounds.answers and not state.is_answered:
            yield "the earlier step is answered", replace(state, is_answered=True)
        if state.sent and not state.message[3]:
            yield (
                "receipt",
                replace(state, message=mark_of(after_receipt(message_of(state.message), RECEIPT, NOON))),
            )

    def _kill(self, state: State, place: int) -> Iterator[tuple[str, State]]:
        kills, repeats, doubtful, calls = state.left
        if kills:
            left = (kills - 1, repeats, doubtful, calls)
            step = state.workers[place]
            yield f"{place}: killed at {step}", _with(state, place, None, jobs=state.jobs + 1, left=left)

    def _work(self, state: State, place: int) -> Iterator[tuple[str, State]]:
        """The worker's next step; a doubtful one is applied, and done again as `transact` does."""
        worker = state.workers[place]
        assert worker is not None
        step, answer = worker
        name = f"{place}: {step}"
        if step == "call":
            yield from self._call(state, place)
            return
        done = _DO[step](state, place, answer)
        yield name, done
        kills, repeats, doubtful, calls = state.left
        if doubtful and step == "result" and answer is not None and state.late is None:
            late, left = (state.message[2], answer), (kills, repeats, doubtful - 1, calls)
            yield f"{name}, in doubt, and read again", replace(state, late=late, left=left)
        if doubtful and (done.message, done.batch) != (state.message, state.batch):
            again = replace(done, workers=state.workers, left=(kills, repeats, doubtful - 1, calls))
            yield f"{name}, applied but reported as failed", again
            gone = _with(again, place, None, jobs=state.jobs + 1)
            yield f"{name}, applied, then given up", gone

    def _call(self, state: State, place: int) -> Iterator[tuple[str, State]]:
        kills, repeats, doubtful, calls = state.left
        if calls:
            left = (kills, repeats, doubtful, calls - 1)
            for answer, went_out in ANSWERS:
                yield (
                    f"{place}: call, {answer}{', on its way' if went_out else ''}",
                    _with(state, place, ("result", answer), sent=state.sent + went_out, left=left),
                )


def _claim(state: State, place: int, _: Outcome | None) -> State:
    leased = taken(batch_of(state.batch), TOKENS[place], NOON, LEASE_SECONDS)
    if leased is None:
        return _with(state, place, None)
    following = "give up" if state.batch[3] else "intent"
    return _with(state, place, (following, None), batch=hold_of(leased))


def _give_up(state: State, place: int, _: Outcome | None) -> State:
    lost = given_up(message_of(state.message), TOKENS[place])
    return _with(state, place, ("intent", None), message=mark_of(lost))


def _intent(state: State, place: int, _: Outcome | None) -> State:
    token, message = TOKENS[place], message_of(state.message)
    if not is_held(batch_of(state.batch), token, NOON):
        return _with(state, place, None)
    if not _is_ours(message, Claim(batch=batch_of(state.batch), token=token)):
        return _with(state, place, ("close", None))
    steps = ((ANSWERED if state.is_answered else EARLIER,),)
    decision = _decide(message, token, FIRE, CONTENT, None, None, None, steps, None, NOON)
    step = "call" if decision.intended else "close"
    is_asked = decision.intended is not None and decision.changed is not None
    is_again = state.was_asked_again or (state.is_answered and is_asked)
    after = mark_of(decision.changed or message)
    return _with(state, place, (step, None), message=after, was_asked_again=is_again)


def _result(state: State, place: int, answer: Outcome | None) -> State:
    assert answer is not None
    result = SendResult(outcome=answer, provider_id="SM1" if answer is Outcome.ACCEPTED else None)
    written = after_result(message_of(state.message), TOKENS[place], result, NOON)
    return _with(state, place, ("close", answer), message=mark_of(written))


def is_as_written(message: Mark, attempt: int) -> bool:
    """Whether nobody has written the message since the intent of this attempt: the write's precondition."""
    return message[0] is MessageState.SENDING and message[2] == attempt and not message[3]


def _applied(state: State) -> Mark:
    """The message when the late write reaches the database."""
    assert state.late is not None
    attempt, answer = state.late
    if not is_as_written(state.message, attempt):
        return state.message
    intended = message_of((MessageState.SENDING, DEAD, attempt, False))
    return mark_of(after_result(intended, DEAD, SendResult(outcome=answer), NOON))


def _close(state: State, place: int, answer: Outcome | None) -> State:
    """Messages are looked at only when the provider's answer left something for another try."""
    is_left = answer is Outcome.NOT_ACCEPTED and state.message[0] is MessageState.QUEUED
    again_at = NOON if is_left else None
    ended = closed(batch_of(state.batch), TOKENS[place], again_at, is_paused=False)
    return _with(state, place, None, batch=hold_of(ended))


_DO = {"claim": _claim, "give up": _give_up, "intent": _intent, "result": _result, "close": _close}


def _with(state: State, place: int, worker: Worker, **changes: object) -> State:
    workers = (worker, state.workers[1]) if place == 0 else (state.workers[0], worker)
    return replace(state, workers=workers, **changes)  # type: ignore[arg-type]  # fields of State


def _broken_by(state: State) -> Iterator[str]:
    status = state.message[0]
    if state.was_asked_again:
        yield "asked again after an answer"
    if state.sent > 1:
        yield "sent twice"
    if status is MessageState.SENT and not state.sent:
        yield "shown as sent, yet never on its way"
    if status in (MessageState.FAILED, MessageState.SKIPPED) and state.sent:
        yield "shown as not sent, yet on its way"


def _backwards(ends: set[State], before: dict[State, list[State]]) -> set[State]:
    """All states from which one of `ends` can be reached."""
    reached, waiting = set(ends), deque(ends)
    while waiting:
        for state in before.get(waiting.popleft(), ()):
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    return reached


def _story(state: State, came_from: dict[State, tuple[State, str] | None]) -> list[str]:
    steps: list[str] = []
    while (origin := came_from[state]) is not None:
        state, step = origin
        steps.append(step)
    return steps[::-1]
