"""No request makes work that keeps others waiting: what costs too much is refused, with the reason."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from fastapi.exceptions import RequestValidationError

from functions.api.kit.json_body import DEEPEST, MOST_FIELDS, MOST_ITEMS, MOST_VALUES
from functions.api.kit.problems import refusal_of
from functions.api.kit.route import BODY_BYTES
from shared.domain.companies.api_key import Scope
from shared.domain.errors import SHOWN_PROBLEMS
from tests.api.test_authentication import ROUTES, _filled
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.work import counting_calls, counting_calls_meanwhile

JSON = {"Content-Type": "application/json"}
MOST_CALLS = 100_000  # of functions, for one request: some twenty milliseconds
LARGEST_ANSWER = 100_000  # bytes
CHANGING = [(method, path) for method, path, scope in ROUTES if scope is not Scope.READ]


def _object(size: int) -> bytes:
    return json.dumps({f"unknown{number}": 1 for number in range(size)}).encode()


HOSTILE = {
    "few unknown fields": _object(MOST_FIELDS),
    "8,000 unknown fields": _object(8_000),
    "50,000 unknown fields": _object(50_000),
    "one field again and again": b'{"name": 1' + b', "name": 1' * 80_000 + b"}",
    "a long list": json.dumps({"columns": [1] * MOST_ITEMS}).encode(),
    "a longer list": json.dumps({"columns": [1] * 300_000}).encode(),
    "many empty lists": b'{"columns": [' + b"[]," * 300_000 + b"[]]}",
    "many empty objects": b'{"columns": [' + b"{}," * 300_000 + b"{}]}",
    "many wrong objects": json.dumps(
        {"columns": [{f"u{number}": 1 for number in range(29)}] * 500, "steps": [{}] * 400}
    ).encode(),
    "many texts": b'["' + b'","' * 250_000 + b'"]',
    "a text that does not end": b'{"name": "' + b'\\"' * 400_000,
    "deep lists": b"[" * 400_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "somewhat deep": b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
    "a long number": b"1" * 1_000_000,
    "a long fraction": b'{"name": 0.' + b"1" * 1_000_000 + b"}",
    "a long exponent": b'{"name": 1e' + b"9" * 1_000_000 + b"}",
    "a long name": json.dumps({"x" * 1_000_000: 1}).encode(),
    "a long text": json.dumps({"name": "x" * 1_000_000}).encode(),
    "an escaped text": b'{"name": "' + b"\\u0041" * 160_000 + b'"}',
    "no UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "no number": b'{"name": NaN}',
}


def _validation_error(size: int) -> RequestValidationError:
    return RequestValidationError(
        [
            {"loc": ("body", "columns", number, "x"), "type": "extra_forbidden", "msg": "Extra", "input": 1}
            for number in range(size)
        ]
    )


def test_telling_what_is_wrong_grows_no_faster_than_the_faults() -> None:
    work = [
        counting_calls(lambda error=error: refusal_of(error))[1]  # type: ignore[misc]
        for error in map(_validation_error, (1_000, 2_000, 4_000, 8_000))
    ]
    assert all(larger < 2.2 * smaller for smaller, larger in pairwise(work)), work


def test_of_many_faults_the_first_are_named_and_the_others_counted() -> None:
    refusal = refusal_of(_validation_error(SHOWN_PROBLEMS + 7))
    assert refusal is not None
    assert len(refusal.problems) == SHOWN_PROBLEMS + 1
    assert refusal.problems[0].field == "columns[0].x"
    assert refusal.problems[-1].field == "request"
    assert "7 more" in refusal.problems[-1].reason


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_body_is_refused_with_little_work(office: Office, kind: str) -> None:
    await office.post("/v1/sources", content=b"{}", headers=JSON)  # what is done once, is done
    asked = office.post("/v1/sources", content=HOSTILE[kind], headers=JSON)
    response, calls = await counting_calls_meanwhile(asked)
    document = assert_problem(response, 422, *(item["field"] for item in response.json()["errors"]))
    assert document["errors"]
    assert len(response.content) < LARGEST_ANSWER
    assert calls < MOST_CALLS


async def test_every_route_that_takes_a_body_bounds_it(office: Office) -> None:
    for method, path in CHANGING:
        for kind in ("8,000 unknown fields", "deep objects", "many empty lists"):
            asked = office.call(method, _filled(path, OURS), content=HOSTILE[kind], headers=JSON)
            response, calls = await counting_calls_meanwhile(asked)
            assert response.status_code < 500, (path, kind)
            assert len(response.content) < LARGEST_ANSWER, (path, kind)
            assert calls < MOST_CALLS, (path, kind, calls)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"name": "a", "channel": "sms", "name": "b"}', "gives 'name' more than once"),
        (_object(MOST_FIELDS + 1), f"an object of {MOST_FIELDS + 1} fields ('unknown0', "),
        (json.dumps([1] * (MOST_ITEMS + 1)).encode(), "a list of 1,001 items"),
        (json.dumps([[1] * 100] * 150).encode(), f"more than {MOST_VALUES:,} values"),
        (b"[" * 21 + b"]" * 21, "more than 20 levels deep"),
        (b'{"name": ' + b"1" * 5_000 + b"}", "a number of more than 4,300 digits"),
        (b'{"name": Infinity}', "Infinity is no number there"),
        (b'{"name": "\xff"}', "not UTF-8 (at byte 10)"),
    ],
)
async def test_what_is_beyond_a_bound_is_said(office: Office, content: bytes, reason: str) -> None:
    response = await office.post("/v1/templates", content=content, headers=JSON)
    assert reason in assert_problem(response, 422, "body")["detail"]


@pytest.mark.parametrize("quotes", ["", '"[{,', '\\\\"', "'"])
async def test_what_stands_in_texts_does_not_count(office: Office, quotes: str) -> None:
    body = {"name": "x", "channel": "email", "subject": "x", "body": (quotes + "[,{") * 9_000}
    assert (await office.post("/v1/templates", body)).status_code == 201


async def test_a_body_announced_as_too_large_is_not_read(office: Office) -> None:
    taken = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        taken += 1
        yield b"x"

    for method, path in CHANGING:
        for length in (BODY_BYTES * 40, 10**30):
            headers = JSON | {"Content-Length": str(length)}
            response = await office.call(method, _filled(path, OURS), content=pieces(), headers=headers)
            assert_problem(response, 413)
    assert taken == 0


async def test_a_body_in_pieces_is_read_up_to_its_bound(office: Office) -> None:
    taken = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(10_000):
            taken += 10_000
            yield b" " * 10_000

    for path, bound in (("/v1/templates", BODY_BYTES), ("/v1/sources/suggest", 2_000_000)):
        taken = 0
        assert_problem(await office.post(path, content=pieces(), headers=JSON), 413)
        assert taken <= bound + 10_000


async def test_of_many_unknown_parameters_the_first_are_named(office: Office) -> None:
    response = await office.get("/v1/templates?" + "&".join(f"x{number}=1" for number in range(900)))
    assert len(response.json()["errors"]) == SHOWN_PROBLEMS + 1


async def test_a_company_takes_no_more_uploads_than_its_share(office: Office) -> None:
    go, path, begun = asyncio.Event(), "/v1/sources/suggest", 0

    async def slow() -> AsyncIterator[bytes]:
        nonlocal begun
        begun += 1
        yield b"Name,Phone\n"
        await go.wait()
        yield b"Ana,2125550187\n"

    waiting = [asyncio.create_task(office.post(path, content=slow())) for _ in range(3)]
    while begun < 3:
        await asyncio.sleep(0)
    refused = await office.post(path, content=b"Name\nAna")
    assert_problem(refused, 503)
    assert refused.headers["retry-after"]
    assert (await office.post(path, content=b"Name\nAna", company_id=THEIRS)).status_code == 200
    go.set()
    assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200] * 3
    assert (await office.post(path, content=b"Name\nAna")).status_code == 200


def _wide(columns: int) -> bytes:
    names = ",".join(f"name{number}" for number in range(columns))
    return "\n".join([names] + [",".join(["06/14/2027"] * columns)] * 50).encode()


async def test_a_suggestions_work_is_not_the_apis(office: Office) -> None:
    """Ten times as many columns are no more work for the process that serves everybody."""
    work = []
    for columns in (50, 50, 500):
        asked = office.post("/v1/sources/suggest", content=_wide(columns))
        response, calls = await counting_calls_meanwhile(asked)
        assert len(response.json()["columns"]) == columns
        work.append(calls)
    assert work[2] < 2 * work[1] + 500 * 30  # what is left is reading and checking the answer


async def test_a_workbook_that_unpacks_to_too_much_is_refused(office: Office) -> None:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/workbook.xml", "w") as part,
    ):
        for _ in range(201):
            part.write(bytes(1024 * 1024))
    assert len(packed.getvalue()) < 1_000_000
    response = await office.post("/v1/sources/suggest", content=packed.getvalue())
    assert "unpacks to more than 200 MiB" in assert_problem(response, 422)["detail"]


async def test_a_list_of_campaigns_leaves_out_the_holidays(office: Office) -> None:
    response = await office.get("/v1/campaigns")
    assert [item for item in response.json()["items"] if "holidays" in item] == []
    assert "holidays" in (await office.get("/v1/campaigns/campaign-acme")).json()
