"""Take the files of a fire's audience, in the transaction that starts it: whether they may be fired for."""

from datetime import datetime

from shared.domain.campaigns.audience import FoundAudience
from shared.domain.campaigns.content import CampaignContent
from shared.domain.errors import Conflict
from shared.domain.files.file import fire_refusal
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime


async def take_files(
    runtime: Runtime,
    company_id: str,
    content: CampaignContent,
    audience: FoundAudience,
    at: datetime,
    transaction: Transaction,
) -> None:
    """Note on the files that they are fired for `at` this time, as part of the transaction.

    From then on their rows do not change, and later files are compared with them as sent. Raises Conflict
    when one is held or rejected, or changed since the campaign was frozen or its audience was found.
    """
    files = await runtime.stores.files.find_many(company_id, audience.file_ids, transaction)
    for file in files.values():
        reason = fire_refusal(file)
        if reason is not None:
            raise Conflict(reason)
        if content.rows_hash and content.rows_hash != file.rows_hash:
            raise Conflict(
                f"Rows of {file.name!r} were changed since the campaign was marked ready. Reopen it, preview "
                "it and mark it ready again."
            )
    for part in audience.parts:
        file = files[part.file_id]
        if (part.recipient_count, part.chunk_count) != (file.row_count, file.chunk_count):
            raise Conflict(f"The file {file.name!r} was loaded again meanwhile. Try again.")
    for file in files.values():
        if file.fired_at is None:
            runtime.stores.files.put(transaction, company_id, file.id, replace(file, fired_at=at))
