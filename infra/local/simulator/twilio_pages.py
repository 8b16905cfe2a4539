"""How newer parts of Twilio's API show lists: a page of items, and `meta` with the addresses of others."""

from collections.abc import Sequence
from urllib.parse import urlencode

from aiohttp import web

DEFAULT_SIZE, MOST = 50, 1000


def page_of(request: web.Request, key: str, items: Sequence[dict[str, object]]) -> web.Response:
    """The page of `items` that the request asks for with PageSize and Page."""
    size = min(_whole(request, "PageSize", DEFAULT_SIZE), MOST)
    number = _whole(request, "Page", 0)
    shown = list(items[number * size : (number + 1) * size])
    has_more = (number + 1) * size < len(items)
    meta = {
        "key": key,
        "page": number,
        "page_size": size,
        "first_page_url": _place(request, 0, size),
        "previous_page_url": _place(request, number - 1, size) if number else None,
        "next_page_url": _place(request, number + 1, size) if has_more else None,
        "url": _place(request, number, size),
    }
    return web.json_response({key: shown, "meta": meta})


def _place(request: web.Request, number: int, size: int) -> str:
    kept = {
        name: value for name, value in request.query.items() if name not in ("Page", "PageSize", "PageToken")
    }
    pages = {"PageSize": str(size), "Page": str(number)} | ({"PageToken": f"PT{number}"} if number else {})
    return f"{request.url.origin()}{request.path}?{urlencode(kept | pages)}"


def _whole(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() and (int(text) or name == "Page") else default
