"""Where a process may end in a story, and how it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from hypothesis import currently_in_test_context, note

from shared import faults
from shared.faults import Point

Moment = Literal["before", "after"]
Death = tuple[Point, Moment]
DEADLY: tuple[Point, ...] = (
    "send_batch.call",
    "intend_messages",
    "record_results",
    "close_batch",
    "claim_batch.lease",
    "claim_batch.give_up",
    "queue_messages.claim",
    "store_chunks.store",
    "store_chunks.finish",
    "store_chunks.publish",
    "store_writes",
    "queue_messages.finish",
    "queue_messages.publish",
    "dispatch_batches.mark",
    "dispatch_batches.publish",
    "summarize_fire.store",
    "summarize_fire.close",
    "open_searches",
    "claim_file.lease",
    "store_rows",
    "ingest_file.update",
)
DEADLY_IN_COMMANDS: tuple[Point, ...] = (
    "start_fire",
    "store_chunks.reserve",
    "store_chunks.store",
    "store_chunks.finish",
    "store_chunks.publish",
    "dispatch_batches.mark",
    "dispatch_batches.publish",
    "summarize_fire.store",
    "summarize_fire.close",
)

DEADLY_IN_EVIDENCE: tuple[Point, ...] = (
    "search_history.page",
    "search_history.settle",
    "search_history.store",
    "record_receipt",
    "settle_message",
    "settle_message.publish",
    "summarize_fire.store",
    "summarize_fire.close",
    "open_searches",
)
DEADLY_IN_DECISIONS: tuple[Point, ...] = (
    "settle_message",
    "settle_message.publish",
    "requeue_failure",
    "requeue_failure.publish",
    "summarize_fire.store",
    "summarize_fire.close",
    "open_searches",
)


class Died(BaseException):
    """The process ends here."""


@contextmanager
def dying(death: tuple[Point, Moment] | None) -> Iterator[None]:
    """The process ends where `death` says, if it comes there; who started it notices nothing."""

    def hook(point: Point, moment: Moment) -> None:
        if (point, moment) == death:
            raise Died

    faults.install(hook if death else None)
    try:
        yield
    except Died:
        if currently_in_test_context():
            note(f"died {death}")
    finally:
        faults.install(None)
