"""The main job through the API on the whole stack: functions as processes, real pushes, signed webhooks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from infra.local.api_client import ApiClient, ApiRefusal
from infra.local.demo import run_demo
from infra.local.demo_company import SMS_NUMBER, open_company
from infra.local.simulator.outcomes import OUTCOMES
from infra.local.stack import Stack
from shared.runtime import Runtime
from shared.settings import Settings
from tests.kit.patience import PATIENCE_SECONDS
from tests.kit.stack.log_search import Private, anybodys, entries, leaks
from tests.kit.stack.mishaps import ADDRESS, NUMBER, TEXT, WRONG_KEY, WRONG_TOKEN, knock
from tests.kit.stack.office import Office, campaign, settled, stored

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_demo_closes_its_books(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stack.emulator_env.items():
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
        expected = set(messages) - {"dropped", "foreign", "error", "silent"}
        return all(messages[name]["delivery"] in final for name in expected)

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_quiet(messages := await by_name()):
            await asyncio.sleep(0.2)
    states = {name: (message["state"], message["delivery"]) for name, message in messages.items()}
    undelivered = {o.mailbox for o in OUTCOMES if o.error_code}
    for outcome in OUTCOMES:
        delivery = "undelivered" if outcome.mailbox in undelivered else "delivered"
        expected = {
            "dropped": ("failed", None),
            "foreign": ("failed", None),
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
    async with asyncio.timeout(PATIENCE_SECONDS):
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
    async with asyncio.timeout(PATIENCE_SECONDS):
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


@pytest.mark.parametrize(("path", "kind", "proof", "pieces"), [
    ("incoming", "sms", "X-Twilio-Signature", 3),
    ("incoming", "email", "X-Twilio-Email-Event-Webhook-Signature", 700),
    ("events", "email", "X-Twilio-Email-Event-Webhook-Signature", 220),
])  # fmt: skip
@pytest.mark.parametrize("is_announced", [True, False], ids=["announced", "in pieces"])
async def test_a_webhook_that_is_too_long_is_refused_before_it_is_taken(
    office: Office, path: str, kind: str, proof: str, pieces: int, is_announced: bool
) -> None:
    """Over real HTTP: the answer comes while the rest is still to be sent."""
    sender_id = {"sms": office.company.sms_sender_id, "email": office.company.email_sender_id}[kind]
    url = f"{office.stack.addresses.functions['messages']}/messages/{path}"
    query, piece, taken = {"company": office.company.company_id, "sender": sender_id}, b"x" * 50_000, 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(100 * pieces):
            taken += 1
            yield piece
            await asyncio.sleep(0)

    headers = {proof: "c2lnbmVk", "X-Twilio-Email-Event-Webhook-Timestamp": "1796000000"}
    if is_announced:
        headers["Content-Length"] = str(100 * pieces * len(piece))
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, params=query, data=body(), headers=headers) as answer,
    ):
        assert answer.status == 413
        assert (await answer.json())["title"] == "The body is too large"
    assert taken < 3 * pieces + 200, "the rest was not waited for"


async def test_a_token_is_rotated_while_messages_and_receipts_go_on(office: Office) -> None:
    api, path = office.api, f"/senders/{office.company.sms_sender_id}/credentials"
    old = (await stored(office, office.company.sms_sender_id))[0]
    sid, new = old["account_sid"], "0123456789abcdef" * 2

    async def delivered(number: str) -> None:
        """A text goes out, and its receipt comes in."""
        draft = await campaign(office, [f"Ana,{number},"])
        await api.post(f"/campaigns/{draft['id']}/ready")
        fire = await api.post(f"/campaigns/{draft['id']}/fire")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = (await api.get("/messages", fire_id=fire["id"]))["items"]
                if found and found[0]["delivery"] == "delivered":
                    return
                await asyncio.sleep(0.1)

    await delivered("+12125552351")
    # Twilio makes a secondary token. It signs webhooks with the primary one still: receipts prove both.
    await office.simulator.add_account(sid=sid, token=old["auth_token"], secondary=new)
    assert (await api.put(path, {"account_sid": sid, "auth_token": new}))["live_count"] == 2
    await delivered("+12125552352")
    # The new one is promoted: the old one opens nothing any more, and the new one signs.
    await office.simulator.add_account(sid=sid, token=new)
    await delivered("+12125552353")
    assert (await api.post(f"{path}/retire-old"))["live_count"] == 1
    await delivered("+12125552354")
    # What the old one signs from now on is refused.
    url = f"{office.stack.settings_env['ROLLCALL_PUBLIC_URL']}/messages/incoming"
    url += f"?company={office.company.company_id}&sender={office.company.sms_sender_id}"
    form = {"AccountSid": sid, "MessageSid": "SM1", "From": "+12125552351", "To": SMS_NUMBER, "Body": "1"}
    async with aiohttp.ClientSession() as http:
        for token, status in ((old["auth_token"], 403), (new, 200)):
            headers = {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}
            async with http.post(url, data=form, headers=headers) as answer:
                assert answer.status == status


async def test_no_log_holds_a_number_an_address_a_body_or_a_secret(office: Office) -> None:
    api, company, env = office.api, office.company, office.stack.settings_env
    rows = [f"Quill-{o.mailbox},+1646555{o.digits},quill.{o.mailbox}@north-clinic.com" for o in OUTCOMES]
    mail = {"name": "Mail", "channel": "email", "subject": "A word to {{ name }}", "body": "Dear {{ name }},"}
    template = await api.post("/templates", mail)
    draft = await campaign(office, [*rows, "Quill-short,+1212555,"])
    by_mail = draft["steps"][0] | {
        "channel": "email",
        "template_id": template["id"],
        "sender_id": company.email_sender_id,
        "address_field": "email",
    }
    steps = [{name: step[name] for name in by_mail if name != "id"} for step in (draft["steps"][0], by_mail)]
    await api.patch(f"/campaigns/{draft['id']}", {"steps": steps})
    await api.post(f"/campaigns/{draft['id']}/ready")
    await settled(office, (await api.post(f"/campaigns/{draft['id']}/fire"))["id"])
    await office.simulator.reply("+1646555" + OUTCOMES[0].digits, "Quill-reply: words that nobody logs")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (await api.get("/replies"))["items"]:
            await asyncio.sleep(0.1)
    await knock(office.stack, company.company_id, company.sms_sender_id, company.key)
    await refused_by_twilio(office)

    logs = [office.stack.directory / "logs" / f"{name}.log" for name in office.stack.hosts]
    said = {str(entry["message"]) for entry in entries(logs)}
    assert said >= {
        "webhook refused",
        "job not readable",
        "job failed",
        "alert",
        "reply received",
        "fire refused",
    }
    ids = {entry.get("company_id") for entry in entries(logs)}
    assert company.company_id in ids  # what lines are found by is there
    live = await stored(office, company.sms_sender_id) + await stored(office, company.email_sender_id)
    private = Private(
        numbers=frozenset({*(f"+1646555{o.digits}" for o in OUTCOMES), SMS_NUMBER, NUMBER, "+12125552361"}),
        texts=frozenset(
            {"Quill-", "quill.", "north-clinic.com", "+1212555,", ADDRESS, TEXT, WRONG_TOKEN, WRONG_KEY}
            | {company.key, env["ROLLCALL_SIGNING_KEY"], env["ROLLCALL_CALLER_TOKEN"]}
            | {value for fields in live for value in fields.values()}
        ),
    )
    assert leaks(logs, private) == []
    assert anybodys(logs) == []  # the demo's hundreds of people too


async def refused_by_twilio(office: Office) -> None:
    """The account is suspended when a campaign is being sent and another one falls due."""
    api = office.api
    account = (await stored(office, office.company.sms_sender_id))[0]
    now = datetime.now(ZoneInfo("America/New_York")).replace(tzinfo=None).isoformat(timespec="seconds")
    for changes in ({"schedule": {"kind": "once", "at": now}}, {}):
        draft = await campaign(office, ["Quill-later,+12125552361,"], **changes)
        await api.post(f"/campaigns/{draft['id']}/ready")
    await office.simulator.add_account(
        sid=account["account_sid"], token=account["auth_token"], suspended=True
    )
    await api.post(f"/campaigns/{draft['id']}/fire")  # preflight's good answer is a moment old
    await api.wait_for(f"/senders/{office.company.sms_sender_id}", "is_paused", True)
    assert await office.stack.tick_now("fire_due_campaigns") == 200
