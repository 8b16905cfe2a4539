"""Create a segment, or edit it."""

from collections.abc import Mapping

from shared.domain.contacts.segment import Segment
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.contacts.check_criterion import check_criterion


async def create_segment(runtime: Runtime, company_id: str, segment: Segment) -> Segment:
    """Store a new segment; with the same id again, nothing changes. Raises InvalidInput."""
    criterion = await check_criterion(runtime, company_id, segment.criterion)
    segment = replace(segment, criterion=criterion)
    if await runtime.stores.segments.add(company_id, segment.id, segment):
        return segment
    return await runtime.stores.segments.get(company_id, segment.id)


async def edit_segment(
    runtime: Runtime, company_id: str, segment_id: str, changes: Mapping[str, object]
) -> Segment:
    """Change the fields in `changes`: campaigns read it when they fire. Raises NotFound, InvalidInput."""
    stores = runtime.stores
    segment = await stores.segments.get(company_id, segment_id)
    asked = replace(segment, **changes)  # type: ignore[arg-type]  # its fields
    criterion = await check_criterion(runtime, company_id, asked.criterion)

    async def edit(transaction: Transaction) -> Segment:
        current = await stores.segments.get(company_id, segment_id, transaction)
        edited = replace(current, **changes, updated_at=runtime.now())  # type: ignore[arg-type]  # its fields
        if "criterion" in changes:
            edited = replace(edited, criterion=criterion, looked_at=None)
        stores.segments.put(transaction, company_id, segment_id, edited)
        return edited

    return await transact(stores.db, edit)
