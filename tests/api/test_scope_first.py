"""Scope comes before all else: nothing is read, stored or answered again for a key that may not ask."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from httpx import Response

from functions.api.kit.app import build_app
from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.idempotency import request_hash
from functions.api.kit.route import ApiRoute
from shared.domain.companies.api_key import Scope
from shared.domain.ids import computed_id
from shared.domain.record import replace
from shared.usecases.companies.create_api_key import revoke_api_key
from shared.usecases.requests.claim_request import claim_request, keep_answer
from tests.api.test_authentication import ROUTES, _filled, an_unused_runtime
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.architecture.asgi import a_request

BODY = b'{"the": "same"}'
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
JSON = {"Content-Type": "application/json"}
KEPT = b'{"url": "what was answered once"}'
NAMES = {
    context.path: context.name
    for context in iter_route_contexts(build_app(an_unused_runtime()).routes)
    if "POST" in (context.methods or ())
}
POSTS = [(path, scope) for method, path, scope in ROUTES if method == "POST"]
WITHOUT = {
    Scope.WRITE: (Scope.READ, Scope.SEND),
    Scope.SEND: (Scope.READ, Scope.WRITE),
    Scope.ADMIN: (Scope.READ, Scope.WRITE, Scope.SEND),
}


async def _answer_once(office: Office) -> None:
    """The state after every POST there is was done under KEY: each one's answer is kept."""
    for path, _ in POSTS:
        # A file's digest stands for its bytes.
        content = hashlib.sha256(BODY).digest() if path.endswith(("/upload", "/suggest")) else BODY
        digest = request_hash(a_request(_filled(path, OURS)), content)
        record_id = computed_id(OURS, "idempotency", NAMES[path] or "", KEY["Idempotency-Key"])
        record = await claim_request(office.runtime, OURS, record_id, digest)
        await keep_answer(office.runtime, OURS, replace(record, status=201, body=KEPT))


async def _ask_again(office: Office, path: str, key: str) -> Response:
    return await office.post(_filled(path, OURS), content=BODY, key=key, headers=KEY | JSON)


async def test_an_answer_is_repeated_only_for_the_routes_scope(office: Office) -> None:
    await _answer_once(office)
    keys = {scope: await office.key(scope) for scope in Scope}
    assert len(POSTS) > 20
    for path, needed in POSTS:
        assert needed is not None
        for scope in (needed, Scope.ADMIN):
            again = await _ask_again(office, path, keys[scope])
            assert (again.status_code, again.content) == (201, KEPT), path
        for scope in WITHOUT[needed]:
            refused = await _ask_again(office, path, keys[scope])
            assert str(needed) in assert_problem(refused, 403)["detail"]
            assert "idempotent-replayed" not in refused.headers


async def test_no_answer_is_repeated_to_a_key_that_no_longer_holds(office: Office) -> None:
    """Revoked, ended, reduced to reading since it got the answer, or another company's."""
    await _answer_once(office)
    store, now = office.stores.api_keys, office.runtime.now()
    revoked, reduced = await office.key(Scope.ADMIN), await office.key(Scope.ADMIN)
    ended = await office.key(Scope.ADMIN, expires_at=now + timedelta(hours=1))
    assert (await _ask_again(office, POSTS[0][0], revoked)).content == KEPT
    await revoke_api_key(office.runtime, OURS, revoked.split("_")[2])
    for text, change in ((ended, {"expires_at": now}), (reduced, {"scopes": (Scope.READ,)})):
        key_id = text.split("_")[2]
        await store.save(OURS, key_id, replace(await store.get(OURS, key_id), **change))
    for path, _ in POSTS:
        assert_problem(await _ask_again(office, path, revoked), 401)
        assert_problem(await _ask_again(office, path, ended), 401)
        assert_problem(await _ask_again(office, path, reduced), 403)
        theirs = await _ask_again(office, path, office.keys[THEIRS])
        assert "idempotent-replayed" not in theirs.headers
        assert KEPT not in theirs.content


@pytest.mark.parametrize("headers", [{}, KEY])
async def test_nothing_of_a_body_is_taken_from_a_key_that_may_not_send_it(
    office: Office, headers: dict[str, str]
) -> None:
    reader, taken = await office.key(Scope.READ), 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        taken += 1
        yield BODY

    changing = [(method, _filled(path, OURS)) for method, path, scope in ROUTES if scope is not Scope.READ]
    for method, path in changing:
        for key, status in ((reader, 403), ("rk_acme_unknown_key", 401)):
            response = await office.call(method, path, content=pieces(), key=key, headers=headers | JSON)
            assert_problem(response, status)
    assert taken == 0
    assert (await office.stores.idempotency.page(OURS, limit=1)).items == []


async def test_wrong_parameters_say_nothing_to_a_key_without_scope(office: Office) -> None:
    reader = await office.key(Scope.READ)
    for method, path, scope in ROUTES:
        if scope is not Scope.READ:
            assert_problem(await office.call(method, f"{_filled(path, OURS)}?no=1", key=reader), 403)


def test_a_route_without_a_scope_or_with_two_cannot_be_made() -> None:
    router = APIRouter(route_class=ApiRoute)

    async def nobody() -> None: ...
    async def both(one: Reader, other: Writer) -> None: ...

    for handler in (nobody, both):
        with pytest.raises(TypeError, match="one scope"):
            router.add_api_route("/v1/new", handler)


async def test_the_query_tells_two_requests_apart(office: Office) -> None:
    path, content = "/v1/files/upload?source_id=source-acme&name=", b"Patient,Phone\nAna,2125550187\n"
    assert (await office.post(f"{path}monday.csv", content=content, headers=KEY)).status_code == 201
    other = await office.post(f"{path}tuesday.csv", content=content, headers=KEY)
    assert_problem(other, 422, "Idempotency-Key")
    again = await office.post(f"{path}monday.csv", content=content, headers=KEY)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["name"] == "monday.csv"


def test_method_path_query_and_body_are_each_part_of_the_hash() -> None:
    requests = [
        (a_request("/v1/a", "x=1"), b"body"),
        (a_request("/v1/a", "x=2"), b"body"),
        (a_request("/v1/a", ""), b"x=1body"),
        (a_request("/v1/b", "x=1"), b"body"),
        (a_request("/v1/a", "x=1", method="PUT"), b"body"),
        (a_request("/v1/a", "x=1"), b"other"),
        (a_request("/v1/ax", "=1"), b"body"),
    ]
    assert len({request_hash(request, content) for request, content in requests}) == len(requests)
