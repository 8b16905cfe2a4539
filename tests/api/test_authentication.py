"""Every route, against every caller who may not use it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from functions.api.kit.app import build_app
from functions.api.kit.docs import FILES
from shared.domain.companies.api_key import Scope, new_key_text
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.settings import Settings
from shared.usecases.companies.create_api_key import revoke_api_key
from tests.kit.api.exports import store_exports
from tests.kit.api.listed_items import a_listed_notice
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem

# Ids in paths, as the office stores them with the company's name behind.
PATH_IDS = {
    "source_id": "source",
    "merge_id": "merge",
    "template_id": "template",
    "sender_id": "sender",
    "campaign_id": "campaign",
    "message_id": "message",
    "file_id": "file",
    "fire_id": "fire",
    "failure_id": "failure",
    "preview_id": "preview",
    "reply_id": "reply",
    "opt_out_id": "opt-out",
    "deletion_id": "deletion",
    "contact_id": "contact",
    "list_id": "list",
    "field_id": "field",
    "segment_id": "segment",
    "import_id": "import",
    "endpoint_id": "endpoint",
    "delivery_id": "delivery",
    "automation_id": "automation",
    "version_id": "version",
    "enrollment_id": "enrollment",
    "mailbox_id": "mailbox",
    "sequence_id": "sequence",
    "step_id": "step",
    "enrolling_id": "enrolling",
    "effect_id": "effect",
    "resend_id": "resend",
    "broadcast_id": "broadcast",
    "notice_id": "notice",
    "appointment_id:path": "appointment",
}
PUBLIC = {"/v1/openapi.json", "/v1/docs", *(f"/v1/docs/{name}" for name in FILES)}
ENOUGH: dict[str, dict[str, Any]] = {
    "/v1/reports": {"params": {"start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"}},
    "/v1/why": {"params": {"address": "+12125550187", "campaign_id": "campaign-acme"}},
    "/v1/contacts/{contact_id}/why": {"params": {"campaign_id": "campaign-acme"}},
    "/v1/campaigns/{campaign_id}/test": {"json": {"address": "+12125550187"}},
    "/v1/contact-lists/{list_id}": {"json": {"name": "Others"}},
    "/v1/contact-lists/{list_id}/add": {"json": {"contact_ids": ["contact-acme"]}},
    "/v1/contact-lists/{list_id}/remove": {"json": {"contact_ids": ["contact-acme"]}},
    "/v1/contact-fields/{field_id}": {"json": {"name": "Others"}},
    "/v1/failures/{failure_id}/requeue": {"json": {"corrections": {"phone": "+12125550187"}}},
    "/v1/replies/{reply_id}/answer": {"json": {"message_id": "message-globex", "disposition": "confirmed"}},
    "/v1/opt-outs/{opt_out_id}/end": {"json": {"text": "asked us to"}},
    "/v1/files/{file_id}/rows/{row_number}": {"json": {"values": {"phone": "+12125550187"}}},
    "/v1/fires/{fire_id}/resend": {"json": {"reasons": ["not_delivered 30003"]}},
    "/v1/messages/{message_id}/settle": {"json": {"as": "sent"}},
    "/v1/webhook-endpoints/{endpoint_id}": {"json": {"name": "Others"}},
    "/v1/webhook-endpoints/{endpoint_id}/resend": {"json": {"since": "2026-01-01T00:00:00Z"}},
    "/v1/senders/{sender_id}": {"json": {"reply_to": "desk@north-clinic.com"}},
    "/v1/automations/{automation_id}": {
        "json": {
            "name": "Others",
            "definition": {
                "triggers": [{"kind": "event", "event": "contact.subscribed"}],
                "steps": [{"kind": "tag", "id": "greet", "tag": "greeted"}],
            },
        }
    },
    "/v1/automations/{automation_id}/try": {"json": {"contact_id": "contact-acme"}},
    "/v1/sequences/{sequence_id}/steps": {"json": {"content": "Hello."}},
    "/v1/sequences/{sequence_id}/preview": {"json": {"contact_id": "contact-acme"}},
    "/v1/sequences/{sequence_id}/steps/order": {"json": {"step_ids": ["step-acme"]}},
    "/v1/sequences/{sequence_id}/enrollings": {"json": {"audience": {"include": [{"kind": "everybody"}]}}},
    "/v1/automations/{automation_id}/enroll": {"json": {"contact_ids": ["contact-acme"]}},
}


# What the office has none of: a row, and the content of a fire.
NOT_THERE = {
    "/v1/files/{file_id}/rows/{row_number}",
    "/v1/previews/{preview_id}/rows/{row_number}",
    "/v1/fires/{fire_id}/resend-effect",
}


def an_unused_runtime() -> Runtime:
    """A runtime whose clients are never opened: enough to look at the routes."""
    settings = Settings(project_id="p", upload_bucket="b", public_url="u", signing_key="k", secrets="s")
    return Runtime(settings)


def _routes() -> Iterator[tuple[str, str, Scope | None]]:
    """Method, path and needed scope of every route that is not public."""
    for context in iter_route_contexts(build_app(an_unused_runtime()).routes):
        path = context.path or ""
        if path in PUBLIC:
            continue
        calls = [dependency.call for dependency in context.dependant.dependencies]
        scopes = [scope for call in calls if (scope := getattr(call, "scope", None))]
        for method in sorted((context.methods or set()) - {"HEAD"}):
            yield method, path, scopes[0] if len(scopes) == 1 else None


ROUTES = list(_routes())
TAKES: dict[str, dict[str, Any]] = {"POST": {"json": {}}, "PATCH": {"json": {}}, "PUT": {"json": {}}}


def _filled(path: str, company_id: str) -> str:
    for name, kind in PATH_IDS.items():
        path = path.replace(f"{{{name}}}", f"{kind}-{company_id}")
    return path.replace("{row_number}", "2").replace("{key_id}", "some-key")


def test_every_route_names_the_scope_it_needs() -> None:
    assert len(ROUTES) > 40
    assert [(method, path) for method, path, scope in ROUTES if scope is None] == []


def test_every_id_in_a_path_is_tried_with_another_companys() -> None:
    assert [path for _, path, _ in ROUTES if "{" in _filled(path, OURS)] == []


async def test_what_another_company_does_not_find_is_there_for_its_own(office: Office) -> None:
    """Else an id that names nothing would prove nothing."""
    await _store_notices(office)
    await store_exports(office)
    missing = set[str]()
    for method, path, _ in ROUTES:
        if method == "GET" and "{" in path and "{key_id}" not in path:
            response = await office.get(_filled(path, OURS), **ENOUGH.get(path, {}))
            missing |= {path} if response.status_code == 404 else set()
    assert missing == NOT_THERE


async def _store_notices(office: Office) -> None:
    for company_id in (OURS, THEIRS):
        notice = replace(a_listed_notice(), id=f"notice-{company_id}")
        await office.stores.notices.save(company_id, notice.id, notice)


def test_what_changes_or_sends_needs_more_than_read() -> None:
    harmless = {path for method, path, scope in ROUTES if method != "GET" and scope is Scope.READ}
    assert harmless == set()


async def test_nobody_gets_in_without_a_live_key(office: Office) -> None:
    now = office.runtime.now()
    ended = await office.key(Scope.ADMIN, expires_at=now + timedelta(hours=1))
    keys, ended_id = office.runtime.stores.api_keys, ended.split("_")[2]
    await keys.save(OURS, ended_id, replace(await keys.get(OURS, ended_id), expires_at=now))
    revoked = await office.key(Scope.ADMIN)
    await revoke_api_key(office.runtime, OURS, revoked.split("_")[2])
    good = office.keys[OURS]
    of_ours_for_theirs = good.replace(f"_{OURS}_", f"_{THEIRS}_")
    headers: list[dict[str, str]] = [
        {},
        {"Authorization": good},
        {"Authorization": "Basic " + good},
        {"Authorization": "Bearer "},
        {"X-Api-Key": good},
    ]
    headers += [
        {"Authorization": f"Bearer {text}"}
        for text in (
            "x",
            "rk____",
            "rk_acme_key",
            good + "x",
            good[:-1] + ("0" if good[-1] != "0" else "1"),
            new_key_text(OURS, "unknown"),
            new_key_text("nobody", "unknown"),
            f"rk_{'a' * 200}_b_c",
            of_ours_for_theirs,
            ended,
            revoked,
        )
    ]
    for method, path, _ in ROUTES:
        for chosen in headers:
            response = await office.http.request(method, _filled(path, OURS), headers=chosen)
            assert_problem(response, 401)
            assert response.headers["www-authenticate"].startswith("Bearer")
            assert "secret" not in response.text
            assert good not in response.text


@pytest.mark.parametrize("scope", [Scope.READ, Scope.WRITE, Scope.SEND])
async def test_a_key_does_only_what_its_scopes_allow(office: Office, scope: Scope) -> None:
    key = await office.key(scope)
    for method, path, needed in ROUTES:
        response = await office.call(method, _filled(path, OURS), key=key, json={})
        if needed in (scope, Scope.READ):
            assert response.status_code not in (401, 403), (method, path)
        else:
            assert str(needed) in assert_problem(response, 403)["detail"]


async def test_another_companys_ids_are_not_there(office: Office) -> None:
    await _store_notices(office)
    await store_exports(office)
    seen = 0
    for method, path, _ in ROUTES:
        if "{" not in path or "{key_id}" in path:
            continue
        options: dict[str, Any] = ENOUGH.get(path, TAKES.get(method, {}))
        response = await office.call(method, _filled(path, THEIRS), **options)
        assert_problem(response, 404)
        seen += 1
    assert seen > 25


async def test_another_companys_keys_are_not_there(office: Office) -> None:
    theirs = office.keys[THEIRS].split("_")[2]
    assert_problem(await office.get(f"/v1/api-keys/{theirs}"), 404)
    assert_problem(await office.call("DELETE", f"/v1/api-keys/{theirs}"), 404)
    assert (await office.get("/v1/company", company_id=THEIRS)).status_code == 200


async def test_lists_hold_only_what_is_ours(office: Office) -> None:
    for method, path, _ in ROUTES:
        if method != "GET" or "{" in path or path == "/v1/failures/export":
            continue
        response = await office.get(path, **ENOUGH.get(path, {}))
        assert response.status_code == 200, response.text
        assert THEIRS not in response.text.lower(), path


async def test_filters_and_exports_by_anothers_id_find_nothing(office: Office) -> None:
    for path in (
        "/v1/messages?fire_id=fire-globex",
        "/v1/failures?fire_id=fire-globex",
        "/v1/fires?campaign_id=campaign-globex",
        "/v1/files?source_id=source-globex",
    ):
        assert (await office.get(path)).json() == {"items": [], "next_cursor": None}
    assert_problem(await office.get("/v1/failures/export?fire_id=fire-globex"), 404)
    assert_problem(await office.get("/v1/failures/export?file_id=file-globex"), 404)


async def test_another_companys_ids_in_a_body_are_wrong_fields(office: Office) -> None:
    body = {
        "name": "Reminders",
        "audience": {"source_id": "source-globex", "file_id": "file-globex"},
        "steps": [
            {
                "channel": "sms",
                "template_id": "template-globex",
                "sender_id": "sender-globex",
                "address_field": "phone",
            }
        ],
    }
    response = await office.post("/v1/campaigns", body)
    wrong = ("steps[0].template_id", "steps[0].sender_id", "audience.source_id", "audience.file_id")
    assert_problem(response, 422, *wrong)
    response = await office.post("/v1/files", {"source_id": "source-globex", "name": "a.csv"})
    assert_problem(response, 422, "source_id")
    response = await office.post("/v1/files/upload?source_id=source-globex&name=a.csv", content=b"a\n1")
    assert_problem(response, 422, "source_id")


async def test_the_company_comes_from_the_key_and_nothing_else(office: Office) -> None:
    response = await office.get("/v1/company", headers={"X-Company": THEIRS, "Company-Id": THEIRS})
    assert response.json()["id"] == OURS
    assert_problem(await office.get(f"/v1/company?company_id={THEIRS}"), 422, "company_id")


async def test_a_key_is_shown_once_and_kept_as_a_digest(office: Office) -> None:
    response = await office.post("/v1/api-keys", {"name": "CI", "scopes": ["read", "write"]})
    assert response.status_code == 201
    made = response.json()
    text = made.pop("key")
    assert (await office.get(response.headers["location"])).json() == made
    assert text.startswith(made["prefix"] + "_")
    stored = await office.stores.api_keys.ref(OURS, made["id"]).get()
    assert text not in str(stored.to_dict())
    assert (await office.get("/v1/company", key=text)).status_code == 200
    assert (await office.call("DELETE", f"/v1/api-keys/{made['id']}")).json()["revoked_at"]
    assert "revoked" in assert_problem(await office.get("/v1/company", key=text), 401)["detail"]


async def test_a_keys_answer_can_be_repeated_but_not_its_text(office: Office) -> None:
    body, headers = {"name": "CI", "scopes": ["read"]}, {"Idempotency-Key": "k1"}
    first = await office.post("/v1/api-keys", body, headers=headers)
    again = await office.post("/v1/api-keys", body, headers=headers)
    assert again.json() == {**first.json(), "key": None}
    async for record in office.stores.db.collection_group("idempotency_keys").stream():
        assert first.json()["key"].encode() not in (record.to_dict() or {})["body"]
