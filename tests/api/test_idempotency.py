"""One effect per Idempotency-Key, whatever happens to the first attempt."""

import asyncio
from datetime import timedelta

import pytest
from starlette.responses import Response

from shared.domain.idempotency import ATTEMPT, IdempotencyRecord
from shared.domain.record import replace
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem

TEMPLATE = {"name": "Reminder", "channel": "sms", "body": "Hello {{ name }}"}
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


async def _templates(office: Office, company_id: str = OURS) -> int:
    return len((await office.get("/v1/templates", company_id=company_id)).json()["items"])


async def _record(office: Office) -> IdempotencyRecord:
    page = await office.stores.idempotency.page(OURS, limit=10)
    assert len(page.items) == 1
    return page.items[0]


async def test_twenty_equal_posts_at_once_make_one_template(office: Office) -> None:
    before = await _templates(office)
    answers = await asyncio.gather(*(office.post("/v1/templates", TEMPLATE, headers=KEY) for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert await _templates(office) == before + 1
    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in made}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in made) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert_problem(answer, 409)
            assert int(answer.headers["retry-after"]) > 0


async def test_the_same_request_gets_the_same_answer(office: Office) -> None:
    first = await office.post("/v1/templates", TEMPLATE, headers=KEY)
    again = await office.post("/v1/templates", TEMPLATE, headers=KEY)
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"] == "application/json"
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


async def test_another_body_or_query_under_the_same_key_is_refused(office: Office) -> None:
    await office.post("/v1/templates", TEMPLATE, headers=KEY)
    response = await office.post("/v1/templates", {**TEMPLATE, "name": "Other"}, headers=KEY)
    assert_problem(response, 422, "Idempotency-Key")


async def test_keys_of_two_companies_and_of_two_routes_are_apart(office: Office) -> None:
    ours = await office.post("/v1/templates", TEMPLATE, headers=KEY)
    theirs = await office.post("/v1/templates", TEMPLATE, headers=KEY, company_id=THEIRS)
    other = await office.post("/v1/opt-outs", {"channel": "sms", "address": "2125550187"}, headers=KEY)
    assert [r.status_code for r in (ours, theirs, other)] == [201, 201, 201]
    assert ours.json()["id"] != theirs.json()["id"]
    assert not [r for r in (ours, theirs, other) if "idempotent-replayed" in r.headers]


async def test_a_refused_request_may_be_mended_under_its_key(office: Office) -> None:
    wrong = await office.post("/v1/templates", {**TEMPLATE, "body": "Hello {{ name"}, headers=KEY)
    assert_problem(wrong, 422, "body")
    assert (await office.post("/v1/templates", TEMPLATE, headers=KEY)).status_code == 201


async def test_while_an_attempt_is_at_work_others_wait(office: Office) -> None:
    await office.post("/v1/templates", TEMPLATE, headers=KEY)
    record = await _record(office)
    at_work = replace(record, status=None, body=b"", until=office.runtime.now() + ATTEMPT)
    await office.stores.idempotency.save(OURS, record.id, at_work)
    answer = await office.post("/v1/templates", TEMPLATE, headers=KEY)
    assert_problem(answer, 409)
    assert answer.json()["type"] == "urn:rollcall:problem:in-progress"
    assert answer.headers["retry-after"] == "2"


async def test_a_dead_attempt_is_taken_over_and_writes_the_same_things(office: Office) -> None:
    """The first attempt died after its template was stored and before its answer was."""
    first = await office.post("/v1/templates", TEMPLATE, headers=KEY)
    record, count = await _record(office), await _templates(office)
    dead = replace(record, status=None, body=b"", token="dead", until=office.runtime.now())
    await office.stores.idempotency.save(OURS, record.id, dead)
    answers = await asyncio.gather(*(office.post("/v1/templates", TEMPLATE, headers=KEY) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert next(a.json()["id"] for a in answers if a.status_code == 201) == first.json()["id"]
    assert await _templates(office) == count


async def test_after_a_day_the_key_is_new(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await office.post("/v1/templates", TEMPLATE, headers=KEY)
    later = office.runtime.now() + timedelta(hours=24, seconds=1)
    monkeypatch.setattr(office.runtime, "now", lambda: later)
    again = await office.post("/v1/templates", TEMPLATE, headers=KEY)
    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]


async def test_a_fault_is_not_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "functions.api.templates.create_template"

    async def fail(*_: object) -> Response:
        raise ZeroDivisionError("a fault")

    with monkeypatch.context() as faulty:
        faulty.setattr(path, fail)
        assert_problem(await office.post("/v1/templates", TEMPLATE, headers=KEY), 500)
    assert (await office.post("/v1/templates", TEMPLATE, headers=KEY)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
async def test_an_unusable_key_is_refused(office: Office, key: str) -> None:
    response = await office.post("/v1/templates", TEMPLATE, headers={"Idempotency-Key": key})
    assert_problem(response, 422, "Idempotency-Key")


async def test_uploads_are_told_apart_by_content(office: Office) -> None:
    path = "/v1/files/upload?source_id=source-acme&name=day.csv"
    first = await office.post(path, content=b"Patient,Phone\nAna,2125550187\n", headers=KEY)
    again = await office.post(path, content=b"Patient,Phone\nAna,2125550187\n", headers=KEY)
    other = await office.post(path, content=b"Patient,Phone\nBen,2125550187\n", headers=KEY)
    assert first.status_code == 201, first.text
    assert again.content == first.content
    assert_problem(other, 422, "Idempotency-Key")
