"""Emails of sequences as they are shown: when they go out, where from, and why."""

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from shared.domain.sequences.mailbox import Mailbox, may_send
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.why import Missing, what_is_missing, why_this_time
from shared.runtime import Runtime


class ShownEmail(Struct, frozen=True, kw_only=True):
    """An email with why it goes out when it does, and the address it comes from (empty without a mailbox)."""

    email: ScheduledEmail
    why: str
    mailbox_email: str


async def shown(runtime: Runtime, company_id: str, emails: Iterable[ScheduledEmail]) -> list[ShownEmail]:
    """The emails as pages and the API show them, in their order."""
    emails = list(emails)
    stores = runtime.stores
    sequences = await stores.sequences.find_many(company_id, {one.sequence_id for one in emails})
    wanted = {one.mailbox_id for one in emails if one.mailbox_id}
    mailboxes = await stores.mailboxes.find_many(company_id, wanted)
    addresses = await _addresses(runtime, company_id, wanted, mailboxes)
    moved = await _moved(runtime, company_id, emails)
    missing = await _missing(runtime, company_id, sequences, emails)
    return [
        ShownEmail(
            email=one,
            why=_why(
                sequences.get(one.sequence_id),
                one,
                mailboxes.get(one.mailbox_id or ""),
                is_first_mailbox=one.id not in moved,
                missing=missing.get(one.id),
            ),
            mailbox_email=addresses.get(one.mailbox_id or "", ""),
        )
        for one in emails
    ]


async def _addresses(
    runtime: Runtime, company_id: str, mailbox_ids: Collection[str], mailboxes: Mapping[str, Mailbox]
) -> dict[str, str]:
    """Where emails come from, by mailbox: of one that was removed the address of its sender, which stays."""
    gone = set(mailbox_ids) - mailboxes.keys()
    senders = await runtime.stores.senders.find_many(company_id, gone) if gone else {}
    return {one.id: one.email for one in mailboxes.values()} | {
        one.id: one.address for one in senders.values()
    }


async def _moved(runtime: Runtime, company_id: str, emails: Iterable[ScheduledEmail]) -> set[str]:
    """The ids of follow-ups that come from another mailbox than the first email."""
    following = [one for one in emails if one.is_follow_up and one.mailbox_id]
    if not following:
        return set()
    stores = runtime.stores
    people = await stores.enrollments.find_many(company_id, {one.enrollment_id for one in following})
    firsts = {item_id: one.sent_ids[0] for item_id, one in people.items() if one.sent_ids}
    messages = await stores.messages.find_many(company_id, set(firsts.values()))
    sent_by = {item_id: messages[first].sender_id for item_id, first in firsts.items() if first in messages}
    return {one.id for one in following if sent_by.get(one.enrollment_id, one.mailbox_id) != one.mailbox_id}


async def _missing(
    runtime: Runtime, company_id: str, sequences: Mapping[str, Sequence], emails: Iterable[ScheduledEmail]
) -> dict[str, Missing]:
    """What those without a time lack, by their ids, where it is something that somebody can mend."""
    timeless = [one for one in emails if not one.is_planned and one.sequence_id in sequences]
    pools = {one.sequence_id: sequences[one.sequence_id].mailbox_ids for one in timeless}
    wanted = {mailbox_id for pool in pools.values() for mailbox_id in pool}
    mailboxes = await runtime.stores.mailboxes.find_many(company_id, wanted) if wanted else {}
    senders = await runtime.stores.senders.find_many(company_id, wanted) if wanted else {}
    sending = {one for one in wanted if may_send(mailboxes.get(one), senders.get(one))}
    found = {
        one.id: what_is_missing(
            sequences[one.sequence_id], one, sends=not sending.isdisjoint(pools[one.sequence_id])
        )
        for one in timeless
    }
    return {item_id: one for item_id, one in found.items() if one is not None}


def _why(
    sequence: Sequence | None,
    email: ScheduledEmail,
    mailbox: Mailbox | None,
    *,
    is_first_mailbox: bool,
    missing: Missing | None,
) -> str:
    if sequence is None or email.status is EmailStatus.CANCELED:
        return email.note
    return why_this_time(sequence, email, mailbox, is_first_mailbox=is_first_mailbox, missing=missing)
