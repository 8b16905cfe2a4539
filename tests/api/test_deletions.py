"""Forgetting a person through the API, and what providers hear of a company that was deleted."""

from pathlib import Path

import httpx
from functions_framework.aio import create_asgi_app

from functions.process import current_runtime
from shared.domain.companies.api_key import Scope
from shared.domain.fires.fire import FireState
from shared.domain.record import replace
from shared.usecases.companies.delete_company import delete_company
from shared.usecases.run_job import run_job
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem

ROOT = Path(__file__).parents[2]
PERSON = {"channel": "sms", "address": "(212) 555-0187"}
NUMBER = "+12125550187"


async def test_a_person_is_forgotten_with_a_record_that_names_nobody(office: Office) -> None:
    key = {"headers": {"Idempotency-Key": "once"}}
    answer = await office.post("/v1/deletions", PERSON, **key)
    assert answer.status_code == 200, answer.text
    begun = answer.json()
    assert (begun["state"], begun["removed"], begun["ended_at"]) == ("running", {}, None)
    assert "5550187" not in answer.text
    [job] = office.published
    await run_job(office.runtime, job)
    record = (await office.get(f"/v1/deletions/{begun['id']}")).json()
    assert (record["state"], record["left"], record["part"]) == ("done", {}, "")
    assert record["looked_through"]["failures"] == 1
    assert {name: count for name, count in record["removed"].items() if count} == {
        "messages": 1,
        "replies": 1,
        "contacts": 1,
        "contact_changes": 1,
        "automation_enrollments": 1,
    }
    assert record["asked_by"].startswith("API key rk_")
    assert record in (await office.get("/v1/deletions")).json()["items"]
    assert (await office.post("/v1/deletions", PERSON, **key)).json() == begun
    shown = (await office.get("/v1/messages/message-acme")).json()
    assert (shown["address"], shown["body"], shown["state"]) == ("", "", "skipped")
    theirs = await office.get("/v1/messages/message-globex", company_id=THEIRS)
    assert theirs.json()["address"] == NUMBER  # another company's


async def test_only_admins_forget_and_see_who_was_forgotten(office: Office) -> None:
    for scope in (Scope.READ, Scope.WRITE, Scope.SEND):
        key = await office.key(scope)
        assert_problem(await office.post("/v1/deletions", PERSON, key=key), 403)
        assert_problem(await office.get("/v1/deletions", key=key), 403)


async def test_a_wrong_address_is_named(office: Office) -> None:
    answer = await office.post("/v1/deletions", {"channel": "sms", "address": "12"})
    assert_problem(answer, 422, "address")


async def test_webhooks_of_a_deleted_company_are_answered_404(environment: Office) -> None:
    app = create_asgi_app("messages", str(ROOT / "main.py"))  # type: ignore[no-untyped-call]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here") as http:

        async def status(path: str, company_id: str) -> int:
            query = {"company": company_id, "sender": f"sender-{company_id}"}
            return (await http.post(f"/messages/{path}", params=query, data={"Body": "STOP"})).status_code

        assert await status("incoming", OURS) == 403
        fires = environment.stores.fires
        paused = replace(await fires.get(OURS, "fire-acme"), state=FireState.PAUSED)
        await fires.save(OURS, "fire-acme", paused)
        await delete_company(environment.runtime, OURS, "a test")
        current_runtime().senders_heard.clear()  # a sender is remembered for a minute
        for path in ("incoming", "status", "events"):
            assert await status(path, OURS) == 404
            assert await status(path, THEIRS) == 403
    assert_problem(await environment.get("/v1/company"), 401)
