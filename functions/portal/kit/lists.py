"""Lists on pages, some items at a time, with a link to what comes after."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from urllib.parse import urlencode

from msgspec import Struct

from functions.cursors import open_cursor, sign_cursor
from functions.portal.kit.visit import Visit
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked

R = TypeVar("R")
P = ParamSpec("P")
SHOWN = 25


class Shown(Struct, Generic[R], frozen=True):
    """A page of a list. `more` is the address of the next one, empty at the end; `first` that of the first,
    empty on it.
    """

    items: list[R]
    more: str
    first: str


async def shown(
    visit: Visit,
    view: Callable[Concatenate[Runtime, str, PageAsked, P], Awaitable[Page[R]]],
    *args: P.args,
    **filters: P.kwargs,
) -> Shown[R]:
    """The page of the list `view` that the address asks for by its `cursor`."""
    return await shown_between(visit, None, None, view, *args, **filters)


async def shown_between(
    visit: Visit,
    since: datetime | None,
    until: datetime | None,
    view: Callable[Concatenate[Runtime, str, PageAsked, P], Awaitable[Page[R]]],
    *args: P.args,
    **filters: P.kwargs,
) -> Shown[R]:
    """As `shown`, of what is in [since, until)."""
    settings, name = visit.runtime.settings, view.__name__
    bound = dict[str, Any](filters) | ({"since": since, "until": until} if since or until else {})
    cursor = visit.query("cursor") or None
    after = open_cursor(settings, visit.company_id, name, bound, cursor)
    page = await view(
        visit.runtime, visit.company_id, PageAsked(SHOWN, after, since, until), *args, **filters
    )
    kept = {key: value for key, value in visit.request.query_params.items() if key != "cursor"}
    more = first = ""
    if cursor is not None:
        first = f"{visit.request.url.path}?{urlencode(kept)}"
    if page.next_after is not None:
        following = sign_cursor(settings, visit.company_id, name, bound, page.next_after)
        more = f"{visit.request.url.path}?{urlencode({**kept, 'cursor': following})}"
    return Shown(page.items, more, first)


async def every(
    visit: Visit,
    view: Callable[Concatenate[Runtime, str, PageAsked, P], Awaitable[Page[R]]],
    *args: P.args,
    **filters: P.kwargs,
) -> list[R]:
    """What a list holds that is short: its first two hundred, to choose from."""
    page = await view(visit.runtime, visit.company_id, PageAsked(200), *args, **filters)
    return page.items
