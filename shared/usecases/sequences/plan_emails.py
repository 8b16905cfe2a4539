"""Give all emails that wait for it their mailbox and their time; those that have theirs keep it."""

from collections.abc import AsyncIterator, Iterable, Iterator
from collections.abc import Sequence as Ordered
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from shared import log
from shared.domain.sequences.load import packed_loads
from shared.domain.sequences.mailbox import Mailbox
from shared.domain.sequences.plan import Pending, Plan, Promised, Room
from shared.domain.sequences.planner import plan
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import SequenceState
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.firestore.queries.sequences import EMAILS_IN_STATUS, EMAILS_SINCE
from shared.runtime import Runtime
from shared.usecases.sequences.claim_plan import check_plan
from shared.usecases.sequences.read_work import Work

TOGETHER = 200
_LONGEST_DAY = timedelta(hours=50)  # a mailbox's day began at most so long ago, wherever it is


async def plan_emails(runtime: Runtime, company_id: str, work: Work) -> dict[str, Any]:
    """Plan what waits for it, if it is time to; what the plan came to, as fields of its record."""
    now = runtime.now()
    if not work.plan.is_to_be_planned(now):
        return {}
    emails = [one async for one in _known(runtime, company_id, now)]
    asked = {one.id: one for one in emails if _is_to_be_planned(one, work)}
    made = plan(_pending(asked.values(), work), _promised(emails, asked, work), _room(work), work.now)
    planned = [
        replace(
            asked[item_id], mailbox_id=mailbox_id, send_at=_moment(at), open_on=_open_on(asked[item_id], work)
        )
        for item_id, (mailbox_id, at) in sorted(made.times.items(), key=lambda one: (one[1][1], one[0]))
    ]
    for first in range(0, len(planned), TOGETHER):
        part = planned[first : first + TOGETHER]
        await halving(part, partial(_store, runtime, company_id, work))
    log.event("sequences planned", planned=len(planned), unplaced=len(made.unplaced))
    return {"planned_at": now, "unplaced": len(made.unplaced), **_told(made)}


async def _known(runtime: Runtime, company_id: str, now: datetime) -> AsyncIterator[ScheduledEmail]:
    """All emails that count: what waits, what was handed over, and what went out today."""
    emails = runtime.stores.scheduled_emails
    for status in (EmailStatus.PENDING, EmailStatus.QUEUED):
        async for email in emails.each_match(company_id, EMAILS_IN_STATUS, status):
            yield email
    async for email in emails.each_match(company_id, EMAILS_SINCE, EmailStatus.SENT, now - _LONGEST_DAY):
        yield email


def _is_to_be_planned(email: ScheduledEmail, work: Work) -> bool:
    sequence = work.sequences.get(email.sequence_id)
    is_waiting = email.status is EmailStatus.PENDING and email.send_at is None
    return is_waiting and sequence is not None and sequence.state is SequenceState.ACTIVE


def _pending(asked: Iterable[ScheduledEmail], work: Work) -> Iterator[Pending]:
    for email in asked:
        sequence = work.sequences[email.sequence_id]
        yield Pending(
            id=email.id,
            sequence=sequence.id,
            hours=work.hours_of(sequence, email.time_zone)[0],
            due=int(email.due_at.timestamp()),
            mailbox=email.mailbox_id,
            is_follow_up=email.is_follow_up,
            waits=email.waits,
        )


def _promised(emails: Iterable[ScheduledEmail], asked: Iterable[str], work: Work) -> Iterator[Promised]:
    for email in emails:
        if email.mailbox_id is None or email.send_at is None or email.id in asked:
            continue
        sequence = work.sequences.get(email.sequence_id)
        is_sent = email.status is EmailStatus.SENT  # what follows it is an email of its own
        is_going_on = sequence is not None and sequence.state is SequenceState.ACTIVE and not is_sent
        yield Promised(
            mailbox=email.mailbox_id,
            at=int(email.send_at.timestamp()),
            sequence=email.sequence_id,
            hours=work.hours_of(sequence, email.time_zone)[0] if sequence and is_going_on else "",
            waits=email.waits if is_going_on else (),
        )


def _room(work: Work) -> Room:
    sending = [one for one in work.mailboxes.values() if work.may_send(one.id)]
    return Room(
        capacity={one.id: partial(_capacity_on, one) for one in sending},
        pools={one.id: sorted(one.mailbox_ids) for one in work.sequences.values()},
        hours=work.hours,
        days=work.days,
    )


def _capacity_on(mailbox: Mailbox, day: int) -> int:
    return mailbox.capacity_on(date.fromordinal(day))


async def _store(runtime: Runtime, company_id: str, work: Work, planned: Ordered[ScheduledEmail]) -> None:
    """Write the times of those that still wait for one, under our lease."""
    emails = runtime.stores.scheduled_emails
    wanted = {one.id: one for one in planned}

    async def store(transaction: Transaction) -> None:
        await check_plan(runtime, company_id, work.plan.lease_token, transaction)
        current = await emails.find_many(company_id, wanted, transaction)
        for item_id, before in current.items():
            if before.status is EmailStatus.PENDING and before.attempt == wanted[item_id].attempt:
                emails.put(transaction, company_id, item_id, wanted[item_id])

    await transact(runtime.stores.db, store, "plan_emails.store")


def _open_on(email: ScheduledEmail, work: Work) -> date | None:
    hours = work.hours_of(work.sequences[email.sequence_id], email.time_zone)[1]
    return hours.first_open(int(email.due_at.timestamp()))


def _told(made: Plan) -> dict[str, Any]:
    return {
        "finishes_at": {sequence_id: _moment(at) for sequence_id, at in made.ends.items()},
        "packed_loads": packed_loads(made.loads),
    }


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
