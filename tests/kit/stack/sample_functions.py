"""Functions for the stack's own tests: each notes its calls where the stack keeps its state."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


def _noting(name: str) -> Callable[..., object]:
    async def note(request: Request) -> Response:
        if request.query_params.get("token") not in (None, os.environ["ROLLCALL_CALLER_TOKEN"]):
            return Response(status_code=403)
        call = {
            "name": name,
            "pid": os.getpid(),
            "headers": dict(request.headers),
            "body": await _text(request),
        }
        with Path(os.environ["ROLLCALL_SECRETS"]).with_name("calls").open("a", encoding="utf-8") as calls:
            calls.write(f"{json.dumps(call)}\n")
        return JSONResponse(call)

    note.__name__ = name
    return functions_framework.aio.http(note)


async def _text(request: Request) -> str:
    return (await request.body()).decode()


choose_work = _noting("choose_work")
take_upload = _noting("take_upload")
messages = _noting("messages")
