"""The rules around sending, on the running stack: windows, caps, stand-ins, pools, changed appointments."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infra.local.simulator.outcomes import Answer
from infra.local.waiting import wait_while_moving
from shared.domain.channels.channel import Channel
from shared.domain.senders.sender import Provider, Sender
from shared.usecases.senders.save_sender import save_sender
from tests.kit.stack.office import ALWAYS, Office, campaign, settled, stack_runtime

pytestmark = pytest.mark.asyncio(loop_scope="session")
ANA, BEN, CLEO = "+12125552491", "+12125552492", "+12125552493"
NEW_YORK = ZoneInfo("America/New_York")
VISITS = [
    {"column": "Id", "field": "appointment_id", "is_required": True},
    {"column": "Name", "field": "name"},
    {"column": "Phone", "field": "phone", "type": "phone"},
    {"column": "When", "field": "appointment_at", "type": "datetime", "formats": ["%Y-%m-%d %H:%M"]},
]


async def _fired(office: Office, rows: list[str], **changes: Any) -> dict[str, Any]:
    draft = await campaign(office, rows, **changes)
    await office.api.post(f"/campaigns/{draft['id']}/ready")
    return await office.api.post(f"/campaigns/{draft['id']}/fire")


async def _texts(office: Office, handset: str) -> list[dict[str, Any]]:
    return [one for one in await office.simulator.messages(handset=handset) if not one["incoming"]]


async def _queued(office: Office, fire_id: str, count: int) -> list[dict[str, Any]]:
    """The fire's messages, once they are so many."""

    async def look() -> list[dict[str, Any]]:
        return list((await office.api.get("/messages", fire_id=fire_id))["items"])

    return await wait_while_moving("the messages to be queued", look, lambda items: len(items) == count)


async def _sender(office: Office, sender: Sender, fields: dict[str, str]) -> None:
    async with stack_runtime(office.stack) as runtime:
        await save_sender(runtime, office.company.company_id, sender, fields)


async def test_a_message_outside_the_window_says_until_when_it_waits_and_why(office: Office) -> None:
    today = datetime.now(UTC).astimezone(NEW_YORK).date()
    days = [str(today + timedelta(days=number)) for number in (-1, 0, 1)]  # wherever midnight is meanwhile
    window = {"opens": "09:00", "closes": "17:00", "closed_days": days}
    fire = await _fired(office, [f"Ana,{ANA},"], window=window)
    [message] = await _queued(office, fire["id"], 1)
    waits = message["waits"]
    until = datetime.fromisoformat(waits["until"]).astimezone(NEW_YORK)
    assert waits["kind"] == "closed_day"
    assert (until.hour, until.date() > today + timedelta(days=1)) == (9, True)
    assert waits["words"]
    await office.stack.tick_now("dispatch_due_batches")
    assert await _texts(office, ANA) == []


async def test_who_had_enough_is_skipped_with_the_reason(office: Office) -> None:
    cap = {"messages": 1, "hours": 24}
    for sent, skipped in ((1, {}), (0, {"too_many": 1})):
        rows = [f"Ben {sent},{BEN},"]  # another text each time
        report = await settled(office, (await _fired(office, rows, frequency_cap=cap))["id"])
        assert (report["ledger"]["sent"], report["skipped"]) == (sent, skipped)
    assert len(await _texts(office, BEN)) == 1


async def test_a_second_provider_account_takes_over_and_nobody_gets_a_text_twice(office: Office) -> None:
    account = await office.simulator.add_account()
    await office.simulator.add_number(account, "+12125550901")
    second = Sender(id="second", channel=Channel("sms"), provider=Provider("twilio"), address="+12125550901")
    await _sender(office, second, {"account_sid": account.sid, "auth_token": account.token})
    first = office.company.sms_sender_id
    await office.api.patch(f"/senders/{first}", {"stand_in_id": "second"})
    phones = [f"+12125552{number}" for number in range(500, 503)]
    await office.simulator.ask_fault("twilio", Answer.THROTTLED, count=6)  # both tries of the three
    try:
        fire = await _fired(office, [f"P{phone[-1]},{phone}," for phone in phones])

        async def pending() -> int:
            await office.stack.tick_now("dispatch_due_batches")
            return int((await office.api.get(f"/fires/{fire['id']}"))["ledger"]["pending"])

        await wait_while_moving("the second one to take over", pending, lambda left: left == 0)
    finally:
        await office.simulator.clear_faults()
    found = (await office.api.get("/messages", fire_id=fire["id"]))["items"]
    assert {(one["state"], one["sender_id"]) for one in found} == {("sent", "second")}
    assert [[one["sender"] for one in await _texts(office, phone)] for phone in phones] == [
        ["+12125550901"]
    ] * 3


async def test_a_messaging_service_says_how_it_is_registered_and_sends_from_its_pool(office: Office) -> None:
    account = await office.simulator.add_account()
    await office.simulator.add_number(account, "+12125550911")
    service = await office.simulator.add_service(account, "+12125550911", campaign="VERIFIED")
    pool = Sender(id="pool", channel=Channel("sms"), provider=Provider("twilio"), address=service)
    await _sender(office, pool, {"account_sid": account.sid, "auth_token": account.token})
    draft = await campaign(office, [f"Cleo,{CLEO},"])
    step = {name: draft["steps"][0][name] for name in ("channel", "template_id", "address_field")}
    await office.api.patch(f"/campaigns/{draft['id']}", {"steps": [step | {"sender_id": "pool"}]})
    checked = await office.api.get("/senders/pool/check")
    ready = await office.api.post(f"/campaigns/{draft['id']}/ready")
    assert checked["problem"] is None
    assert checked["remarks"] == ready["sender_remarks"]
    assert any("10DLC" in remark for remark in checked["remarks"])
    fire = await office.api.post(f"/campaigns/{draft['id']}/fire")
    assert (await settled(office, fire["id"]))["ledger"]["sent"] == 1
    [text] = await _texts(office, CLEO)
    assert (text["sender"], text["request_id"]) == ("+12125550911", service)


async def test_messenger_over_twilio_stays_within_the_hours_after_the_person_wrote(office: Office) -> None:
    page, ana, ben = "112233445566778", "7751234567890187", "7751234567890188"
    account = await office.simulator.add_account()
    sender = Sender(
        id="page", channel=Channel("messenger"), provider=Provider("twilio"), address=page, rate_per_second=25
    )
    await _sender(office, sender, {"account_sid": account.sid, "auth_token": account.token})
    public = office.stack.settings_env["ROLLCALL_PUBLIC_URL"]
    url = f"{public}/messages/incoming?company={office.company.company_id}&sender=page"
    await office.simulator.add_number(account, f"messenger:{page}", webhook_url=url)
    await office.simulator.reply(f"messenger:{ana}", "Hello", sender=f"messenger:{page}")
    await wait_while_moving(
        "the word", lambda: office.api.get("/replies"), lambda seen: len(seen["items"]) == 1
    )
    made = await office.api.post(
        "/templates", {"name": "Visit", "channel": "messenger", "body": "Hello {{ name }}"}
    )
    step = {
        "channel": "messenger",
        "template_id": made["id"],
        "sender_id": "page",
        "address_field": "email",
    }
    fire = await _fired(office, [f"Ana,,{ana}", f"Ben,,{ben}"], steps=[step])
    report = await settled(office, fire["id"])
    assert (report["ledger"]["sent"], report["skipped"]) == (1, {"conversation_closed": 1})
    [text] = await _texts(office, f"messenger:{ana}")
    assert text["body"] == "Hello Ana"


async def test_reminders_follow_their_appointments_and_who_is_canceled_is_told(office: Office) -> None:
    """One is moved by a later file, one canceled by the API, and one message is withdrawn by itself."""
    api, day = office.api, datetime.now(NEW_YORK).date() + timedelta(days=20)
    source = await api.post("/sources", {"name": "Visits", "columns": VISITS})

    async def loaded(*rows: str) -> dict[str, Any]:
        link = await api.post("/files", {"source_id": source["id"], "name": "visits.csv"})
        await api.put_file(link, "\n".join(["Id,Name,Phone,When", *rows]).encode())
        return await api.wait_for(f"/files/{link['file']['id']}", "state", "loaded", "refused")

    rows = [f"{name},{name},{phone},{day} 10:30" for name, phone in (("a", ANA), ("b", BEN), ("c", CLEO))]
    file = await loaded(*rows)
    when = {"kind": "at_field", "field": "appointment_at", "days": -3, "clock": "17:00"}
    remind, off = [
        {
            "channel": "sms",
            "template_id": (await api.post("/templates", {"name": "V", "channel": "sms", "body": body}))[
                "id"
            ],
            "sender_id": office.company.sms_sender_id,
            "address_field": "phone",
        }
        for body in (
            "See you on {{ appointment_at | date: 'medium' }}.",
            "Your visit on {{ appointment_at | date: '%B %-d' }} is canceled.",
        )
    ]
    steps = [remind | {"when": when}, off | {"only_if": "appointment_canceled"}]
    audience = {"source_id": source["id"], "file_id": file["id"]}
    draft = {"name": "Visits", "audience": audience, "steps": steps, "window": ALWAYS}
    made = await api.post("/campaigns", draft)
    await api.post(f"/campaigns/{made['id']}/ready")
    fire = await api.post(f"/campaigns/{made['id']}/fire")

    async def of_step(place: int) -> dict[str, dict[str, Any]]:
        queued = await _queued(office, fire["id"], 6)
        return {one["address"]: one for one in queued if one["step_id"] == made["steps"][place]["id"]}

    before = await of_step(0)
    due = [datetime.fromisoformat(one["planned_for"]).astimezone(NEW_YORK) for one in before.values()]
    assert {(one.date(), one.hour) for one in due} == {(day - timedelta(days=3), 17)}
    assert {one["waits"]["kind"] for one in before.values()} == {"not_due"}
    assert {one["waits"]["kind"] for one in (await of_step(1)).values()} == {"cancelation"}

    later = await loaded(f"a,a,{ANA},{day + timedelta(days=1)} 10:30")
    await api.delete(f"/sources/{source['id']}/appointments/b")
    await api.delete(f"/messages/{before[CLEO]['id']}")
    after = await wait_while_moving(
        "the move", lambda: of_step(0), lambda found: found[ANA]["followed"] == later["id"]
    )
    moved = datetime.fromisoformat(after[ANA]["planned_for"]).astimezone(NEW_YORK)
    assert moved.date() == day - timedelta(days=2)
    assert after[ANA]["body"] != before[ANA]["body"]
    assert (after[BEN]["reason"], after[BEN]["withdrawn_by"]) == ("withdrawn", "api")
    assert after[CLEO]["state"] == "skipped"
    await office.stack.tick_now("dispatch_due_batches")
    [told] = await wait_while_moving(
        "the cancelation", lambda: _texts(office, BEN), lambda texts: len(texts) == 1
    )
    assert told["body"] == f"Your visit on {day:%B} {day.day} is canceled."
    assert [one["id"] for one in await office.simulator.messages()] == [told["id"]]
