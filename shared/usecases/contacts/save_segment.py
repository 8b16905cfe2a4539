"""Create a segment, edit it, delete it."""

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.contacts.check_criteria import check_criteria, normalized
from shared.domain.contacts.judge_contact import parts_of
from shared.domain.contacts.segment import Criterion, OnList, Segment
from shared.domain.errors import InvalidInput
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.views.segments import read_kinds


async def create_segment(runtime: Runtime, company_id: str, segment: Segment) -> Segment:
    """Store a new segment; with the same id again, nothing changes. Raises InvalidInput."""
    criterion = await checked_criterion(runtime, company_id, segment.criterion)
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
    criterion = await checked_criterion(runtime, company_id, asked.criterion)

    async def edit(transaction: Transaction) -> Segment:
        current = await stores.segments.get(company_id, segment_id, transaction)
        edited = replace(current, **changes, updated_at=runtime.now())  # type: ignore[arg-type]  # its fields
        if "criterion" in changes:
            edited = replace(edited, criterion=criterion)
        stores.segments.put(transaction, company_id, segment_id, edited)
        return edited

    return await transact(stores.db, edit)


async def delete_segment(runtime: Runtime, company_id: str, segment_id: str) -> None:
    """Delete the segment. A campaign that names it says so when it fires. Raises NotFound."""
    await runtime.stores.segments.get(company_id, segment_id)
    await runtime.stores.segments.remove(company_id, [segment_id])


async def checked_criterion(runtime: Runtime, company_id: str, criterion: Criterion) -> Criterion:
    """The criteria in their one form. Raises InvalidInput with the place of what could never work."""
    named = {one.list_id for one in parts_of(criterion) if isinstance(one, OnList)}
    kinds = await read_kinds(runtime, company_id)
    list_ids = await runtime.stores.contact_lists.find_many(company_id, named)
    if problems := tuple(check_criteria(criterion, kinds, list_ids)):
        raise InvalidInput(*problems)
    return normalized(criterion)
