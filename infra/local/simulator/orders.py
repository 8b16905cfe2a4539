"""Orders of the control interface: JSON, checked."""

from typing import TypeVar

import msgspec
from aiohttp import web

OrderT = TypeVar("OrderT")


async def read_order(request: web.Request, kind: type[OrderT]) -> OrderT:
    """The JSON body as a record. JSON alone is taken: no page of another origin may send that unasked."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON, with Content-Type: application/json.")
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.MsgspecError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
