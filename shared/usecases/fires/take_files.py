"""Take the files of a fire's audience, in the transaction that starts it: whether they may be fired for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.campaigns.content import CampaignContent
from shared.domain.errors import Conflict
from shared.domain.files.file import File, fire_refusal
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime


async def read_files(
    runtime: Runtime,
    company_id: str,
    content: CampaignContent,
    file_ids: Sequence[str],
    transaction: Transaction,
) -> list[File]:
    """The files. Raises Conflict when one is held or rejected, or changed since the campaign was frozen."""
    files = await runtime.stores.files.find_many(company_id, file_ids, transaction)
    for file in files.values():
        reason = fire_refusal(file)
        if reason is not None:
            raise Conflict(reason)
        if content.rows_hash and content.rows_hash != file.rows_hash:
            raise Conflict(
                f"Rows of {file.name!r} were changed since the campaign was marked ready. Reopen it, preview "
                "it and mark it ready again."
            )
    return list(files.values())


def note_fired(
    runtime: Runtime, company_id: str, files: Sequence[File], at: datetime, transaction: Transaction
) -> None:
    """From now on the files' rows do not change any more, and later files are compared with them as sent."""
    for file in files:
        if file.fired_at is None:
            runtime.stores.files.put(transaction, company_id, file.id, replace(file, fired_at=at))
