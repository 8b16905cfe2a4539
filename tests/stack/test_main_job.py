"""The main job through the API on the whole stack: functions as processes, real pushes, signed webhooks."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
import pytest_asyncio

from infra.local.api_client import ApiClient, ApiRefusal
from infra.local.demo import run_demo
from infra.local.demo_company import DemoCompany, open_company
from infra.local.simulator.client import SimulatorClient, simulator_client
from infra.local.simulator.faults import Delays
from infra.local.simulator.outcomes import OUTCOMES
from infra.local.stack import Stack, StackOptions
from shared.runtime import Runtime
from shared.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
ALWAYS = {"opens": "00:00", "closes": "00:00"}


@dataclass(frozen=True)
class Office:
    """A company on the running stack, and who acts for it."""

    stack: Stack
    company: DemoCompany
    api: ApiClient
    simulator: SimulatorClient


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The stack as `make up` starts it, with ticks only on demand."""
    options = StackOptions(
        root=tmp_path_factory.mktemp("stack"),
        usual_ports=False,
        tick_seconds=0,
        settings={"ROLLCALL_PROVIDER_TIMEOUT_SECONDS": "2"},
        simulator_delays=Delays(receipt=0.05, slow=0.3, timeout=4),
    )
    async with Stack(options) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def office(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    """A new company on the stack."""
    for name, value in stack.settings_env.items():
        if "EMULATOR" in name:
            monkeypatch.setenv(name, value)
    runtime = Runtime(Settings.from_env(stack.settings_env))
    async with simulator_client(stack.addresses.simulator) as simulator, aiohttp.ClientSession() as http:
        await simulator.clear_messages()
        company = await open_company(runtime, simulator)
        api = ApiClient(stack.addresses.functions["api"], company.key, http)
        yield Office(stack, company, api, simulator)
    runtime.stores.db.close()  # type: ignore[no-untyped-call]


async def campaign(office: Office, rows: list[str], **changes: Any) -> dict[str, Any]:
    """A draft that texts the people in `rows` ("name,phone,email")."""
    api = office.api
    columns = [{"column": name, "field": name} for name in ("name", "phone", "email")]
    source = await api.post("/sources", {"name": "People", "columns": columns})
    link = await api.post("/files", {"source_id": source["id"], "name": "people.csv"})
    await api.put_file(link, "\n".join(["name,phone,email", *rows]).encode())
    file = await api.wait_for(f"/files/{link['file']['id']}", "state", "loaded", "refused")
    assert file["state"] == "loaded"
    body = {"name": "Text", "channel": "sms", "body": "Hello {{ name }}. Reply 1 to confirm."}
    template = await api.post("/templates", body)
    step = {
        "channel": "sms",
        "template_id": template["id"],
        "sender_id": office.company.sms_sender_id,
        "address_field": "phone",
    }
    options = [{"words": ["1"], "disposition": "confirmed"}]
    draft = {
        "name": "People",
        "audience": {"source_id": source["id"], "file_id": file["id"]},
        "steps": [step],
        "window": ALWAYS,
        "reply_options": options,
    }
    return await api.post("/campaigns", draft | changes)


async def settled(office: Office, fire_id: str) -> dict[str, Any]:
    """The fire's report once nothing is pending."""
    await office.api.wait_for(f"/fires/{fire_id}", "status", "sent", "needs_attention", "canceled")
    return await office.api.get(f"/fires/{fire_id}/report")


async def test_the_demo_closes_its_books(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stack.settings_env.items():
        if "EMULATOR" in name:
            monkeypatch.setenv(name, value)
    assert await run_demo(stack, print)


async def test_fixed_outcomes_end_as_designed_and_nobody_gets_a_text_twice(office: Office) -> None:
    rows = [f"{o.mailbox},+1646555{o.digits},x@north-clinic.com" for o in OUTCOMES]
    draft = await campaign(office, rows)
    await office.api.post(f"/campaigns/{draft['id']}/ready")
    fire = await office.api.post(f"/campaigns/{draft['id']}/fire")
    await settled(office, fire["id"])

    async def by_name() -> dict[str, dict[str, Any]]:
        found = await office.api.get("/messages", fire_id=fire["id"])
        return {message["body"].split()[1].rstrip("."): message for message in found["items"]}

    def is_quiet(messages: dict[str, dict[str, Any]]) -> bool:
        final = {"delivered", "undelivered", "failed"}
        expected = set(messages) - {"dropped", "error", "silent"}
        return all(messages[name]["delivery"] in final for name in expected)

    async with asyncio.timeout(30):
        while not is_quiet(messages := await by_name()):
            await asyncio.sleep(0.2)
    states = {name: (message["state"], message["delivery"]) for name, message in messages.items()}
    undelivered = {o.mailbox for o in OUTCOMES if o.error_code}
    for outcome in OUTCOMES:
        delivery = "undelivered" if outcome.mailbox in undelivered else "delivered"
        expected = {
            "dropped": ("failed", None),
            "error": ("unknown", None),
            "silent": ("sent", None),
        }.get(outcome.mailbox, ("sent", delivery))
        assert states[outcome.mailbox] == expected, outcome.mailbox
    report = await settled(office, fire["id"])
    assert report["status"] == "needs_attention"
    assert report["unknown"] == {messages["error"]["reason"]: 1}
    sent = [m["handset"] for m in await office.simulator.messages() if not m["incoming"]]
    assert len(sent) == len(set(sent))


async def test_a_tick_fires_what_is_due_and_an_answer_comes_back(office: Office) -> None:
    now = datetime.now(ZoneInfo("America/New_York")).replace(tzinfo=None)
    schedule = {"kind": "once", "at": now.isoformat(timespec="seconds")}
    draft = await campaign(office, ["Ana,+12125552345,"], schedule=schedule)
    ready = await office.api.post(f"/campaigns/{draft['id']}/ready")
    assert ready["state"] == "scheduled"
    assert await office.stack.tick_now("fire_due_campaigns") == 200
    status = await office.api.get(f"/campaigns/{draft['id']}/status")
    report = await settled(office, status["campaign"]["last_fire_id"])
    assert report["ledger"]["sent"] == 1
    await office.simulator.reply("+12125552345", "1")
    async with asyncio.timeout(20):
        while not (replies := (await office.api.get("/replies"))["items"]):
            await asyncio.sleep(0.1)
    assert replies[0]["disposition"] == "confirmed"
    found = await office.api.get("/messages", fire_id=report["fire_id"])
    assert found["items"][0]["disposition"] == "confirmed"


async def test_stop_keeps_the_next_campaign_away(office: Office) -> None:
    first = await campaign(office, ["Ana,+12125552346,"])
    await office.api.post(f"/campaigns/{first['id']}/ready")
    await settled(office, (await office.api.post(f"/campaigns/{first['id']}/fire"))["id"])
    await office.simulator.reply("+12125552346", "Stop")
    async with asyncio.timeout(20):
        while not (await office.api.get("/opt-outs"))["items"]:
            await asyncio.sleep(0.1)
    second = await campaign(office, ["Ana again,+12125552346,"])
    await office.api.post(f"/campaigns/{second['id']}/ready")
    fire = await office.api.post(f"/campaigns/{second['id']}/fire")
    report = await settled(office, fire["id"])
    assert report["skipped"] == {"opted_out": 1}


async def test_another_company_sees_nothing(office: Office, stack: Stack) -> None:
    draft = await campaign(office, ["Ana,+12125552347,"])
    runtime = Runtime(Settings.from_env(stack.settings_env))
    other = await open_company(runtime, office.simulator)
    async with aiohttp.ClientSession() as http:
        api = ApiClient(stack.addresses.functions["api"], other.key, http)
        with pytest.raises(ApiRefusal, match="no campaign"):
            await api.get(f"/campaigns/{draft['id']}")
        assert (await api.get("/campaigns"))["items"] == []
    runtime.stores.db.close()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("path", ["incoming", "status", "events"])
async def test_an_unsigned_webhook_is_refused(office: Office, path: str) -> None:
    url = f"{office.stack.addresses.functions['messages']}/messages/{path}"
    query = {"company": office.company.company_id, "sender": office.company.sms_sender_id}
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, params=query, data={"Body": "START"}) as answer,
    ):
        assert answer.status == 403
    assert (await office.api.get("/opt-outs"))["items"] == []
    assert (await office.api.get("/replies"))["items"] == []
