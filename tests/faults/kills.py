"""Scenarios: a process is killed just before and just after each step of I/O."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from shared.faults import POINTS, Point
from tests.faults import disturbances, evidence
from tests.faults.disturbances import Passage
from tests.faults.laboratory import Laboratory
from tests.faults.scenario import BOTH, LEAVES_UNKNOWN, MOMENTS, TEXTS, Scenario
from tests.faults.trial import Trial

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
_NEEDS_LATER_STEP: tuple[Point, ...] = ("plan_later_steps",)
_NEEDS_BROADCAST: tuple[Point, ...] = ("make_broadcast.claim", "make_broadcast.finish", "end_broadcasts")
_NEEDS_AUTOMATION: tuple[Point, ...] = (
    "run_automation.change",
    "run_automation.commit",
    "run_automation.publish",
    "move_enrollments.move",
    "move_enrollments.keep",
    "move_enrollments.publish",
    "advance_enrollments.mark",
    "advance_enrollments.publish",
)
_NEEDS_SEQUENCE: tuple[Point, ...] = (
    "enroll_people.claim",
    "enroll_people.store",
    "enroll_people.keep",
    "ask_plan",
    "ask_plan.publish",
    "advance_sequences.publish",
    "claim_plan.lease",
    "claim_plan.release",
    "plan_emails.store",
    "hand_over_emails.open",
    "hand_over_emails.store",
    "hand_over_emails.publish",
    "follow_emails.follow",
    "follow_people.apply",
)
_NEEDS_REPLY: tuple[Point, ...] = ("receive_reply", "receive_reply.publish")
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
                may_be_unknown=bool(LEAVES_UNKNOWN & set(passages)),
                may_be_failed=point in _NEEDS_REFUSAL,
                channels=TEXTS if point in _NEEDS_REFUSAL else BOTH,
                numbers=_WITH_REFUSED if point in _NEEDS_REFUSAL else (),
                is_for_people=point in _NEEDS_PEOPLE,
                is_broadcast=point in _NEEDS_BROADCAST,
                is_automation=point in _NEEDS_AUTOMATION,
                is_sequence=point in _NEEDS_SEQUENCE,
                window_closes_in=7 if point in _NEEDS_CLOSED_WINDOW else None,
                has_later_step=point in _NEEDS_LATER_STEP,
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
