"""Check a segment's criteria against the company's fields and lists."""

import asyncio

from shared.domain.contacts.check_criteria import check_criteria, normalized
from shared.domain.contacts.judge_contact import parts_of
from shared.domain.contacts.segment import Criterion, OnList
from shared.domain.errors import InvalidInput
from shared.runtime import Runtime
from shared.views.segments import read_kinds


async def check_criterion(runtime: Runtime, company_id: str, criterion: Criterion) -> Criterion:
    """The criteria in their one form. Raises InvalidInput with the place of what could never work."""
    named = {one.list_id for one in parts_of(criterion) if isinstance(one, OnList)}
    kinds, list_ids = await asyncio.gather(
        read_kinds(runtime, company_id), runtime.stores.contact_lists.find_many(company_id, named)
    )
    if problems := tuple(check_criteria(criterion, kinds, list_ids)):
        raise InvalidInput(*problems)
    return normalized(criterion)
