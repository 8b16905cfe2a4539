"""Lists in pages. Cursors are signed, and bound to the company, the list and its filters.

Lists are newest first, and a cursor names the last item's time and id: what comes in meanwhile stands before
it, so that paging on gives everything else once. Only a preview's messages are in the order of their rows.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Query

from functions.api.kit.authentication import Caller
from functions.api.kit.shapes import Listed, Moment, Output
from functions.cursors import open_cursor, sign_cursor
from shared.runtime import Runtime
from shared.views.kit.paging import Page as ViewPage
from shared.views.kit.paging import PageAsked

T = TypeVar("T", bound=Output)
R = TypeVar("R")
P = ParamSpec("P")


Limit = Annotated[int, Query(ge=1, le=200, description="How many items at most.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")]
Since = Annotated[
    Moment | None,
    Query(
        description="Items from this time on: `2026-11-30T09:00:00-05:00`, or with `Z`. Write a plus as %2B."
    ),
]
Until = Annotated[
    Moment | None, Query(description="Items before this time, which is not included; written as `since`.")
]


class Paging:
    """Which page of a list is asked for."""

    since: datetime | None = None
    until: datetime | None = None

    def __init__(self, limit: Limit = 50, cursor: Cursor = None) -> None:
        self.limit = limit
        self.cursor = cursor


class NewestFirst(Paging):
    """Which page of a list by time is asked for."""

    def __init__(
        self, limit: Limit = 50, cursor: Cursor = None, since: Since = None, until: Until = None
    ) -> None:
        super().__init__(limit, cursor)
        self.since, self.until = since, until


class Range:
    """Of which range of time a list by time is asked for, all of it."""

    def __init__(self, since: Since = None, until: Until = None) -> None:
        self.since, self.until = since, until


RowPage = Annotated[Paging, Depends()]
Page = Annotated[NewestFirst, Depends()]


async def list_page(
    caller: Caller,
    paging: Paging,
    output: type[T],
    view: Callable[Concatenate[Runtime, str, PageAsked, P], Awaitable[ViewPage[R]]],
    *args: P.args,
    **filters: P.kwargs,
) -> Listed[T]:
    """A page of the list `view`, one of shared/views, as `output`. `filters` are the view's own."""
    bound = {**filters, "since": paging.since, "until": paging.until}
    settings, company_id = caller.runtime.settings, caller.company_id
    after = open_cursor(settings, company_id, view.__name__, bound, paging.cursor)
    asked = PageAsked(paging.limit, after, paging.since, paging.until)
    page = await view(caller.runtime, company_id, asked, *args, **filters)
    name, next_after = view.__name__, page.next_after
    following = next_after and sign_cursor(settings, company_id, name, bound, next_after)
    return Listed[output](items=[output.of(item) for item in page.items], next_cursor=following)  # type: ignore[valid-type]  # a type at run time
