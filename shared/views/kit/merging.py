"""Several lists by time as one: newest first, paged by one cursor that stays right while items come in.

At equal times the lists come in the reverse order of their names, and within a list ids decide as they do in
it alone. So what stands after a place of the merged list stands after a known place in each of the lists.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from shared.firestore.kit.collection import Collection
from shared.firestore.kit.query import ListQuery, Matches
from shared.views.kit.paging import Page, PageAsked, check_range, place_text, read_place

_NEXT = timedelta(microseconds=1)  # Firestore keeps no smaller part of a second


class Place(Struct, frozen=True, order=True):
    """Where an item stands: the list `name` has it under `id`. The greater, the sooner it comes."""

    at: datetime
    name: str
    id: str


class Placed(Struct, frozen=True):
    """An item of one of the lists."""

    place: Place
    record: Any


class StoredList(Struct, frozen=True, kw_only=True):
    """Records that match, of a collection. Several of one name may hold the same record: it comes once."""

    name: str
    collection: Collection[Any]
    query: ListQuery
    matches: Matches

    async def newest(self, company_id: str, asked: PageAsked, after: Place | None) -> list[Placed]:
        """The first of them after the place: one more than a page holds."""
        until, own = asked.until, None
        if after is not None:
            end = after.at if self.name > after.name else after.at + _NEXT
            until = end if until is None else min(until, end)
            own = (after.at, after.id) if self.name == after.name else None
        found = await self.collection.newest(
            company_id,
            self.query,
            limit=asked.limit + 1,
            matches=self.matches,
            since=asked.since,
            until=until,
            after=own,
        )
        return [Placed(Place(getattr(one, self.query.newest), self.name, one.id), one) for one in found]


class HeldList(Struct, frozen=True, kw_only=True):
    """Items that are so few that all of them were read."""

    items: Sequence[Placed]

    async def newest(self, company_id: str, asked: PageAsked, after: Place | None) -> list[Placed]:
        """As StoredList; in no order."""
        return [
            one
            for one in self.items
            if (after is None or one.place < after)
            and (asked.since is None or one.place.at >= asked.since)
            and (asked.until is None or one.place.at < asked.until)
        ]


async def merged(company_id: str, asked: PageAsked, lists: Iterable[StoredList | HeldList]) -> Page[Placed]:
    """A page of all lists together: of each no more is read than a page holds.

    Raises InvalidInput for a range that is none.
    """
    check_range(asked)
    after = _read(asked.after)
    parts = await asyncio.gather(*(one.newest(company_id, asked, after) for one in lists))
    every = {one.place: one for part in parts for one in part}
    found = [every[place] for place in sorted(every, reverse=True)]
    if len(found) <= asked.limit:
        return Page(found, None)
    last = found[asked.limit - 1].place
    return Page(found[: asked.limit], place_text(last.at, f"{last.name}.{last.id}"))


def _read(after: str | None) -> Place | None:
    found = read_place(after)
    if found is None:
        return None
    name, _, item_id = found[1].partition(".")
    return Place(found[0], name, item_id)
