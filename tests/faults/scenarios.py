"""What goes wrong: a scenario is a row of the table, disturbs one trial, and says what may stay unknown."""

from collections.abc import Iterator
from functools import partial

import grpc

from infra.local.simulator.outcomes import Answer
from shared.faults import Point
from tests.faults import disturbances
from tests.faults.automation_scenarios import automations
from tests.faults.channel_scenarios import calls, chats, pages, services
from tests.faults.disturbances import Passage
from tests.faults.grpc_proxy import Failing
from tests.faults.kills import kills, kills_of_what_is_rare
from tests.faults.orders import Moment
from tests.faults.scenario import MOMENTS, TEXTS, VARIED, Scenario
from tests.faults.sequence_scenarios import sequences
from tests.faults.ses_scenarios import mails_by_ses
from tests.faults.wave_scenarios import broadcasts, later_steps

OUTAGE_SECONDS = 60
READS = ("BatchGetDocuments", "RunQuery", "RunAggregationQuery")


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


def scenarios() -> list[Scenario]:
    """All of them, in the order of the table."""
    calm = Scenario(name="nothing", disturb=disturbances.undisturbed)
    groups = (
        kills,
        kills_of_what_is_rare,
        deliveries,
        pauses,
        databases,
        providers,
        refusals,
        services,
        calls,
        chats,
        later_steps,
        broadcasts,
        automations,
        sequences,
        pages,
        mails_by_ses,
    )
    return [calm, *(scenario for group in groups for scenario in group())]


SHORT = (
    "kill after intend_messages",
    "kill after send_batch.call",
    "every job three times, new ids, shuffled",
    "STOP before intend_messages",
)
