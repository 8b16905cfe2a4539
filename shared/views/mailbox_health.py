"""How a mailbox is: what came back of its mails, and what was answered, in the last days; and its last error.

The numbers are counted when they are asked for, and nothing is written as mails go out. A mailbox's mails of
so few days are mostly so few that they are read in one question; more are counted by the database.
"""

import asyncio
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import MESSAGES, REPLIES
from shared.runtime import Runtime
from shared.views.fire_outcomes import MOST_READ

COUNTED_DAYS = 14
MOST_COUNTED = 100_000
_NOT_THERE = (Delivery.UNDELIVERED, Delivery.FAILED)
_RETURNED = tuple(Match("delivery", one) for one in _NOT_THERE)
_MAIL_FIELDS = ("state", "delivery", "reason", "created_at")
_Ours = tuple[Match, ...]


class _Mails(Struct, frozen=True, kw_only=True):
    """What became of the mails of these days."""

    sent: int
    bounced: int
    last_error: str
    last_error_at: datetime | None


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
    since = runtime.now() - timedelta(days=COUNTED_DAYS)
    ours = (Match("sender_id", mailbox_id),)
    mailbox, sender, mails, (replies, machines) = await asyncio.gather(
        stores.mailboxes.get(company_id, mailbox_id),
        stores.senders.find(company_id, mailbox_id),
        _mails(runtime, company_id, since, ours),
        _replies(runtime, company_id, since, ours),
    )
    is_stopped = sender is not None and sender.is_paused
    return MailboxHealth(
        mailbox_id=mailbox_id,
        days=COUNTED_DAYS,
        sent=mails.sent,
        bounced=mails.bounced,
        replied=replies - machines,
        bounce_rate=_rate(mails.bounced, mails.sent),
        reply_rate=_rate(replies - machines, mails.sent),
        is_sending=sender is not None and not is_stopped and not mailbox.is_paused,
        is_paused_by_itself=sender is not None and is_stopped and not sender.is_paused_by_hand,
        paused_reason=sender.paused_reason if sender is not None else "Its sender is gone.",
        last_error=mails.last_error,
        last_error_at=mails.last_error_at,
    )


async def _mails(runtime: Runtime, company_id: str, since: datetime, ours: _Ours) -> _Mails:
    messages = runtime.stores.messages
    found = await messages.newest_fields(
        company_id, MESSAGES, _MAIL_FIELDS, limit=MOST_READ + 1, matches=(ours,)
    )
    found = [one for one in found if one["created_at"] >= since]
    if len(found) > MOST_READ:
        return await _counted_mails(runtime, company_id, since, ours)
    sent = [one for one in found if one["state"] == MessageState.SENT]
    failed = next((one for one in found if one["state"] == MessageState.FAILED), {})
    return _Mails(
        sent=len(sent),
        bounced=sum(one.get("delivery") in _NOT_THERE for one in sent),
        last_error=failed.get("reason") or "",
        last_error_at=failed.get("created_at"),
    )


async def _counted_mails(runtime: Runtime, company_id: str, since: datetime, ours: _Ours) -> _Mails:
    messages, is_failed = runtime.stores.messages, (Match("state", MessageState.FAILED),)
    is_sent = (Match("state", MessageState.SENT),)

    async def count(*matches: _Ours) -> int:
        return await messages.count_newest(
            company_id, MESSAGES, most=MOST_COUNTED, matches=matches, since=since
        )

    failed, sent, bounced = await asyncio.gather(
        messages.newest(company_id, MESSAGES, limit=1, matches=(ours, is_failed), since=since),
        count(ours, is_sent),
        count(ours, is_sent, _RETURNED),
    )
    return _Mails(
        sent=sent,
        bounced=bounced,
        last_error=(failed[0].reason or "") if failed else "",
        last_error_at=failed[0].created_at if failed else None,
    )


async def _replies(runtime: Runtime, company_id: str, since: datetime, ours: _Ours) -> tuple[int, int]:
    """How many replies came, and how many of them a machine wrote."""
    replies, is_machine = runtime.stores.replies, (Match("meaning", ReplyMeaning.AUTO_REPLY),)
    found = await replies.newest_fields(
        company_id, REPLIES, ("meaning", "received_at"), limit=MOST_READ + 1, matches=(ours,)
    )
    found = [one for one in found if one["received_at"] >= since]
    if len(found) <= MOST_READ:
        return len(found), sum(one["meaning"] == ReplyMeaning.AUTO_REPLY for one in found)
    every, machines = await asyncio.gather(
        *(
            replies.count_newest(company_id, REPLIES, most=MOST_COUNTED, matches=matches, since=since)
            for matches in ((ours,), (ours, is_machine))
        )
    )
    return every, machines


def _rate(count: int, sent: int) -> float | None:
    return round(min(1.0, count / sent), 4) if sent else None
