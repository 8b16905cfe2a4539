"""Function `api`: the REST API under /v1."""

from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request

from functions.api.kit.app import build_app, part_of
from functions.entry_point import entry_point
from functions.process import current_runtime


@cache
def _app(part: str | None) -> FastAPI:
    return build_app(current_runtime(), part)


@entry_point
async def api(request: Request) -> Any:
    """Answer with the application: the framework calls whatever is returned as an ASGI application.

    It is that of the part of the API that is asked for, so that the first request of an instance waits for
    no other. The request's body must not be read here, as the application reads it itself.
    """
    return _app(part_of(request.url.path))
