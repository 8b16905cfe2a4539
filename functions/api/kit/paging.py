"""Lists in pages. Cursors are signed, and bound to the company, the list and its filters.

Lists are newest first, and a cursor names the last item's time and id: what comes in meanwhile stands before
it, so that paging on gives everything else once. Only a preview's messages are in the order of their rows.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Query

from functions.api.kit.authentication import Caller
from functions.api.kit.shapes import Listed, Moment, Output
from shared.domain.errors import InvalidInput
from shared.runtime import Runtime
from shared.views.kit.paging import Page as ViewPage
from shared.views.kit.paging import PageAsked

T = TypeVar("T", bound=Output)
R = TypeVar("R")
P = ParamSpec("P")


ORDER = 2  # the order of lists: raised when it changes, so that no cursor leads into another order
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


def cursor_after(caller: Caller, name: str, filters: Mapping[str, object], after: str) -> str:
    """The cursor that leads past the item `after` of the list `name` with these filters."""
    shown = base64.urlsafe_b64encode(after.encode()).decode().rstrip("=")
    return f"{shown}.{_signature(caller, name, filters, after)}"


def read_cursor(caller: Caller, name: str, filters: Mapping[str, object], cursor: str | None) -> str | None:
    """The item a cursor leads past. Raises InvalidInput for one that is not of this list."""
    if cursor is None:
        return None
    shown, _, signature = cursor.partition(".")
    try:
        after = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4)).decode()
    except (binascii.Error, ValueError):
        after = ""
    expected = _signature(caller, name, filters, after)
    if not after or not hmac.compare_digest(signature.encode(), expected.encode()):
        raise InvalidInput.at(
            "cursor",
            "is not of this list; pass next_cursor as it came, with the same filters. If it is of an earlier "
            "version or other filters, leave it out and begin with the first page",
        )
    return after


def _signature(caller: Caller, name: str, filters: Mapping[str, object], after: str) -> str:
    given = {key: str(value) for key, value in filters.items() if value is not None}
    facts = json.dumps([ORDER, caller.company_id, name, given, after], sort_keys=True).encode()
    key = caller.runtime.settings.signing_key.encode()
    return hmac.new(key, facts, hashlib.sha256).hexdigest()[:32]


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
    after = read_cursor(caller, view.__name__, bound, paging.cursor)
    asked = PageAsked(paging.limit, after, paging.since, paging.until)
    page = await view(caller.runtime, caller.company_id, asked, *args, **filters)
    following = page.next_after and cursor_after(caller, view.__name__, bound, page.next_after)
    return Listed[output](items=[output.of(item) for item in page.items], next_cursor=following)  # type: ignore[valid-type]  # a type at run time
