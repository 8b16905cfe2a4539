"""Fault points: every step of I/O has a name, so that a test can stop a process just before or after it.

Nothing here does harm: what happens at a point is decided by a hook that only test programs install.
Unused, a step costs one comparison.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Literal, get_args

Point = Literal[
    "tick.take",  # scheduling
    "check_senders",
    "start_fire",
    "refuse_fire",
    "make_broadcast.claim",
    "make_broadcast.finish",
    "claim_file.lease",  # loading
    "claim_file.content",
    "store_rows",
    "ingest_file.rejected",
    "ingest_file.profile",
    "ingest_file.update",
    "load_people.open",  # finding people
    "store_people",
    "gather_people.begin",
    "plan_later_steps",  # fan-out
    "store_chunks.reserve",
    "store_chunks.store",
    "store_chunks.finish",
    "store_chunks.publish",
    "queue_messages.claim",
    "store_writes",
    "queue_messages.finish",
    "queue_messages.publish",
    "dispatch_batches.mark",
    "dispatch_batches.publish",
    "claim_batch.lease",  # sending
    "claim_batch.give_up",
    "intend_messages",
    "send_batch.call",
    "record_results.untouched",
    "record_results",
    "replan_messages.reserve",
    "replan_messages.move",
    "pause_sender",
    "resume_sender",
    "close_batch",
    "summarize_fire.claim",
    "summarize_fire.store",
    "summarize_fire.close",
    "store_receipts.store",  # what comes back
    "store_receipts.publish",
    "record_receipts",
    "record_receipts.finish",
    "record_receipt",
    "receive_reply",
    "receive_reply.publish",
    "search_history.settle",  # evidence and decisions
    "search_history.page",
    "search_history.store",
    "open_searches",
    "end_broadcasts",
    "settle_message",
    "settle_message.publish",
    "requeue_failure",
    "requeue_failure.publish",
    "run_automation.change",  # automations
    "run_automation.commit",
    "run_automation.publish",
    "move_enrollments.move",
    "move_enrollments.keep",
    "move_enrollments.publish",
    "advance_enrollments.mark",
    "advance_enrollments.publish",
    "enroll_people.claim",  # sequences
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
    "sweep.publish_files",  # recovery
    "sweep.mark",
    "sweep.publish_chunks",
    "sweep.publish_batches",
    "sweep.publish_receipts",
    "sweep.beat",
]
POINTS: tuple[Point, ...] = get_args(Point)
Hook = Callable[[Point, Literal["before", "after"]], None]

_NOTHING = nullcontext()
_hook: Hook | None = None


def install(hook: Hook | None) -> None:
    """Have `hook` called before and after every step of this process; None takes it out again."""
    global _hook
    _hook = hook


def step(point: Point | None) -> AbstractContextManager[None]:
    """Put around one step of I/O. `after` is passed only when the step raised nothing."""
    return _NOTHING if _hook is None or point is None else _Step(_hook, point)


class _Step(AbstractContextManager[None]):
    def __init__(self, hook: Hook, point: Point) -> None:
        self._hook = hook
        self._point = point

    def __enter__(self) -> None:
        self._hook(self._point, "before")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._hook(self._point, "after")
