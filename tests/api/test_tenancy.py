"""What another company's keys reach of ours, with the scopes of each role: by each filter, each cursor, and
each id in a body.

Read off the API's own description, so that a new operation or field is tried as soon as it is there. Ids in
paths, and what keys may do by their scopes, are in test_authentication.py.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from functions.api import examples
from functions.api.kit.app import build_app
from shared.domain.companies.user import SCOPES, Role
from tests.api.test_authentication import ENOUGH, _filled, an_unused_runtime
from tests.kit.api.marked import MARK, many_of_ours, mark_ours
from tests.kit.api.office import OURS, THEIRS, Office
from tests.portal.test_roles import _stored

EXAMPLES = Path(next(iter(examples.__path__)))
DOCUMENT: dict[str, Any] = build_app(an_unused_runtime()).openapi()
# What a provider calls its own things.
OF_PROVIDERS = {"access_key_id", "app_id", "page_id", "content_id"}
# Names that do not say by themselves whose id they take.
NAMED = {"other_id": "contact", "stand_in_id": "sender", "confirm_sender_id": "sender", "by_id": "user"}


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _queried(operation: dict[str, Any]) -> list[str]:
    return [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]


def _ids_in_body(operation: dict[str, Any]) -> set[str]:
    """Every field of the body, however deep, that takes ids of a company's things."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        name for name in _fields(body.get("schema", {}), ()) if name.endswith(("_id", "_ids"))
    } - OF_PROVIDERS


def _fields(schema: Any, seen: tuple[str, ...]) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _fields(one, seen)
        return
    if not isinstance(schema, dict):
        return
    if (reference := schema.get("$ref")) is not None:
        name = str(reference).rpartition("/")[2]
        if name not in seen:
            yield from _fields(DOCUMENT["components"]["schemas"][name], (*seen, name))
        return
    for key, value in schema.items():
        if key == "properties":
            yield from value
            yield from _fields(list(value.values()), seen)
        elif key in ("anyOf", "oneOf", "allOf", "items", "additionalProperties"):
            yield from _fields(value, seen)


def _ours(name: str) -> str:
    """Something of ours for a field or a filter of this name."""
    noun = NAMED.get(name) or name.removesuffix("s").removesuffix("_id").rpartition("_")[2]
    return f"{noun}-{OURS}"


def _with_ours(value: Any, name: str = "") -> Any:
    """A body with our ids in place of those that it has."""
    if isinstance(value, dict):
        return {key: _with_ours(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_ours(one, name) for one in value]
    is_id = name.endswith(("_id", "_ids")) and name not in OF_PROVIDERS and isinstance(value, str)
    return _ours(name) if is_id else value


def _bodies(operation: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The example's body with our ids, and once more with each field of the first floor that it lacks."""
    path = EXAMPLES / f"{operation['operationId']}.json"
    example = json.loads(path.read_text(encoding="utf-8"))["request"].get("body", {}) if path.exists() else {}
    body = _with_ours(example)
    yield "", body
    if not isinstance(body, dict):
        return
    for name in sorted(_ids_in_body(operation) - body.keys()):
        yield name, body | {name: [_ours(name)] if name.endswith("_ids") else _ours(name)}


def _says_ours(text: str) -> bool:
    return MARK in text


@pytest_asyncio.fixture(params=list(Role), ids=str)
async def their_key(office: Office, request: pytest.FixtureRequest) -> str:
    """A key of the other company with the scopes of a role, when all of ours is marked."""
    await mark_ours(office)
    return await office.key(*SCOPES[request.param], company_id=THEIRS)


async def test_no_filter_shows_anything_of_ours(office: Office, their_key: str) -> None:
    tried = 0
    for method, path, operation in _operations():
        if method != "GET":
            continue
        enough = ENOUGH.get(path, {}).get("params", {})
        for name in [one for one in _queried(operation) if one.endswith("_id")] or [""]:
            params = enough | ({name: _ours(name)} if name else {})
            answer = await office.get(_filled(path, THEIRS), key=their_key, params=params)
            assert answer.status_code < 500, (path, name, answer.text)
            assert not _says_ours(answer.text), (path, name)
            tried += bool(name)
    assert tried > 30


async def test_no_cursor_of_ours_is_taken(office: Office, their_key: str) -> None:
    await many_of_ours(office)
    tried = 0
    for method, path, operation in _operations():
        if method != "GET" or "cursor" not in _queried(operation):
            continue
        page = await office.get(_filled(path, OURS), params={"limit": 1})
        cursor = page.json().get("next_cursor") if page.status_code == 200 else None
        if cursor is None:
            continue
        answer = await office.get(_filled(path, THEIRS), key=their_key, params={"cursor": cursor})
        assert answer.status_code in (403, 404, 422), (path, answer.text)
        assert not _says_ours(answer.text), path
        tried += 1
    assert tried > 12


async def test_no_id_of_ours_in_a_body_changes_or_shows_anything_of_ours(
    office: Office, their_key: str
) -> None:
    before, tried = await _stored(office), set[str]()
    for method, path, operation in _operations():
        if method == "GET" or "requestBody" not in operation:
            continue
        for name, body in _bodies(operation):
            answer = await office.call(method, _filled(path, THEIRS), key=their_key, json=body)
            assert answer.status_code < 500, (path, name, answer.text)
            assert not _says_ours(answer.text), (path, name)
        tried |= _ids_in_body(operation)
    assert await _stored(office) == before
    assert {"source_id", "template_id", "sender_id", "contact_ids", "list_id", "segment_id"} <= tried
