"""Lists of contacts, and who is on one."""

import asyncio
from collections.abc import Sequence
from itertools import chain, islice

from msgspec import Struct

from shared.domain.contacts.contact_list import ContactList
from shared.firestore.contact_shards import ContactShard, ListedContact, listed_in
from shared.firestore.queries.lists import CONTACT_LISTS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of
from shared.views.segments import SAMPLE, shards_together


class ListCount(Struct, frozen=True, kw_only=True):
    """How many of so many contacts are on a list, and the first of them."""

    count: int
    among: int
    sample: tuple[ListedContact, ...]


async def list_contact_lists(
    runtime: Runtime, company_id: str, asked: PageAsked, *, name: str | None = None
) -> Page[ContactList]:
    """The company's lists, newest first. `name` is the whole name."""
    return await page_of(runtime.stores.contact_lists, company_id, asked, CONTACT_LISTS, name=name)


async def get_contact_list(runtime: Runtime, company_id: str, list_id: str) -> ContactList:
    """One list. Raises NotFound."""
    return await runtime.stores.contact_lists.get(company_id, list_id)


async def count_list(runtime: Runtime, company_id: str, list_id: str) -> ListCount:
    """Look through all contacts, some shards at a time, and read of each what a list shows."""
    count = among = 0
    sample: list[ListedContact] = []
    async for shards in shards_together(runtime, company_id):
        found = await asyncio.to_thread(_listed, shards, list_id)
        count, among = count + len(found), among + sum(shard.contact_count for shard in shards)
        sample += islice(found, SAMPLE - len(sample))
    return ListCount(count=count, among=among, sample=tuple(sample))


def _listed(shards: Sequence[ContactShard], list_id: str) -> list[ListedContact]:
    return list(chain.from_iterable(listed_in(shard, list_id) for shard in shards))
