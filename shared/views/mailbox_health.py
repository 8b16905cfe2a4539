"""How a mailbox is: what came back of its mails, and what was answered, in the last days; and its last error.

The numbers are counted when they are asked for, by the database: nothing is written as mails go out.
"""

import asyncio
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.query import Match, Matches
from shared.firestore.queries.lists import MESSAGES, REPLIES
from shared.runtime import Runtime

COUNTED_DAYS = 14
MOST_COUNTED = 100_000
_RETURNED = (Match("delivery", Delivery.UNDELIVERED), Match("delivery", Delivery.FAILED))


class MailboxHealth(Struct, frozen=True, kw_only=True):
    """A mailbox's last days, campaigns' mails included.

    Of so many that were `sent`, `bounced` came back; people wrote `replied` answers, machines not counted.
    The rates are parts of what was sent, from 0 to 1; None where nothing was. `last_error` is why the newest
    of its mails that failed did. `is_sending` is False while it or its sender is paused, or that is gone;
    `is_paused_by_itself` where the provider's own word did that, as `paused_reason` says.
    """

    mailbox_id: str
    days: int
    sent: int
    bounced: int
    replied: int
    bounce_rate: float | None
    reply_rate: float | None
    is_sending: bool
    is_paused_by_itself: bool
    paused_reason: str
    last_error: str
    last_error_at: datetime | None


async def get_mailbox_health(runtime: Runtime, company_id: str, mailbox_id: str) -> MailboxHealth:
    """How the mailbox is. Raises NotFound."""
    stores = runtime.stores
    mailbox = await stores.mailboxes.get(company_id, mailbox_id)
    since = runtime.now() - timedelta(days=COUNTED_DAYS)
    ours = (Match("sender_id", mailbox_id),)
    is_sent = (Match("state", MessageState.SENT),)
    is_machine = (Match("meaning", ReplyMeaning.AUTO_REPLY),)
    sender, failed, sent, bounced, replies, machines = await asyncio.gather(
        stores.senders.find(company_id, mailbox_id),
        stores.messages.newest(
            company_id, MESSAGES, limit=1, matches=(ours, (Match("state", MessageState.FAILED),)), since=since
        ),
        _messages(runtime, company_id, since, (ours, is_sent)),
        _messages(runtime, company_id, since, (ours, is_sent, _RETURNED)),
        _replies(runtime, company_id, since, (ours,)),
        _replies(runtime, company_id, since, (ours, is_machine)),
    )
    is_stopped = sender is not None and sender.is_paused
    return MailboxHealth(
        mailbox_id=mailbox_id,
        days=COUNTED_DAYS,
        sent=sent,
        bounced=bounced,
        replied=replies - machines,
        bounce_rate=_rate(bounced, sent),
        reply_rate=_rate(replies - machines, sent),
        is_sending=sender is not None and not is_stopped and not mailbox.is_paused,
        is_paused_by_itself=sender is not None and is_stopped and not sender.is_paused_by_hand,
        paused_reason=sender.paused_reason if sender is not None else "Its sender is gone.",
        last_error=_reason(failed),
        last_error_at=failed[0].created_at if failed else None,
    )


async def _messages(runtime: Runtime, company_id: str, since: datetime, matches: Matches) -> int:
    return await runtime.stores.messages.count_newest(
        company_id, MESSAGES, most=MOST_COUNTED, matches=matches, since=since
    )


async def _replies(runtime: Runtime, company_id: str, since: datetime, matches: Matches) -> int:
    return await runtime.stores.replies.count_newest(
        company_id, REPLIES, most=MOST_COUNTED, matches=matches, since=since
    )


def _rate(count: int, sent: int) -> float | None:
    return round(min(1.0, count / sent), 4) if sent else None


def _reason(failed: list[Message]) -> str:
    return (failed[0].reason or "") if failed else ""
