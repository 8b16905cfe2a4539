"""What the OpenAPI document says beyond what FastAPI sees: problems, Idempotency-Key, examples, headings."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from functions.api.kit.examples import add_example, example_of
from functions.api.kit.idempotency import HEADER, LONGEST_KEY
from functions.problems import MEDIA_TYPE

DESCRIPTION = """Rollcall sends a company's campaigns out of the files it brings, and collects the answers.

- Every request carries an API key: `Authorization: Bearer rk_…`. The company is the key's.
- Errors are problem documents (RFC 9457) that name every wrong field and how to correct it.
- A POST may carry an `Idempotency-Key`: sent again within a day, it is not done again and gets the same
  answer, marked `Idempotent-Replayed: true`.
- Lists are newest first and come in pages: pass `next_cursor` as `cursor`, with the same filters. `since` is
  included, `until` is not. Only contacts have an order of their own.

The same as a document for programs: [/v1/openapi.json](/v1/openapi.json).
"""
# The parts of the API, in the order in which somebody meets them.
TAGS = {
    "company": "Who the key acts for.",
    "API keys": "The keys that act for the company. They need the scope `admin`.",
    "audit log": "What people, keys and ops changed. It needs the scope `admin`.",
    "senders": "What messages come from: numbers and mailboxes, with their credentials.",
    "sources": "Kinds of file a company uploads again and again: which column is which field.",
    "files": "Uploads, by link or directly, and what became of their rows.",
    "templates": "Message formats, with `{{ fields }}`.",
    "campaigns": "Who gets what, and when: define, preview, freeze, fire, stop.",
    "broadcasts": "A message to a segment on each working day, in two waves.",
    "automations": "Steps per contact, started by what happens to it: draft, publish, look who is where.",
    "mailboxes": "What sequences are sent from, with how much each may send a day.",
    "sequences": "Emails with days between them, planned ahead: who gets them, from where, and when.",
    "previews": "What a campaign would do, for every row.",
    "fires": "Runs of campaigns, with ledgers that close.",
    "messages": "What became of each message.",
    "failures": "What could not become a sent message, and how to correct it.",
    "replies": "What people wrote, and what it was taken to mean.",
    "opt-outs": "Who has refused.",
    "contacts": "People: their addresses, fields, tags and lists.",
    "contact lists": "Contacts that were put together.",
    "segments": "Contacts by criteria: whoever meets them when it is asked.",
    "contact fields": "What a company keeps of its contacts beside what all have.",
    "contact imports": "Contacts out of files and into files: checked first, and taken back as a whole.",
    "reports": "Fires in numbers that add up.",
    "notices": "What the company must know and do something about.",
    "deletions": "People who were forgotten.",
    "status": "How work is done at present.",
    "trial": "A company that tries Rollcall out, and whom it may send to meanwhile.",
    "webhooks": "Where the company is told of what happens, and what became of telling it.",
}

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
# What an operation may be refused with. Those that change something may be refused for more.
_REFUSALS = {
    "401": "The key is missing, unknown, revoked or over.",
    "403": "The key has not the scope this needs.",
    "404": "There is no such thing.",
    "414": "The address is too long.",
    "422": "The input is wrong: `errors` names every place.",
    "500": "Rollcall has a fault.",
    "503": "Rollcall is busy: send it again after `Retry-After` seconds.",
}
_REFUSALS_OF_CHANGES = {
    "409": "It does not fit the state things are in, or the same request is being done.",
    "413": "The body is too large.",
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
        from functions.api.kit.told import webhooks  # with the shapes of many parts: for the document alone

        document = get_openapi(
            title=app.title,
            version=app.version,
            description=DESCRIPTION,
            routes=app.routes,
            webhooks=webhooks().routes,
        )
        document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
        document["components"]["schemas"]["Problem"] = _PROBLEM
        for told in document["webhooks"].values():
            del told["post"]["responses"]["422"]  # FastAPI's own; what a receiver refuses is its own matter
        for operations in document["paths"].values():
            if "post" in operations:
                operations["post"].setdefault("parameters", []).append(_KEY_PARAMETER)
            for method, operation in operations.items():
                _say_refusals(operation, is_change=method != "get")
                _say_plainly(operation)
                if (example := example_of(operation["operationId"])) is not None:
                    add_example(operation, example)
        app.openapi_schema = document
    return app.openapi_schema


_ANSWERS = {
    "200": "The answer.",
    "201": "It was made.",
    "202": "It has begun.",
    "204": "It was done; there is nothing to show.",
}


def _say_refusals(operation: dict[str, Any], *, is_change: bool) -> None:
    """Name every status of a refusal, so that no program meets one it was not told of."""
    refusals = _REFUSALS | (_REFUSALS_OF_CHANGES if is_change else {})
    schema = {"$ref": "#/components/schemas/Problem"}
    for status, text in sorted(refusals.items()):
        operation["responses"][status] = {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}


def _say_plainly(operation: dict[str, Any]) -> None:
    """Take out what is of the web framework: its words for an answer, and parameters that could be null."""
    for status, answer in operation["responses"].items():
        answer["description"] = _ANSWERS.get(status, answer["description"])
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
        if len(kinds) == 1:  # it may be left out, as `required` says
            kept = {name: value for name, value in schema.items() if name != "anyOf"}
            parameter["schema"] = kinds[0] | kept
