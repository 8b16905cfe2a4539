"""Function `api`: the REST API under /v1."""

from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request

from functions.api.kit.app import build_app
from functions.entry_point import entry_point
from functions.process import current_runtime


@cache
def _app() -> FastAPI:
    return build_app(current_runtime())


@entry_point
async def api(request: Request) -> Any:
    """Answer with the application: the framework calls whatever is returned as an ASGI application.

    The request's body must not be read here, as the application reads it itself.
    """
    return _app()
