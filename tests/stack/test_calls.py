"""Calls on the whole stack: phones ring, people press keys, and what became of each call is told."""

from typing import Any

import pytest

from infra.local.api_client import ApiRefusal
from infra.local.waiting import wait_while_moving
from tests.kit.stack.office import Office, campaign, settled

CONFIRMS, CANCELS, REPEATS, ERRS = "+12125550035", "+12125550036", "+12125550037", "+12125550038"
LOST, BUSY, AWAY, MACHINE = "+12125550039", "+12125550031", "+12125550032", "+12125550033"
REFUSES, NOBODY, SILENT, RINGS = "+12125550040", "+12125550012", "+12125550001", "+12125554321"
OPTIONS = [
    {"words": ["1", "yes"], "disposition": "confirmed"},
    {"words": ["2"], "disposition": "canceled"},
]
TEXT = "Hola {{ name }}, le esperamos el lunes."


async def ready(office: Office, *phones: str, **changes: Any) -> str:
    """A campaign that calls these people in Spanish, ready to fire; its id."""
    template = await office.api.post(
        "/templates",
        {"name": "Call", "channel": "voice", "language": "es-MX", "body": TEXT} | changes,
    )
    step = {
        "channel": "voice",
        "template_id": template["id"],
        "sender_id": office.company.voice_sender_id,
        "address_field": "phone",
    }
    rows = [f"P{number},{phone}," for number, phone in enumerate(phones)]
    draft = await campaign(office, rows, steps=[step], reply_options=OPTIONS)
    await office.api.post(f"/campaigns/{draft['id']}/ready")
    return str(draft["id"])


async def called(office: Office, *phones: str, **changes: Any) -> dict[str, dict[str, Any]]:
    """Fire it and wait until every call has ended; the messages by number."""
    campaign_id = await ready(office, *phones, **changes)
    fire = await office.api.post(f"/campaigns/{campaign_id}/fire")
    await settled(office, fire["id"])
    return await ended(office, fire["id"], len(phones))


async def ended(office: Office, fire_id: str, count: int) -> dict[str, dict[str, Any]]:
    """The fire's messages by number, once all that were sent have their last receipt."""
    ends = ("delivered", "undelivered", "failed")

    def is_over(page: dict[str, Any]) -> bool:
        sent = [one for one in page["items"] if one["state"] != "skipped"]
        return len(page["items"]) == count and all(one["delivery"] in ends for one in sent)

    found = await wait_while_moving(
        f"{count} calls to end",
        lambda: office.api.get("/messages", fire_id=fire_id, limit="100"),
        is_over,
    )
    return {one["address"]: one for one in found["items"]}


async def said(office: Office, phone: str) -> str:
    """What was said first to that phone."""
    [call] = await office.simulator.messages(handset=phone, channel="voice")
    return str(call["body"])


@pytest.mark.asyncio(loop_scope="session")
async def test_people_are_called_press_keys_and_every_outcome_is_known(office: Office) -> None:
    phones = (CONFIRMS, CANCELS, REPEATS, ERRS, LOST, BUSY, AWAY, MACHINE, REFUSES, NOBODY, SILENT)
    messages = await called(office, *phones)
    assert {phone: (one["delivery"], one["disposition"]) for phone, one in messages.items()} == {
        CONFIRMS: ("delivered", "confirmed"),
        CANCELS: ("delivered", "canceled"),
        REPEATS: ("delivered", "confirmed"),
        ERRS: ("delivered", "confirmed"),
        LOST: ("delivered", None),
        BUSY: ("undelivered", None),
        AWAY: ("undelivered", None),
        MACHINE: ("delivered", None),
        REFUSES: ("delivered", None),
        NOBODY: ("failed", None),
        SILENT: ("delivered", None),
    }
    assert messages[BUSY]["delivery_reason"] == "The line was busy, or the call was declined."
    assert messages[MACHINE]["delivery_reason"] == "It was left on an answering machine."
    assert await said(office, CONFIRMS) == "Hola P0, le esperamos el lunes."
    counts = [len(await office.simulator.messages(handset=phone)) for phone in phones]
    assert counts == [1] * len(phones)
    replies = {one["address"]: one for one in (await office.api.get("/replies"))["items"]}
    assert set(replies) == {CONFIRMS, CANCELS, REPEATS, ERRS, LOST, REFUSES}
    assert (replies[LOST]["meaning"], replies[LOST]["waits"]) == ("unclear", True)
    assert replies[REFUSES]["meaning"] == "opt_out"
    again = await called(office, REFUSES, SILENT)
    assert again[REFUSES]["state"] == "skipped"


@pytest.mark.asyncio(loop_scope="session")
async def test_a_machine_gets_no_message_where_that_is_not_wanted(office: Office) -> None:
    messages = await called(office, MACHINE, leaves_voicemail=False)
    assert messages[MACHINE]["delivery"] == "undelivered"
    assert await said(office, MACHINE) == ""


@pytest.mark.asyncio(loop_scope="session")
async def test_a_ringing_phone_is_taken_and_told_what_became_of_its_key(office: Office) -> None:
    campaign_id = await ready(office, RINGS)
    fire = await office.api.post(f"/campaigns/{campaign_id}/fire")
    [ringing] = await wait_while_moving("a phone to ring", office.simulator.calls, bool, pause=0.05)
    await office.simulator.act_on_call(ringing["id"], "take")
    [asking] = await wait_while_moving(
        "a key to be asked for", office.simulator.calls, lambda found: found[0]["asks"], pause=0.05
    )
    assert [one["text"] for one in asking["said"]] == [
        "Hola P0, le esperamos el lunes.",
        "Para confirmar, pulse 1.",
        "Para cancelar, pulse 2.",
        "Para escuchar esto otra vez, pulse asterisco.",
        "Para no recibir más llamadas, pulse 9.",
    ]
    assert {one["language"] for one in asking["said"]} == {"es-MX"}
    await office.simulator.act_on_call(ringing["id"], "press", "2")
    messages = await ended(office, fire["id"], 1)
    assert (messages[RINGS]["disposition"], messages[RINGS]["delivery"]) == ("canceled", "delivered")


@pytest.mark.asyncio(loop_scope="session")
async def test_an_option_without_a_key_and_a_language_without_a_voice_are_refused(office: Office) -> None:
    with pytest.raises(ApiRefusal, match="de, en, es, fr, it, pt"):
        await ready(office, RINGS, language="nl")
    OPTIONS.append({"words": ["move"], "disposition": "reschedule_asked"})
    try:
        with pytest.raises(ApiRefusal, match="in a call people answer with a key"):
            await ready(office, RINGS)
    finally:
        OPTIONS.pop()
