"""What goes wrong: a scenario is a row of the table, disturbs one trial, and says what may stay unknown."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial

import grpc

from infra.local.simulator.outcomes import Answer
from shared.domain.channels.channel import Channel
from shared.faults import POINTS, Point
from tests.faults import disturbances, evidence
from tests.faults.disturbances import Passage
from tests.faults.grpc_proxy import Failing
from tests.faults.laboratory import Laboratory
from tests.faults.orders import Moment
from tests.faults.trial import Trial

MOMENTS: tuple[Moment, ...] = ("before", "after")
Disturb = Callable[[Laboratory, Trial], Awaitable[None]]
_WITH_OTHERS_MARKED: tuple[Point, ...] = ("send_batch.call", "record_results.untouched", "record_results")
TEXTS = (Channel("sms"),)
BOTH = (*TEXTS, Channel("email"))
OUTAGE_SECONDS = 60
# A process that dies inside a transaction leaves its locks until Firestore ends the transaction: a minute.
SETTLED_WITHIN = 150
READS = ("BatchGetDocuments", "RunQuery", "RunAggregationQuery")
# Numbers by the simulator's fixed outcomes: receipts twice, last first, never, and as usual.
VARIED = tuple(f"+1212555{digits}" for digits in ("0009", "0010", "0011", "0001", "0012"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """`disturb` runs before the trial starts; what it does beside it, it hands to `Trial.meanwhile`.

    `by_service`: the texts come from a messaging service.
    """

    name: str
    disturb: Disturb
    may_be_unknown: bool = False
    may_be_failed: bool = False
    channels: tuple[Channel, ...] = BOTH
    numbers: tuple[str, ...] = ()
    window_closes_in: float | None = None
    is_for_people: bool = False
    seconds: float = SETTLED_WITHIN
    by_service: bool = False


# A group that was marked `sending` and then lost its worker: nobody can know that nothing left. Up to three
# are under way at once, so where one is called or its results are written, another may just have been marked.
_LEAVES_UNKNOWN: set[Passage] = {
    ("intend_messages", "after"),
    *((point, moment) for point in _WITH_OTHERS_MARKED for moment in MOMENTS),
}
# What must have gone wrong first, so that anybody comes to the point.
_LOST_CALL: Passage = ("send_batch.call", "before")
_FIRST: dict[Point, Passage] = {
    "claim_batch.give_up": _LOST_CALL,
    "sweep.publish_files": ("claim_file.lease", "after"),  # else Pub/Sub delivers again at once
    "sweep.publish_chunks": ("store_chunks.publish", "before"),
    "sweep.publish_batches": ("queue_messages.publish", "before"),
    "sweep.mark": ("queue_messages.publish", "before"),
    "sweep.publish_receipts": ("store_receipts.publish", "before"),
}
# What did not go out before it closed is planned anew, and waits for a tick.
_NEEDS_CLOSED_WINDOW: tuple[Point, ...] = (
    "replan_messages.reserve",
    "replan_messages.move",
    "dispatch_batches.mark",
    "dispatch_batches.publish",
)
_NEEDS_PEOPLE: tuple[Point, ...] = ("load_people.open", "store_people", "gather_people.begin")
_NEEDS_REPLY: tuple[Point, ...] = ("receive_reply",)
# What is refused is read again and written with its failure.
_NEEDS_REFUSAL: tuple[Point, ...] = ("record_results",)
_WITH_REFUSED = (evidence.REFUSED, *(f"+121255520{place:02}" for place in range(8)))
_NEEDS_MORE: dict[Point, Callable[[list[Passage], Laboratory, Trial], Awaitable[None]]] = {
    "refuse_fire": evidence.refuse_start,
    "pause_sender": evidence.suspend_account,
    "resume_sender": evidence.suspend_account,
    "search_history.settle": evidence.lose_answers,
    "search_history.page": evidence.lose_answers,
    "search_history.store": evidence.lose_receipts,
    "record_receipt": evidence.lose_receipts,  # one by one where the history tells them
    "settle_message": evidence.decide,
    "settle_message.publish": evidence.decide,
    "requeue_failure": evidence.correct,
    "requeue_failure.publish": evidence.correct,
}


def kills() -> Iterator[Scenario]:
    """SIGKILL at every point, just before and just after."""
    for point in POINTS:
        if point in _NEEDS_MORE:
            continue
        for moment in MOMENTS:
            passages: list[Passage] = [*([_FIRST[point]] if point in _FIRST else []), (point, moment)]
            yield Scenario(
                name=f"kill {moment} {point}",
                disturb=partial(disturbances.kill, passages, replies=point in _NEEDS_REPLY),
                may_be_unknown=bool(_LEAVES_UNKNOWN & set(passages)),
                may_be_failed=point in _NEEDS_REFUSAL,
                channels=TEXTS if point in _NEEDS_REFUSAL else BOTH,
                numbers=_WITH_REFUSED if point in _NEEDS_REFUSAL else (),
                is_for_people=point in _NEEDS_PEOPLE,
                window_closes_in=7 if point in _NEEDS_CLOSED_WINDOW else None,
            )


def kills_of_what_is_rare() -> Iterator[Scenario]:
    """SIGKILL where nobody comes unless something else went wrong first: so it does."""
    for point, disturb in _NEEDS_MORE.items():
        for moment in MOMENTS:
            yield Scenario(
                name=f"kill {moment} {point}",
                disturb=partial(disturb, [(point, moment)]),
                channels=TEXTS,
                numbers=evidence.SILENT,
            )


def deliveries() -> Iterator[Scenario]:
    """Jobs that come more than once, late, in any order; many workers; ticks at once."""
    yield Scenario(
        name="every job three times, same message id", disturb=partial(disturbances.repeat, 3, same_id=True)
    )
    yield Scenario(
        name="every job three times, new ids, shuffled",
        disturb=partial(disturbances.repeat, 3, same_id=False),
    )
    for workers in (2, 4, 8):
        yield Scenario(
            name=f"{workers} workers on one batch",
            disturb=partial(disturbances.repeat, workers, same_id=False),
        )
    yield Scenario(name="ticks fired five times at once", disturb=disturbances.five_ticks)


def pauses() -> Iterator[Scenario]:
    """SIGSTOP of a worker for longer than its lease, around its intent and its call."""
    passages: tuple[Passage, ...] = (
        ("intend_messages", "before"),
        ("intend_messages", "after"),
        ("send_batch.call", "before"),
        ("send_batch.call", "after"),
        ("record_results.untouched", "before"),
    )
    for point, moment in passages:
        yield Scenario(
            name=f"SIGSTOP {moment} {point}, longer than the lease",
            disturb=partial(disturbances.stop, point, moment),
            # It wakes up, sees that its lease is over, and does not call: proof that nothing went out. So may
            # other groups of its batch that were on their way.
            may_be_failed=(point, moment) != ("intend_messages", "before"),
        )


def databases() -> Iterator[Scenario]:
    """Firestore fails commits before and after it applied them, and reads; Pub/Sub is gone."""
    for code in (
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    ):
        for moment in MOMENTS:
            failing = Failing(code=code, moment=moment, methods=("Commit",), every=3)
            yield Scenario(
                name=f"every third commit {code.name} {moment} it applied",
                disturb=partial(disturbances.fail_firestore, failing),
            )
        reads = Failing(code=code, moment="before", methods=READS, every=7)
        yield Scenario(
            name=f"every seventh read {code.name}", disturb=partial(disturbances.fail_firestore, reads)
        )
    for seconds in (2, 8):  # before and after the lease is over
        late = Failing(
            code=grpc.StatusCode.DEADLINE_EXCEEDED,
            moment="before",
            methods=("Commit",),
            every=3,
            late_seconds=seconds,
        )
        # For a minute, as no lease outlives eight seconds here: each try ends in a longer back-off.
        yield Scenario(
            name=f"every third commit applied {seconds} s after it failed",
            disturb=partial(disturbances.fail_for, "firestore", late, OUTAGE_SECONDS),
            may_be_unknown=True,  # an intent applied when its worker had given up
            seconds=300,
        )
    gone = Failing(code=grpc.StatusCode.UNAVAILABLE, moment="before")
    yield Scenario(
        name="Firestore gone for ten seconds",
        disturb=partial(disturbances.fail_for, "firestore", gone, 10),
        may_be_unknown=True,
    )
    yield Scenario(
        name="Pub/Sub gone for a minute",
        disturb=partial(disturbances.fail_for, "pubsub", gone, OUTAGE_SECONDS),
        seconds=240,
    )


def providers() -> Iterator[Scenario]:
    """What providers do."""
    yield Scenario(
        name="provider 429 for a minute",
        disturb=partial(disturbances.answer_with, Answer.THROTTLED, OUTAGE_SECONDS),
        seconds=300,
    )
    for name, answer, is_unknown in (
        ("provider 500, not accepted", Answer.ERROR, True),
        ("provider 500, accepted", Answer.ERROR_ACCEPTED, False),
        ("time-out after acceptance", Answer.TIMEOUT_ACCEPTED, False),
        ("reset after acceptance", Answer.RESET_ACCEPTED, False),
        ("half an answer", Answer.HALF_ACCEPTED, False),
    ):
        yield Scenario(
            name=name, disturb=partial(disturbances.answer_with, answer, 3600), may_be_unknown=is_unknown
        )
    yield Scenario(
        name="receipts before our own write",
        disturb=partial(disturbances.hold, "record_results.untouched", "before"),
    )
    yield Scenario(
        name="receipts twice, last first, never",
        disturb=disturbances.undisturbed,
        channels=TEXTS,
        numbers=VARIED,
    )
    yield Scenario(
        name="accepted without an answer, killed after the receipt",
        disturb=disturbances.kill_after_late_receipt,
    )


def refusals() -> Iterator[Scenario]:
    """STOP at each gap: what has not been marked `sending` does not go out."""
    passages: tuple[tuple[Point, Moment], ...] = (
        ("start_fire", "before"),
        ("store_chunks.publish", "before"),
        ("queue_messages.claim", "before"),
        ("store_writes", "before"),
        ("store_writes", "after"),
        ("queue_messages.publish", "before"),
        ("claim_batch.lease", "before"),
        ("claim_batch.lease", "after"),
        ("intend_messages", "before"),
        ("intend_messages", "after"),
        ("send_batch.call", "before"),
        ("send_batch.call", "after"),
        ("record_results.untouched", "before"),
        ("close_batch", "before"),
    )
    too_late = passages.index(("intend_messages", "after"))
    for place, (point, moment) in enumerate(passages):
        yield Scenario(
            name=f"STOP {moment} {point}",
            disturb=partial(disturbances.write_stop, point, moment, is_in_time=place < too_late),
            # Marked, but not called for yet: then Twilio itself refuses.
            may_be_failed=(point, moment) in (("intend_messages", "after"), ("send_batch.call", "before")),
            channels=TEXTS,
        )


def services() -> Iterator[Scenario]:
    """Texts that come from a number of a messaging service's pool."""
    yield Scenario(
        name="messaging service, kill after send_batch.call",
        disturb=partial(disturbances.kill, [("send_batch.call", "after")], replies=True),
        channels=TEXTS,
        by_service=True,
    )
    yield Scenario(
        name="messaging service, answers lost, kill after search_history.settle",
        disturb=partial(evidence.lose_answers, [("search_history.settle", "after")]),
        channels=TEXTS,
        numbers=evidence.SILENT,
        by_service=True,
    )
    yield Scenario(
        name="messaging service, STOP before intend_messages",
        disturb=partial(disturbances.write_stop, "intend_messages", "before", is_in_time=True),
        channels=TEXTS,
        by_service=True,
    )


def scenarios() -> list[Scenario]:
    """All of them, in the order of the table."""
    calm = Scenario(name="nothing", disturb=disturbances.undisturbed)
    groups = (kills, kills_of_what_is_rare, deliveries, pauses, databases, providers, refusals, services)
    return [calm, *(scenario for group in groups for scenario in group())]


SHORT = (
    "kill after intend_messages",
    "kill after send_batch.call",
    "every job three times, new ids, shuffled",
    "STOP before intend_messages",
)
