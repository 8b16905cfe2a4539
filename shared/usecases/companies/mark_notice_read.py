"""Somebody has read a notice."""

from shared.domain.fires.notice import Notice
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def mark_notice_read(runtime: Runtime, company_id: str, notice_id: str) -> Notice:
    """Mark the notice as read; one that was read keeps its time. Raises NotFound."""
    notices = runtime.stores.notices

    async def read(transaction: Transaction) -> Notice:
        notice = await notices.get(company_id, notice_id, transaction)
        if notice.read_at is not None:
            return notice
        done = replace(notice, read_at=runtime.now())
        notices.put(transaction, company_id, notice_id, done)
        return done

    return await transact(runtime.stores.db, read)
