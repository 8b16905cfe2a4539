"""One page of a list, and the place the next one starts from."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from msgspec import Struct

from shared.domain.errors import InvalidInput
from shared.firestore.kit.collection import Collection, Page
from shared.firestore.kit.query import ListQuery, Match, Matches

__all__ = ["Page", "PageAsked", "among", "check_range", "page_of", "place_text", "read_place"]

R = TypeVar("R")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLACE = re.compile(r"(-?\d{1,18})\.(.+)", re.ASCII)


class PageAsked(Struct, frozen=True):
    """Which page is asked for: `limit` items at most, after what the page before named in `next_after`.

    Lists by time take those in [since, until) only. `most` bounds the whole list, if it is given: a longer
    one is refused.
    """

    limit: int
    after: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    most: int | None = None

    def following(self, after: str) -> "PageAsked":
        """The page that begins after `after`."""
        return PageAsked(self.limit, after, self.since, self.until)


async def page_of(
    collection: Collection[R],
    company_id: str,
    asked: PageAsked,
    query: ListQuery,
    *matches: tuple[Match, ...],
    earliest_first: bool = False,
    **equal: object,
) -> Page[R]:
    """A page of the list `query`, newest first, or earliest first where it can be.

    `equal` are equalities; those that are None do not count. Of each of `matches` one must hold; empty ones
    do not count. Raises InvalidInput for a range that is none and for a list that is too long.
    """
    check_range(asked)
    wanted = (*filter(None, matches), *_equalities(equal))
    facts: dict[str, Any] = {"matches": wanted, "since": asked.since, "until": asked.until}
    limit, after = asked.limit + 1, read_place(asked.after)
    found = await collection.newest(
        company_id, query, limit=limit, after=after, earliest_first=earliest_first, **facts
    )
    if asked.most is not None and len(found) > asked.limit:
        count = await collection.count_newest(company_id, query, most=asked.most + 1, **facts)
        _check_length(count, asked.most)
    return _page(found, asked.limit, lambda record: getattr(record, query.newest))


def among(records: Iterable[R], asked: PageAsked, time_of: Callable[[R], datetime | None]) -> Page[R]:
    """A page of a list that is so short that all of it was read. Records without a time are the oldest.

    Raises InvalidInput for a range that is none.
    """
    check_range(asked)

    def place(record: Any) -> tuple[datetime, str]:
        return time_of(record) or _EPOCH, record.id

    after = read_place(asked.after)
    found = [
        record
        for record in sorted(records, key=place, reverse=True)
        if (after is None or place(record) < after)
        and (asked.since is None or place(record)[0] >= asked.since)
        and (asked.until is None or place(record)[0] < asked.until)
    ]
    return _page(found[: asked.limit + 1], asked.limit, time_of)


def _equalities(equal: dict[str, object]) -> Matches:
    return tuple((Match(name, value),) for name, value in equal.items() if value is not None)


def _page(found: list[Any], limit: int, time_of: Callable[[Any], datetime | None]) -> Page[Any]:
    """The first `limit` of those found, and the place of the last of them if there are more."""
    if len(found) <= limit:
        return Page(found, None)
    last = found[limit - 1]
    return Page(found[:limit], place_text(time_of(last) or _EPOCH, last.id))


def place_text(moment: datetime, item_id: str) -> str:
    """The place of an item, as a page's `next_after`."""
    return f"{(moment - _EPOCH) // _MICROSECOND}.{item_id}"


def read_place(after: str | None) -> tuple[datetime, str] | None:
    """The time and id of the item that a page begins after; None for the first page."""
    if after is None:
        return None
    place = _PLACE.fullmatch(after)
    if place is None:  # it was signed, so that none of these can come in from outside
        raise ValueError("not the place of a record")
    return _EPOCH + int(place[1]) * _MICROSECOND, place[2]


def _check_length(count: int, most: int) -> None:
    if count > most:
        reason = f"more than {most:,} match; ask for some of them, with since and until or another filter"
        raise InvalidInput.at("since", reason)


def check_range(asked: PageAsked) -> None:
    """Raise InvalidInput for a range that is none."""
    if asked.since is not None and asked.until is not None and asked.since >= asked.until:
        raise InvalidInput.at("until", "must be later than since: items from since on, before until")
