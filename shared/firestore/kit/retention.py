"""How long each class of data is kept. Firestore deletes a document within a day of its `expires_at`.

What is not listed stays: definitions, fires with their ledgers, and opt-outs, as a refusal has no end.
Ticks and idempotency keys carry their own `expires_at`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from shared.domain.events.webhook_delivery import DeliveryState
from shared.domain.fires.fire import ChunkState
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import MessageState
from shared.domain.sequences.scheduled_email import EmailStatus

EXPIRES_AT = "expires_at"


class Periods(Struct, frozen=True, kw_only=True):
    """How long things are kept; the settings say so for messages and rows."""

    messages: timedelta = timedelta(days=730)
    rows: timedelta = timedelta(days=180)
    previews: timedelta = timedelta(days=30)
    searches: timedelta = timedelta(days=90)


class Retention(Struct, frozen=True, kw_only=True):
    """One class: for how long, since when (None: not while it is at work), and why so long.

    Without `since` the period begins when the document is written.
    """

    period: Callable[[Periods], timedelta]
    why: str
    since: Callable[[Any], datetime | None] | None = None


_AT_WORK = frozenset({MessageState.QUEUED, MessageState.SENDING})
_OPEN = frozenset({EmailStatus.PENDING, EmailStatus.QUEUED})
RETENTION: dict[str, Retention] = {
    "messages": Retention(
        period=lambda kept: kept.messages,
        since=lambda message: None if message.state in _AT_WORK else message.created_at,
        why="the proof of what was sent, for disputes and for the statute of limitations on unwanted texts",
    ),
    "failures": Retention(
        period=lambda kept: kept.messages, since=lambda failure: failure.created_at, why="as messages"
    ),
    "replies": Retention(
        period=lambda kept: kept.messages, since=lambda reply: reply.received_at, why="as messages"
    ),
    "fire_sums": Retention(
        period=lambda kept: kept.messages,
        why="as the messages they are made of, since they were counted last",
    ),
    "text_claims": Retention(
        period=lambda kept: kept.messages, why="as the messages they keep from doubling"
    ),
    "invites": Retention(
        period=lambda kept: kept.messages,
        since=lambda invite: invite.ends_at,
        why="as the messages that wait for who uses them: who used one, and when",
    ),
    "batches": Retention(
        period=lambda kept: kept.messages,
        since=lambda batch: batch.planned_start if batch.state is BatchState.DONE else None,
        why="as messages, once done",
    ),
    "chunks": Retention(
        period=lambda kept: kept.messages,
        since=lambda chunk: chunk.published_at if chunk.state is ChunkState.DONE else None,
        why="as messages, once done",
    ),
    "notices": Retention(
        period=lambda kept: kept.messages, since=lambda notice: notice.created_at, why="as messages"
    ),
    "contact_changes": Retention(
        period=lambda kept: kept.messages, since=lambda change: change.at, why="as messages"
    ),
    "enrollments": Retention(
        period=lambda kept: kept.messages,
        since=lambda enrollment: enrollment.completed_at or enrollment.ended_at,
        why="as messages, once it is over",
    ),
    "scheduled_emails": Retention(
        period=lambda kept: kept.messages,
        since=lambda email: None if email.status in _OPEN else email.send_at or email.created_at,
        why="as messages, once it is over",
    ),
    "row_chunks": Retention(
        period=lambda kept: kept.rows,
        why="a failed row can be corrected, and a file fired again, for so long",
    ),
    "file_profiles": Retention(period=lambda kept: kept.rows, why="as the rows they are made from"),
    "withdrawals": Retention(
        period=lambda kept: kept.rows, why="what rows may still be fired for must not be sent of them"
    ),
    "previews": Retention(
        period=lambda kept: kept.previews,
        since=lambda preview: preview.made_at,
        why="looked at before firing",
    ),
    "plan_effects": Retention(
        period=lambda kept: kept.previews, since=lambda effect: effect.asked_at, why="as previews"
    ),
    "linked_files": Retention(
        period=lambda kept: kept.previews, why="as previews; what they led to is kept as uploads are"
    ),
    "preview_chunks": Retention(period=lambda kept: kept.previews, why="as previews"),
    "receipt_bundles": Retention(
        period=lambda kept: kept.previews, why="they are recorded, and deleted, within minutes"
    ),
    "webhook_deliveries": Retention(
        period=lambda kept: kept.previews,
        since=lambda delivery: None if delivery.state is DeliveryState.WAITING else delivery.created_at,
        why="looked at, and asked for again, while somebody mends the endpoint",
    ),
    "automation_enrollments": Retention(
        period=lambda kept: kept.messages,
        since=lambda enrollment: enrollment.ended_at,
        why="as the messages that were sent on the way, once it ended",
    ),
    "history_searches": Retention(
        period=lambda kept: kept.searches,
        since=lambda search: None if search.is_open else search.next_at,
        why="how receipts were found, for questions",
    ),
}


class Keeping(Struct, frozen=True, kw_only=True):
    """One collection's retention, with its period."""

    retention: Retention
    period: timedelta

    def ends_at(self, record: Any, written_at: datetime) -> datetime | None:
        """When the record may be deleted; None as long as it is at work."""
        since = self.retention.since(record) if self.retention.since else written_at
        return since + self.period if since is not None else None


def keeping_of(collection: str, periods: Periods) -> Keeping | None:
    """What holds for a collection; None where things stay."""
    retention = RETENTION.get(collection)
    return Keeping(retention=retention, period=retention.period(periods)) if retention else None
