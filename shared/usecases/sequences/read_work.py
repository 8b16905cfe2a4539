"""Read what a worker on a company's sequences works with, once."""

from collections.abc import AsyncIterator
from datetime import timedelta

from shared.domain.sequences.mailbox import MOST_MAILBOXES
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import MOST_SEQUENCES
from shared.domain.sequences.sequence_plan import SequencePlan
from shared.domain.sequences.work import Work
from shared.firestore.queries.sequences import EMAILS_IN_STATUS, EMAILS_SINCE
from shared.runtime import Runtime

LONGEST_DAY = timedelta(hours=50)  # a mailbox's day began at most so long ago, wherever it is


async def read_work(runtime: Runtime, company_id: str, plan: SequencePlan) -> Work:
    """Everything but enrollments and emails. Raises NotFound when the company is gone."""
    stores = runtime.stores
    company = await stores.companies.get(company_id)
    sequences = await stores.sequences.page(company_id, limit=MOST_SEQUENCES)
    mailboxes = await stores.mailboxes.page(company_id, limit=MOST_MAILBOXES)
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
    emails, now = runtime.stores.scheduled_emails, runtime.now()
    for status in (EmailStatus.PENDING, EmailStatus.QUEUED):
        async for email in emails.each_match(company_id, EMAILS_IN_STATUS, status):
            yield email
    async for email in emails.each_match(company_id, EMAILS_SINCE, EmailStatus.SENT, now - LONGEST_DAY):
        yield email
