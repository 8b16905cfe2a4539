"""Function `portal`: what a company's people work with, in the browser."""

from functools import cache
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request

from functions.entry_point import entry_point
from functions.portal.kit.app import build_portal, part_of
from functions.process import current_runtime


@cache
def _app(part: str | None) -> Starlette:
    return build_portal(current_runtime(), part)


@entry_point
async def portal(request: Request) -> Any:
    """Answer with the application: the framework calls whatever is returned as an ASGI application.

    It is that of the part of the portal that is asked for, so that the first request of an instance waits for
    no other.
    """
    return _app(part_of(request.url.path))
