"""One page of a list, and the place the next one starts from."""

from dataclasses import dataclass
from typing import TypeVar

from shared.firestore.kit.collection import Collection, Page

__all__ = ["Page", "PageAsked", "page_of"]

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page is asked for: `limit` items at most, after what the page before named in `next_after`."""

    limit: int
    after: str | None = None


async def page_of(collection: Collection[R], company_id: str, asked: PageAsked, **filters: object) -> Page[R]:
    """A page of the collection in id order. `filters` are equalities; those that are None do not count."""
    where = [(name, value) for name, value in filters.items() if value is not None]
    return await collection.page(company_id, limit=asked.limit, after=asked.after, where=where)
