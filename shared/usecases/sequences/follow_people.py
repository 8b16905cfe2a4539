"""Hear what the contacts of sequences did: who replied or refused gets no more, who is away gets it later."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct

from shared.domain.contacts.opt_out import OptOut
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.sequences.enrollment import EndReason, Enrollment
from shared.domain.sequences.mailbox import CHANNEL
from shared.domain.sequences.moves import away, ended
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence import MOST_SEQUENCES, Sequence
from shared.domain.sequences.work import Work
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.query import ListQuery
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.lists import OPT_OUTS, REPLIES
from shared.firestore.queries.sequences import ENROLLMENTS_OF_ADDRESS
from shared.runtime import Runtime

PAGE = 300
# What was written just before the last look may have come to be read after it.
OVERLAP = timedelta(minutes=2)
T = TypeVar("T", Reply, OptOut)


class _News(Struct, frozen=True, kw_only=True):
    """What is to be done with an enrollment: end it for a reason, or have it wait until then."""

    reason: EndReason | None = None
    away_until: datetime | None = None


async def follow_people(runtime: Runtime, company_id: str, work: Work) -> datetime:
    """Act on what was heard since the last look; returns until when everything is heard now."""
    now = runtime.now()
    since = (work.plan.heard_until or now) - OVERLAP
    news: dict[str, _News] = {}
    replies = runtime.stores.replies
    async for reply in _since(replies, company_id, REPLIES, since, lambda one: one.received_at):
        if reply.channel == CHANNEL:
            is_machine = reply.meaning is ReplyMeaning.AUTO_REPLY
            found = await (_of_machine if is_machine else _of_reply)(runtime, company_id, work, reply)
            news |= {item_id: one for item_id, one in found.items() if _counts(one, news.get(item_id))}
    opt_outs = runtime.stores.opt_outs
    async for opt_out in _since(opt_outs, company_id, OPT_OUTS, since, lambda one: one.changed_at):
        if opt_out.is_active and opt_out.channel == CHANNEL:
            news |= await _of_opt_out(runtime, company_id, work, opt_out)
    for enrollment_id, one in news.items():
        await _apply(runtime, company_id, enrollment_id, one)
    return now


def _counts(earlier: _News, later: _News | None) -> bool:
    """Whether it counts beside what came after it: an end does, a machine's answer only by itself."""
    return later is None or (later.reason is None and earlier.reason is not None)


async def _since(
    records: Collection[T],
    company_id: str,
    query: ListQuery,
    since: datetime,
    time_of: Callable[[T], datetime],
) -> AsyncIterator[T]:
    """Everything of the list from then on, the newest first."""
    after: tuple[datetime, str] | None = None
    while True:
        page = await records.newest(company_id, query, limit=PAGE, since=since, after=after)
        for record in page:
            yield record
        if len(page) < PAGE:
            return
        after = (time_of(page[-1]), page[-1].id)


async def _of_machine(runtime: Runtime, company_id: str, work: Work, reply: Reply) -> dict[str, _News]:
    """A machine's answer, which is about no message: whoever has the address is away."""
    theirs = [
        (one, work.sequences.get(one.sequence_id))
        for one in await _at_address(runtime, company_id, reply.address)
        if one.mailbox_id == reply.sender_id
    ]
    return {
        one.id: _News(away_until=reply.received_at + timedelta(days=sequence.away_days))
        for one, sequence in theirs
        if sequence is not None
    }


async def _of_reply(runtime: Runtime, company_id: str, work: Work, reply: Reply) -> dict[str, _News]:
    """By enrollment: who replied, which is the contact's own doing."""
    sequence = work.sequences.get(reply.campaign_id or "")
    if sequence is None:
        return {}
    about = {one for one in (reply.message_id, *reply.candidates) if one}
    messages = await runtime.stores.messages.find_many(company_id, about)
    theirs = [one.recipient_key for one in messages.values() if one.campaign_id == sequence.id]
    if not sequence.endings.at_reply and reply.meaning is not ReplyMeaning.OPT_OUT:
        return {}
    reason = EndReason.UNSUBSCRIBED if reply.meaning is ReplyMeaning.OPT_OUT else EndReason.REPLIED
    return {item_id: _News(reason=reason) for item_id in theirs}


async def _of_opt_out(runtime: Runtime, company_id: str, work: Work, opt_out: OptOut) -> dict[str, _News]:
    found = await _at_address(runtime, company_id, opt_out.address)
    reason = EndReason.BOUNCED if opt_out.is_bounce else EndReason.UNSUBSCRIBED
    concerned = [one for one in found if _concerns(opt_out, one, work.sequences.get(one.sequence_id))]
    return {one.id: _News(reason=reason) for one in concerned}


async def _at_address(runtime: Runtime, company_id: str, address: str) -> list[Enrollment]:
    """The enrollments of whoever has the address."""
    key, enrollments = CHANNEL.record.address.key(address), runtime.stores.enrollments
    return await enrollments.some(company_id, ENROLLMENTS_OF_ADDRESS, key, limit=MOST_SEQUENCES)


def _concerns(opt_out: OptOut, enrollment: Enrollment, sequence: Sequence | None) -> bool:
    if sequence is None or (opt_out.is_bounce and not sequence.endings.at_bounce):
        return False
    if opt_out.sender_id is not None:
        return opt_out.sender_id == enrollment.mailbox_id
    return opt_out.topic is None or opt_out.topic == sequence.topic


async def _apply(runtime: Runtime, company_id: str, enrollment_id: str, news: _News) -> None:
    """Write it to the enrollment and its next email; one that was handed over is judged as it goes out."""
    stores = runtime.stores

    async def apply(transaction: Transaction) -> None:
        enrollment = await stores.enrollments.find(company_id, enrollment_id, transaction)
        if enrollment is None or not enrollment.is_active or enrollment.next_email_id is None:
            return
        email = await stores.scheduled_emails.find(company_id, enrollment.next_email_id, transaction)
        if news.reason is not None:
            over = ended(enrollment, news.reason, runtime.now())
            stores.enrollments.put(transaction, company_id, over.id, over)
        if email is None or email.status is not EmailStatus.PENDING:
            return
        changed = (
            away(email, news.away_until) if news.away_until else replace(email, status=EmailStatus.CANCELED)
        )
        if changed != email:
            stores.scheduled_emails.put(transaction, company_id, email.id, changed)

    await transact(stores.db, apply, "follow_people.apply")
