"""Find what was sent to people lately, as far as a frequency cap looks back."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.companies.frequency_cap import FrequencyCap
from shared.domain.messages.message import Message
from shared.firestore.queries.messages import MESSAGES_SENT_LATELY
from shared.runtime import Runtime

if TYPE_CHECKING:  # a preview asks too, and loads no database for that
    from shared.firestore.kit.transactions import Transaction


async def find_sent_lately(
    runtime: Runtime,
    company_id: str,
    cap: FrequencyCap,
    addresses: Iterable[str],
    now: datetime,
    transaction: "Transaction | None" = None,
) -> list[Message]:
    """Messages to the addresses in the cap's period: one query for thirty addresses."""
    return await runtime.stores.messages.among(
        company_id, MESSAGES_SENT_LATELY, addresses, transaction, since=now - cap.period
    )
