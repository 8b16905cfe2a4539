"""Sequences, the mailboxes they are sent from, who is in them, and what is planned."""

import asyncio
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.errors import NotFound
from shared.domain.sequences.enrolling import Enrolling
from shared.domain.sequences.enrollment import Enrollment, EnrollmentState
from shared.domain.sequences.load import loads_in
from shared.domain.sequences.mailbox import MOST_MAILBOXES, Mailbox
from shared.domain.sequences.plan_change import Replanning
from shared.domain.sequences.plan_effect import PlanEffect
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence import MOST_SEQUENCES, Sequence, SequenceState
from shared.domain.sequences.sequence_plan import PLAN_ID, SequencePlan
from shared.firestore.queries.sequences import EMAILS_OF_ENROLLMENTS, SCHEDULED_EMAILS, SEQUENCE_ENROLLMENTS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, among, page_of
from shared.views.scheduled_emails import ShownEmail, shown


class EmailOrder(StrEnum):
    """Which emails of a list come first: what went out or is planned last, or what comes next."""

    LATEST = "latest"
    EARLIEST = "earliest"


class EnrollmentPath(Struct, frozen=True, kw_only=True):
    """One contact's place in a sequence, and the emails so far, in their order."""

    enrollment: Enrollment
    emails: tuple[ShownEmail, ...]


class DayLoad(Struct, frozen=True, kw_only=True):
    """How many emails a mailbox sends on a day by the plan, of how many it may."""

    mailbox_id: str
    day: date
    emails: int
    capacity: int


class ShownPlan(Struct, frozen=True, kw_only=True):
    """The plan of all sequences. `finishes_at` is by sequence; `unplaced` emails find no day at all.

    `replanning` is how far people were moved after the last change; None before the first.
    """

    planned_at: datetime | None
    unplaced: int
    finishes_at: dict[str, datetime]
    replanning: Replanning | None
    loads: tuple[DayLoad, ...]


async def list_sequences(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    state: SequenceState | None = None,
    name: str | None = None,
) -> Page[Sequence]:
    """The company's sequences, newest first. All are read, which are MOST_SEQUENCES at most."""
    every = await runtime.stores.sequences.page(company_id, limit=MOST_SEQUENCES)
    found = [one for one in every.items if state in (None, one.state) and name in (None, one.name)]
    return among(found, asked, lambda sequence: sequence.created_at)


async def get_sequence(runtime: Runtime, company_id: str, sequence_id: str) -> Sequence:
    """One sequence. Raises NotFound."""
    return await runtime.stores.sequences.get(company_id, sequence_id)


async def list_mailboxes(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    is_paused: bool | None = None,
    user_id: str | None = None,
) -> Page[Mailbox]:
    """The company's mailboxes, newest first. All are read, which are MOST_MAILBOXES at most."""
    every = await runtime.stores.mailboxes.page(company_id, limit=MOST_MAILBOXES)
    found = [
        one for one in every.items if is_paused in (None, one.is_paused) and user_id in (None, one.user_id)
    ]
    return among(found, asked, lambda mailbox: mailbox.created_at)


async def get_mailbox(runtime: Runtime, company_id: str, mailbox_id: str) -> Mailbox:
    """One mailbox. Raises NotFound."""
    return await runtime.stores.mailboxes.get(company_id, mailbox_id)


async def get_enrolling(runtime: Runtime, company_id: str, sequence_id: str, enrolling_id: str) -> Enrolling:
    """How far people were brought into the sequence. Raises NotFound."""
    enrollings = runtime.stores.enrollings
    found = await enrollings.get(company_id, enrolling_id)
    if found.sequence_id != sequence_id:
        raise NotFound(enrollings.kind, enrolling_id)
    return found


async def list_enrollments(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    sequence_id: str | None = None,
    contact_id: str | None = None,
    state: EnrollmentState | None = None,
) -> Page[Enrollment]:
    """Who is in sequences, or was, newest first."""
    return await page_of(
        runtime.stores.enrollments,
        company_id,
        asked,
        SEQUENCE_ENROLLMENTS,
        sequence_id=sequence_id,
        contact_id=contact_id,
        state=state,
    )


async def get_enrollment_path(
    runtime: Runtime, company_id: str, sequence_id: str, enrollment_id: str
) -> EnrollmentPath:
    """One contact's way through the sequence so far. Raises NotFound."""
    stores = runtime.stores
    enrollment = await stores.enrollments.get(company_id, enrollment_id)
    if enrollment.sequence_id != sequence_id:
        raise NotFound(stores.enrollments.kind, enrollment_id)
    emails = await stores.scheduled_emails.among(company_id, EMAILS_OF_ENROLLMENTS, [enrollment_id])
    in_order = sorted(emails, key=lambda one: (one.created_at, one.position, one.id))
    return EnrollmentPath(enrollment=enrollment, emails=tuple(await shown(runtime, company_id, in_order)))


async def list_scheduled_emails(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    sequence_id: str | None = None,
    mailbox_id: str | None = None,
    status: EmailStatus | None = None,
    order: EmailOrder = EmailOrder.LATEST,
) -> Page[ShownEmail]:
    """The emails that have their time, in the order that is asked for: those in [since, until)."""
    page = await page_of(
        runtime.stores.scheduled_emails,
        company_id,
        asked,
        SCHEDULED_EMAILS,
        earliest_first=order is EmailOrder.EARLIEST,
        sequence_id=sequence_id,
        mailbox_id=mailbox_id,
        status=status,
    )
    return Page(await shown(runtime, company_id, page.items), page.next_after)


async def get_effect(runtime: Runtime, company_id: str, effect_id: str) -> PlanEffect:
    """What a change would do, as far as it is known by now. Raises NotFound."""
    found = await runtime.stores.plan_effects.get(company_id, effect_id)
    return found.seen_at(runtime.now())


async def read_plan(
    runtime: Runtime, company_id: str, *, days: int, mailbox_id: str | None = None
) -> ShownPlan:
    """When each sequence ends, and how much each mailbox sends on so many days from today on."""
    stores = runtime.stores
    company, stored, mailboxes = await asyncio.gather(
        stores.companies.get(company_id),
        stores.sequence_plans.find(company_id, PLAN_ID),
        _mailboxes(runtime, company_id, mailbox_id),
    )
    plan = stored or SequencePlan()
    today = runtime.now().astimezone(ZoneInfo(company.time_zone)).date()
    loads = [
        DayLoad(mailbox_id=one_id, day=day, emails=count, capacity=mailboxes[one_id].capacity_on(day))
        for (one_id, day), count in loads_in(plan.packed_loads).items()
        if one_id in mailboxes and today <= day < today + timedelta(days=days)
    ]
    return ShownPlan(
        planned_at=plan.planned_at,
        unplaced=plan.unplaced,
        finishes_at=plan.finishes_at,
        replanning=plan.replanning,
        loads=tuple(sorted(loads, key=lambda one: (one.day, one.mailbox_id))),
    )


async def _mailboxes(runtime: Runtime, company_id: str, mailbox_id: str | None) -> dict[str, Mailbox]:
    """Those that are shown, by id: one, or all."""
    mailboxes = runtime.stores.mailboxes
    if mailbox_id is not None:
        return await mailboxes.find_many(company_id, [mailbox_id])
    return {one.id: one for one in (await mailboxes.page(company_id, limit=MOST_MAILBOXES)).items}
