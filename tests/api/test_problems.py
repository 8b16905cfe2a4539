"""Bad input gets a problem document that says what, where and how to mend it; never a 500."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from google.api_core.exceptions import ServiceUnavailable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.api.kit.route import BODY_BYTES
from tests.api.test_authentication import ROUTES, _filled
from tests.kit.api.office import Office, assert_problem

TEMPLATE = {"name": "Reminder", "channel": "sms", "body": "Hello {{ name }}"}
JSON_HEADERS = {"Content-Type": "application/json"}


async def test_unknown_paths_and_methods(office: Office) -> None:
    assert "/v1/openapi.json" in assert_problem(await office.get("/v1/nothing"), 404)["detail"]
    assert_problem(await office.get("/"), 404)
    response = await office.call("PUT", "/v1/templates")
    assert_problem(response, 405)
    assert response.headers["allow"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "is not JSON: "),
        (b'{"name": "x"} tail', "is not JSON: "),
        (b"[]", "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
        (b"", "is required"),
        (b"null", "must be a JSON object"),
    ],
)
async def test_a_body_that_is_no_object(office: Office, content: bytes, reason: str) -> None:
    response = await office.post("/v1/templates", content=content, headers=JSON_HEADERS)
    document = assert_problem(response, 422, "body")
    assert document["errors"][0]["reason"].startswith(reason)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 100_000, b"1" * 5000])
async def test_a_body_that_cannot_be_read(office: Office, content: bytes) -> None:
    response = await office.post("/v1/templates", content=content, headers=JSON_HEADERS)
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_body_of_another_type_says_which_is_taken(office: Office) -> None:
    response = await office.post("/v1/templates", content=json.dumps(TEMPLATE).encode())
    assert "application/json" in assert_problem(response, 422, "body")["detail"]


async def test_fields_are_named_where_they_stand(office: Office) -> None:
    step = {"channel": "fax", "template_id": 7, "sender_id": "a/b", "address_field": "phone", "extra": 1}
    body = {
        "name": " ",
        "audience": {"source_id": "source-acme"},
        "steps": [step],
        "window": {"days": [0, "1"], "opens": 9, "closes": "17:00Z"},
        "schedule": {"kind": "once", "at": 1767225600},
    }
    response = await office.post("/v1/campaigns", body)
    fields = {item["field"] for item in assert_problem_any(response)["errors"]}
    assert fields == {
        "name",
        "steps[0].channel",
        "steps[0].template_id",
        "steps[0].sender_id",
        "steps[0].extra",
        "window.days[0]",
        "window.days[1]",
        "window.opens",
        "window.closes",
        "schedule.at",
    }


async def test_the_kind_of_a_thing_is_no_part_of_a_fields_name(office: Office) -> None:
    step = {"channel": "sms", "template_id": "t", "sender_id": "s", "address_field": "phone"}
    late, early = {"kind": "after_delay", "seconds": 0}, {"kind": "at_field", "clock": "25:00"}
    body = {
        "name": "Reminders",
        "audience": {"source_id": "source-acme"},
        "steps": [step | {"when": early}, step | {"when": late}],
        "window": {"days": []},
    }
    errors = assert_problem_any(await office.post("/v1/campaigns", body))["errors"]
    assert {item["field"]: item["reason"] for item in errors} == {
        "steps[0].when.field": "is required",
        "steps[0].when.clock": "input should be in a valid time format, hour value is outside expected range "
        "of 0-23",
        "steps[1].when.seconds": "input should be greater than or equal to 1",
        "window.days": "needs at least 1 item",
    }


def assert_problem_any(response: Any) -> dict[str, Any]:
    """A problem document with status 422, whatever its fields."""
    document: dict[str, Any] = response.json()
    return assert_problem(response, 422, *(item["field"] for item in document["errors"]))


async def test_null_is_no_way_to_leave_a_field_out(office: Office) -> None:
    response = await office.call("PATCH", "/v1/templates/template-acme", json={"name": None, "body": None})
    assert_problem(response, 422, "name", "body")


async def test_large_bodies_are_refused(office: Office) -> None:
    body = b'{"name": "' + b"x" * BODY_BYTES + b'"}'
    assert_problem(await office.post("/v1/templates", content=body, headers=JSON_HEADERS), 413)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(BODY_BYTES // 1000 + 2):
            yield b"x" * 1000

    assert_problem(await office.post("/v1/templates", content=pieces(), headers=JSON_HEADERS), 413)
    response = await office.call("PATCH", "/v1/templates/template-acme", content=body, headers=JSON_HEADERS)
    assert_problem(response, 413)


async def test_a_body_of_the_largest_size_is_taken(office: Office) -> None:
    body = json.dumps(TEMPLATE).encode().ljust(BODY_BYTES)
    response = await office.post("/v1/templates", content=body, headers=JSON_HEADERS)
    assert response.status_code == 201
    assert_problem(await office.post("/v1/templates", content=body + b" ", headers=JSON_HEADERS), 413)


async def test_a_large_upload_is_refused_and_leaves_nothing(office: Office) -> None:
    limit = office.runtime.settings.max_upload_bytes
    path = "/v1/files/upload?source_id=source-acme&name=day.csv"
    response = await office.post(path, content=b"x" * (limit + 1))
    assert "POST /v1/files" in assert_problem(response, 413)["detail"]
    listed = (await office.get("/v1/files")).json()["items"]
    assert [file["id"] for file in listed] == ["file-acme"]


async def test_a_fault_says_nothing_of_its_inside(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError("a secret inside")

    monkeypatch.setattr(office.stores.companies, "get", fail)
    response = await office.get("/v1/company")
    assert_problem(response, 500)
    assert "secret" not in response.text
    (told,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert told.message == "request failed"  # an alert looks for these words
    fields = vars(told)["fields"]
    assert fields["route"] == "/v1/company"
    assert fields["error_type"] == "ZeroDivisionError"
    assert fields["frames"][-1].startswith(f"{__file__}:")
    assert fields["frames"][-1].endswith(" fail")
    assert "secret" not in str(fields)


async def test_a_store_out_of_reach_asks_to_come_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ServiceUnavailable("firestore-7.internal: down")  # type: ignore[no-untyped-call]

    monkeypatch.setattr(office.stores.companies, "get", fail)
    response = await office.get("/v1/company")
    assert "internal" not in assert_problem(response, 503)["detail"]
    assert response.headers["retry-after"]


async def test_answers_are_not_kept_by_anyone(office: Office) -> None:
    for path in ("/v1/company", "/v1/nothing"):
        response = await office.get(path)
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**70), max_value=2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["sms", "email", "source-acme", "template-acme", "\x00", "\ud800", "__x__", "../..", "🙂"]
    )
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
# fmt: off
_FIELDS = (
    "name", "channel", "body", "subject", "language", "columns", "source_id", "accepts_repeat", "audience",
    "steps", "window", "schedule", "reply_options", "filters", "dedupe_key", "expires_field", "address",
    "text",
    "message_id", "disposition", "corrections", "scopes", "expires_at", "content_hash", "repeat", "time_zone",
    "default_region", "encoding", "delimiter", "sheet",
)
# fmt: on
_BODIES = st.dictionaries(st.sampled_from(_FIELDS), _VALUES, max_size=6)
_CHANGING = [(method, path) for method, path, _ in ROUTES if method != "GET"]
_READING = [path for method, path, _ in ROUTES if method == "GET"]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_body_makes_a_fault(office: Office, data: st.DataObject) -> None:
    method, path = data.draw(st.sampled_from(_CHANGING))
    body = data.draw(_BODIES | _VALUES)
    content = json.dumps(body).encode()
    response = await office.call(method, _filled(path, "acme"), content=content, headers=JSON_HEADERS)
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert_problem(response, response.status_code, *_fields_of(response.json()))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_id_or_parameter_makes_a_fault(office: Office, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(_READING))
    text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
    item = data.draw(text | st.sampled_from(["__x__", ".", "..", "%2F", "a" * 2000, "99999999999999999999"]))
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = f"{path[:start]}{_quoted(item)}{path[end + 1 :]}"
    names = st.sampled_from(
        ["limit", "cursor", "state", "fire_id", "address", "start", "end", "channel", "x"]
    )
    params = data.draw(st.dictionaries(names, text, max_size=3))
    response = await office.get(path, params=params)
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert_problem(response, response.status_code, *_fields_of(response.json()))


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _fields_of(document: dict[str, Any]) -> list[str]:
    return [item["field"] for item in document.get("errors", ())]
