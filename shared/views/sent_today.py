"""How many emails of sequences each mailbox has sent today: for a list of mailboxes, by one question."""

from collections import Counter
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from shared.domain.sequences.scheduled_email import EmailStatus
from shared.firestore.queries.sequences import EMAILS_SINCE
from shared.runtime import Runtime

MOST = 20_000  # emails of a day; nothing of each but its mailbox is read


async def count_sent_today(runtime: Runtime, company_id: str, time_zone: str) -> Counter[str]:
    """Emails sent since midnight on the company's clock, by mailbox; of the first 20,000 of the day."""
    now, zone = runtime.now(), ZoneInfo(time_zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    values = runtime.stores.scheduled_emails.each_value(
        company_id, EMAILS_SINCE, EmailStatus.SENT, midnight, field="mailbox_id", limit=MOST
    )
    return Counter([str(value) async for value in values])
