"""Lists as CSV files: page by page, so that their length does not matter, in words and times for people."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from shared.tabular.rejected_rows import csv_export
from shared.views.kit.paging import Page, PageAsked

R = TypeVar("R")
EXPORT_PAGE = 300
MOST_EXPORTED = 100_000  # some 334 pages of 0.1 s: a request of the API may take 120 s


def export_of(since: datetime | None, until: datetime | None) -> PageAsked:
    """The first page of an export of what is in [since, until)."""
    return PageAsked(EXPORT_PAGE, since=since, until=until, most=MOST_EXPORTED)


async def csv_pieces(
    header: Sequence[str],
    first: PageAsked,
    read: Callable[[PageAsked], Awaitable[Page[R]]],
    lines: Callable[[Sequence[R]], Awaitable[list[list[str]]]],
) -> AsyncIterator[bytes]:
    """The list that `read` gives, from the page `first` on, as a CSV file piece by piece.

    `lines` makes the rows of a page's records. The first page is read before this returns, so that what is
    wrong with the filters is raised at once and not while the pieces are read.
    """
    beginning = await read(first)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"".join(csv_export([header]))
        page = beginning
        while True:
            # The byte order mark stands at the top only.
            yield b"".join(islice(csv_export(await lines(page.items)), 1, None))
            if page.next_after is None:
                return
            page = await read(first.following(page.next_after))

    return pieces()


class Clock:
    """Times as they stand on the clock of a company's zone, which the header names."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._name = time_zone

    def heading(self, text: str) -> str:
        """A column's name with the zone of its times."""
        return f"{text} ({self._name})"

    def show(self, moment: datetime | None) -> str:
        """As spreadsheet programs read it: 2026-11-30 09:00:00; empty for none."""
        return "" if moment is None else f"{moment.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"


def words(value: object) -> str:
    """A name out of the code in words, such as "opted out"; empty for none."""
    return "" if value is None else str(value).replace("_", " ")
