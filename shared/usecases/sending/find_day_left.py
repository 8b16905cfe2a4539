"""Find what a sender may still send today, within the transaction that takes from it."""

from collections.abc import Sequence

from shared.domain.companies.company import Company
from shared.domain.senders.day_left import DayLeft, day_around
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction
from shared.firestore.queries.messages import SENDER_MESSAGES_SINCE
from shared.runtime import Runtime


async def find_day_left(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    senders: Sequence[Sender],
    companies: Sequence[Company],
) -> DayLeft | None:
    """None where the sender has no daily capacity: then nothing is read.

    What has left since midnight, on the company's clock, is counted in the transaction: of two workers at the
    same sender, one commits first, and the other counts again.
    """
    if not senders or not companies or senders[0].daily_capacity is None:
        return None
    sender, company = senders[0], companies[0]
    began, next_day = day_around(runtime.now(), company.time_zone)
    used = await runtime.stores.messages.count(
        company_id, SENDER_MESSAGES_SINCE, sender.id, began, transaction=transaction
    )
    return DayLeft(left=max(0, (sender.daily_capacity or 0) - used), next_day=next_day)
