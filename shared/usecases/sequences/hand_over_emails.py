"""Hand the emails that are due soon over to the send path: each as a message, alone in its batch."""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Sequence as Ordered
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct

from shared import faults
from shared.domain.campaigns import window
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_field import ContactField
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import Plan, PlannedMessage, Planner
from shared.domain.messages.batch import Batch, BatchState, send_job
from shared.domain.messages.message import Message
from shared.domain.record import replace
from shared.domain.sequences.enrollment import EndReason, Enrollment
from shared.domain.sequences.follow_contact import NO_ADDRESS, follow_contact
from shared.domain.sequences.hand_over import message_of, recipient_of
from shared.domain.sequences.moves import ended, put_off
from shared.domain.sequences.same_person import MERGED
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import SequenceState
from shared.domain.sequences.sequence_content import fire_of_day
from shared.domain.sequences.work import Work
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.firestore.queries.sequences import EMAILS_DUE
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.companies.make_links import make_links
from shared.usecases.sequences.claim_plan import check_plan
from shared.usecases.sequences.find_enrolled import find_enrolled
from shared.usecases.sequences.find_merged import find_merged
from shared.usecases.sequences.read_content import SequenceWithContent, read_content
from shared.views.segments import read_fields

# So that what goes out in the next minutes is on the queue, though a tick be missed.
AHEAD = timedelta(minutes=15)
TOGETHER = 50


class _Handing(Struct, frozen=True, kw_only=True):
    """Emails of one sequence with what they are made of."""

    known: SequenceWithContent
    fire: Fire
    contacts: Mapping[str, Contact]
    fields: Mapping[str, ContactField]
    now: datetime


class HandedOver(Struct, frozen=True, kw_only=True):
    """How many emails became messages, and how many lost their time, as it had passed."""

    messages: int
    late: int


async def hand_over_emails(runtime: Runtime, company_id: str, work: Work) -> HandedOver:
    """Store the messages of all that is due within the next minutes, and announce them.

    What is late is planned anew: else one mailbox would send all of it at once.
    """
    now = runtime.now()
    due: dict[str, list[ScheduledEmail]] = defaultdict(list)
    found = runtime.stores.scheduled_emails.each_match(
        company_id, EMAILS_DUE, EmailStatus.PENDING, now + AHEAD
    )
    async for email in found:
        sequence = work.sequences.get(email.sequence_id)
        if sequence is not None and sequence.state is SequenceState.ACTIVE:
            due[sequence.id].append(email)
    batches: list[Batch] = []
    for sequence_id, emails in due.items():
        known = await read_content(runtime, company_id, work.sequences[sequence_id])
        batches += await _hand_over(runtime, company_id, work, known, emails)
    soon = [send_job(one) for one in batches if one.state is BatchState.DISPATCHED]
    await announce_jobs(runtime, soon, "hand_over_emails.publish")
    late = sum(email.is_late(now) for emails in due.values() for email in emails)
    return HandedOver(messages=len(batches), late=late)


async def _hand_over(
    runtime: Runtime,
    company_id: str,
    work: Work,
    known: SequenceWithContent,
    emails: Ordered[ScheduledEmail],
) -> list[Batch]:
    now = runtime.now()
    fire = fire_of_day(known.content, now)
    await runtime.stores.campaign_contents.keep(company_id, fire.campaign_id, known.content)
    with faults.step("hand_over_emails.open"):
        await runtime.stores.fires.add(company_id, fire.id, fire)
    fields = await read_fields(runtime, company_id)
    batches: list[Batch] = []
    for first in range(0, len(emails), TOGETHER):
        part = emails[first : first + TOGETHER]
        enrollments = await runtime.stores.enrollments.find_many(
            company_id, [one.enrollment_id for one in part]
        )
        contacts = await find_enrolled(runtime, company_id, enrollments.values())
        handing = _Handing(known=known, fire=fire, contacts=contacts, fields=fields, now=now)
        for made in await halving(part, partial(_store, runtime, company_id, work, handing)):
            batches += made
    return batches


async def _store(
    runtime: Runtime, company_id: str, work: Work, handing: _Handing, part: Ordered[ScheduledEmail]
) -> list[Batch]:
    """Each email becomes a message in the transaction in which it is no longer pending: once."""
    stores, wanted = runtime.stores, {one.id: one for one in part}

    async def store(transaction: Transaction) -> list[Batch]:
        await check_plan(runtime, company_id, work.plan.lease_token, transaction)
        emails = await stores.scheduled_emails.find_many(company_id, wanted, transaction)
        people = {one.enrollment_id for one in emails.values()}
        enrollments = await stores.enrollments.find_many(company_id, people, transaction)
        merged = await find_merged(runtime, company_id, enrollments.values(), handing.contacts, transaction)
        batches: list[Batch] = []
        for item_id, email in emails.items():
            enrollment = enrollments.get(email.enrollment_id)
            if email != wanted[item_id] or enrollment is None or not enrollment.is_active:
                continue
            if enrollment.id in merged:
                made = _ended(enrollment, email, EndReason.REMOVED, MERGED, handing.now)
            else:
                made = _made(runtime, company_id, work, handing, enrollment, email)
            made.write(runtime, transaction, company_id)
            batches += [made.batch] if made.batch else []
        return batches

    return await transact(stores.db, store, "hand_over_emails.store")


class _Made(Struct, frozen=True, kw_only=True):
    """What becomes of an email that is due."""

    email: ScheduledEmail
    enrollment: Enrollment | None = None
    message: Message | None = None
    batch: Batch | None = None

    def write(self, runtime: Runtime, transaction: Transaction, company_id: str) -> None:
        stores = runtime.stores
        stores.scheduled_emails.put(transaction, company_id, self.email.id, self.email)
        if self.enrollment is not None:
            stores.enrollments.put(transaction, company_id, self.enrollment.id, self.enrollment)
        if self.message is not None and self.batch is not None:
            stores.batches.put(transaction, company_id, self.batch.id, self.batch)
            stores.messages.put(transaction, company_id, self.message.id, self.message)


def _made(
    runtime: Runtime,
    company_id: str,
    work: Work,
    handing: _Handing,
    enrollment: Enrollment,
    email: ScheduledEmail,
) -> _Made:
    now, contact = handing.now, None
    is_step = handing.known.sequence.step(email.step_id) is not None
    if email.is_late(now) or not is_step or not work.may_send(email.mailbox_id or ""):
        return _Made(email=put_off(email, now))
    if enrollment.contact_id and (contact := handing.contacts.get(enrollment.contact_id)) is None:
        return _ended(enrollment, email, EndReason.CONTACT_GONE, "", now)
    followed = follow_contact(enrollment, contact) if contact else enrollment
    if followed is None:
        return _ended(enrollment, email, EndReason.FAILED, NO_ADDRESS, now)
    sequence, changed = handing.known.sequence, followed if followed != enrollment else None
    email = replace(email, address=followed.address, time_zone=sequence.zone_of(followed.time_zone))
    if not window.is_open(sequence.window, (email.time_zone,), max(email.send_at or now, now)):
        return _Made(email=put_off(email, now), enrollment=changed)
    planned = _planned(runtime, company_id, handing, followed, email, contact)
    if isinstance(planned, PlannedMessage):
        ahead = timedelta(seconds=runtime.settings.dispatch_ahead_seconds)
        content = handing.known.content
        message, batch, queued = message_of(
            company_id, handing.fire, content, followed, email, planned, now, now + ahead
        )
        return _Made(email=queued, enrollment=changed, message=message, batch=batch)
    reason = planned.reason
    return _ended(enrollment, email, EndReason.FAILED, reason, now)


def _planned(
    runtime: Runtime,
    company_id: str,
    handing: _Handing,
    enrollment: Enrollment,
    email: ScheduledEmail,
    contact: Contact | None,
) -> Plan:
    content, links = handing.known.content, make_links(runtime, company_id)
    planner = Planner(content, content.step(email.step_id), email.send_at or handing.now, links=links)
    return planner.plan(recipient_of(enrollment, email, contact, handing.fields))


def _ended(
    enrollment: Enrollment, email: ScheduledEmail, reason: EndReason, note: str, now: datetime
) -> _Made:
    status = EmailStatus.FAILED if reason is EndReason.FAILED else EmailStatus.CANCELED
    over = replace(email, status=status, note=note)
    return _Made(email=over, enrollment=ended(enrollment, reason, now, note))
