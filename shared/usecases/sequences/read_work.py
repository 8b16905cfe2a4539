"""Read what a worker on a company's sequences works with, once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from shared.domain.sequences.mailbox import MOST_MAILBOXES
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import MOST_SEQUENCES
from shared.domain.sequences.sequence_plan import SequencePlan
from shared.domain.sequences.work import Work
from shared.firestore.queries.sequences import EMAILS_IN_STATUS, EMAILS_SINCE
from shared.runtime import Runtime

COUNTED = (EmailStatus.PENDING, EmailStatus.QUEUED, EmailStatus.SENT)
LONGEST_DAY = timedelta(hours=50)  # a mailbox's day began at most so long ago, wherever it is


async def read_work(runtime: Runtime, company_id: str, plan: SequencePlan) -> Work:
    """Everything but enrollments and emails. Raises NotFound when the company is gone."""
    stores = runtime.stores
    company, sequences, mailboxes = await asyncio.gather(
        stores.companies.get(company_id),
        stores.sequences.page(company_id, limit=MOST_SEQUENCES),
        stores.mailboxes.page(company_id, limit=MOST_MAILBOXES),
    )
    senders = await stores.senders.find_many(company_id, [one.id for one in mailboxes.items])
    return Work(
        company=company,
        plan=plan,
        sequences={one.id: one for one in sequences.items},
        mailboxes={one.id: one for one in mailboxes.items},
        senders=senders,
        now=int(runtime.now().timestamp()),
    )


async def read_emails(runtime: Runtime, company_id: str) -> AsyncIterator[ScheduledEmail]:
    """All emails that count: what waits, what was handed over, and what went out today."""
    for status in COUNTED:
        async for email in _emails(runtime, company_id, status):
            yield email


async def read_few_emails(runtime: Runtime, company_id: str) -> list[ScheduledEmail]:
    """The same at once, where they are few."""

    async def listed(status: EmailStatus) -> list[ScheduledEmail]:
        return [email async for email in _emails(runtime, company_id, status)]

    parts = await asyncio.gather(*map(listed, COUNTED))
    return [email for part in parts for email in part]


def _emails(runtime: Runtime, company_id: str, status: EmailStatus) -> AsyncIterator[ScheduledEmail]:
    emails = runtime.stores.scheduled_emails
    if status is EmailStatus.SENT:
        return emails.each_match(company_id, EMAILS_SINCE, status, runtime.now() - LONGEST_DAY)
    return emails.each_match(company_id, EMAILS_IN_STATUS, status)
