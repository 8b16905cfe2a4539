"""What the OpenAPI document says beyond what FastAPI sees: problem documents and Idempotency-Key."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from functions.api.kit.idempotency import HEADER, LONGEST_KEY
from functions.api.kit.problems import MEDIA_TYPE

DESCRIPTION = """Rollcall sends a company's campaigns out of the files it brings, and collects the answers.

Every request carries an API key: `Authorization: Bearer rk_…`. The company is the key's. Errors are
RFC 9457 problem documents that name every wrong field. A POST may carry an `Idempotency-Key`: sent again
within a day, it is not done again and gets the same answer, marked `Idempotent-Replayed: true`. Lists come in
pages: pass `next_cursor` as `cursor`.
"""

_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "An RFC 9457 problem document.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "example": "urn:rollcall:problem:invalid-input"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and how to mend it."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {
                    "field": {"type": "string", "example": "steps[0].template_id"},
                    "reason": {"type": "string"},
                },
            },
        },
    },
}
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
_KEY_PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key again within a day: done once, answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The application's OpenAPI document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes
        )
        document["components"]["schemas"]["Problem"] = _PROBLEM
        for operations in document["paths"].values():
            if "post" in operations:
                operations["post"].setdefault("parameters", []).append(_KEY_PARAMETER)
        app.openapi_schema = document
    return app.openapi_schema
