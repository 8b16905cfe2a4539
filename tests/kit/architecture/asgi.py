"""A request as the framework hands it on."""

from typing import Any

from starlette.requests import Request


def a_request(
    path: str,
    query: str = "",
    headers: dict[str, str] | None = None,
    body: bytes = b"{}",
    method: str = "POST",
) -> Request:
    """A POST, unless `method` says otherwise."""
    pairs = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": pairs,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(scope, receive)
