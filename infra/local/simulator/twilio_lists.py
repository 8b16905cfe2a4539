"""A list of what went through an account, newest first, in pages that `next_page_uri` leads through.

https://www.twilio.com/docs/usage/twilios-response#response-formats-list-paging-information
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from aiohttp import web

from infra.local.simulator.store import Store
from infra.local.simulator.twilio_refusal import TwilioRefusal

DEFAULT_PAGE, PAGE_LIMIT = 50, 1000


def page_of(
    store: Store,
    request: web.Request,
    *,
    key: str,
    table: str,
    filters: Sequence[str],
    where: tuple[list[str], list[str | float]],
    shown_as: Callable[[sqlite3.Row], dict[str, object]],
) -> web.Response:
    """The page that was asked for, of the rows for which the conditions of `where` hold, with their values.

    `table` and conditions are ours, never from a request; `key` names the list. `filters` are the parameters
    that go on to the next page.
    """
    query, (conditions, values) = request.query, where
    size, page = min(whole(query, "PageSize", DEFAULT_PAGE), PAGE_LIMIT), whole(query, "Page", 0)
    if token := query.get("PageToken", ""):
        # The token names the last one shown, so that new ones do not move the pages.
        conditions = [*conditions, "id < (SELECT id FROM messages WHERE provider_id = ?)"]
        values = [*values, token.removeprefix("PA")]
    found = store.rows(
        f"SELECT * FROM {table} WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?",  # noqa: S608  # both ours
        *values,
        size + 1,
    )
    shown = found[:size]
    kept = {name: query[name] for name in filters if name in query} | {"PageSize": str(size)}
    after = {"Page": str(page + 1), "PageToken": f"PA{shown[-1]['provider_id']}"} if shown else {}
    listed = {
        key: [shown_as(row) for row in shown],
        "first_page_uri": f"{request.path}?{urlencode(kept | {'Page': '0'})}",
        "next_page_uri": f"{request.path}?{urlencode(kept | after)}" if len(found) > size else None,
        "previous_page_uri": None,
        "uri": str(request.rel_url),
    }
    place = {"start": page * size, "end": page * size + len(shown) - 1, "page": page, "page_size": size}
    return web.json_response(listed | place)


def on_days(query: Mapping[str, str], name: str, column: str) -> tuple[list[str], list[str | float]]:
    """The filters `name`, `name`< and `name`> on a time. A date alone is its whole day in UTC, ends too."""
    conditions: list[str] = []
    values: list[str | float] = []
    for sign in ("", ">", "<"):
        if text := query.get(name + sign):
            start, end = _moments(name, text)
            if sign != "<":
                conditions.append(f"{column} >= ?")
                values.append(start)
            if sign != ">":
                conditions.append(f"{column} < ?")
                values.append(end)
    return conditions, values


def whole(query: Mapping[str, str], name: str, default: int) -> int:
    """A parameter that is a whole number. Raises TwilioRefusal."""
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()):
        raise TwilioRefusal(400, 20001, f"Parameter '{name}' is not valid: {text}")
    return int(text)


def _moments(name: str, text: str) -> tuple[float, float]:
    """The first moment of a date or second, and the first one after it."""
    try:
        if "T" in text:
            moment = datetime.fromisoformat(text)
            start, length = moment if moment.tzinfo else moment.replace(tzinfo=UTC), timedelta(seconds=1)
        else:
            day = date.fromisoformat(text)
            start, length = datetime(day.year, day.month, day.day, tzinfo=UTC), timedelta(days=1)
    except ValueError:
        raise TwilioRefusal(400, 20001, f"Parameter '{name}' is not valid: {text}") from None
    return start.timestamp(), (start + length).timestamp()
