"""A ladder and a broadcast in two waves, through the whole stack: who answers gets no further step.

What an answer does to the later steps is shown on every channel that answers come by.
"""

from collections import Counter
from typing import Any

import pytest

from infra.local.waiting import wait_while_moving
from tests.kit.stack.office import Office, campaign, settled
from tests.kit.stack.ways import EMAIL, PHONES, SMS, VOICE, WHATSAPP, Way

pytestmark = pytest.mark.asyncio(loop_scope="session")
ANA, BEN = PHONES[:2]
ROWS = [f"Ana,{ANA},ana@ladder.example", f"Ben,{BEN},ben@ladder.example"]


async def _draft(office: Office, when: dict[str, Any]) -> str:
    """A campaign whose second step asks again whoever has not answered; its id."""
    draft = await campaign(office, ROWS)
    body = {"name": "Again", "channel": "sms", "body": "Once more, {{ name }}: reply 1 to confirm."}
    template = await office.api.post("/templates", body)
    first = {
        name: draft["steps"][0][name] for name in ("channel", "template_id", "sender_id", "address_field")
    }
    again = first | {"template_id": template["id"], "when": when, "only_if": "not_answered"}
    changed = await office.api.patch(f"/campaigns/{draft['id']}", {"steps": [first, again]})
    assert changed["steps"][1]["when"] == {"counted_from": "recipient"} | when
    await office.api.post(f"/campaigns/{draft['id']}/ready")
    return str(draft["id"])


async def _handsets(office: Office) -> Counter[str]:
    return Counter(one["handset"] for one in await office.simulator.messages() if not one["incoming"])


async def test_whoever_answers_the_first_step_is_not_asked_again(office: Office) -> None:
    campaign_id = await _draft(office, {"kind": "after_delay", "seconds": 8})
    fire = await office.api.post(f"/campaigns/{campaign_id}/fire")
    await _first_wave(office)
    await office.simulator.reply(ANA, "1")
    await _dispatched(office, fire["id"])
    report = await settled(office, fire["id"])
    assert (report["ledger"]["sent"], report["skipped"]) == (3, {"answered": 1})
    assert await _handsets(office) == {ANA: 1, BEN: 2}


async def test_the_second_wave_follows_the_first_when_a_tick_finds_it_due(office: Office) -> None:
    campaign_id = await _draft(office, {"kind": "after_delay", "seconds": 1, "counted_from": "step"})
    fire = await office.api.post(f"/campaigns/{campaign_id}/fire")
    await _first_wave(office)
    await office.simulator.reply(ANA, "1")
    await office.stack.tick_now("sweep_stalled_work")
    live = await office.api.get(f"/fires/{fire['id']}")
    assert (live["status"], [one["seconds"] for one in live["later_steps"]]) == ("firing", [1])
    await _answered(office, fire["id"])
    await office.stack.tick_now("fire_due_campaigns")
    report = await settled(office, fire["id"])
    assert (report["ledger"]["sent"], report["skipped"]) == (3, {"answered": 1})
    assert await _handsets(office) == {ANA: 1, BEN: 2}


@pytest.mark.parametrize("way", [SMS, EMAIL, WHATSAPP, VOICE], ids=lambda way: way.channel)
async def test_an_option_ends_the_later_steps_or_lets_them_go_on(office: Office, way: Way) -> None:
    handsets = way.handsets[:4]  # they answer 1, 2, nothing and 3
    first = await way.step(office, await way.sender(office), "Hello {{ name }}. Reply 1 to confirm.")
    later = first | {"when": {"kind": "after_delay", "seconds": 1, "counted_from": "step"}}
    options = [
        {"words": ["1"], "disposition": "confirmed", "stops_steps": True},
        {"words": ["2"], "disposition": "reschedule_asked", "starts_steps": True},
        {"words": ["3"], "disposition": "canceled"},
    ]
    draft = await campaign(
        office,
        [f"P,,{one}" if way.field == "email" else f"P,{one}," for one in way.addresses[:4]],
        steps=[first, later | {"only_if": "anybody"}, later | {"only_if": "not_answered"}],
        reply_options=options,
        stop_at_answer=False,
    )
    await office.api.post(f"/campaigns/{draft['id']}/ready")
    fire = await office.api.post(f"/campaigns/{draft['id']}/fire")
    await _first_wave(office, len(handsets))
    answers = {at: word for at, word in ((0, "1"), (1, "2"), (3, "3")) if at < len(handsets)}
    if way.answers_to:
        for at, word in answers.items():
            await office.simulator.reply(handsets[at], word, sender=way.answers_to)
    await _answered(office, fire["id"], len(answers))

    async def moved() -> str:
        for tick in ("sweep_stalled_work", "fire_due_campaigns", "dispatch_due_batches"):
            await office.stack.tick_now(tick)
        return str((await office.api.get(f"/fires/{fire['id']}"))["status"])

    await wait_while_moving("the later steps", moved, lambda status: status == "sent")
    # 1 ends all steps, 2 ends none, and 3 only the one for those who have not answered.
    asked = dict(zip(handsets, (1, 3, 3, 2), strict=False))
    assert await _handsets(office) == asked
    skipped = 3 if way.answers_to else 2
    assert (await settled(office, fire["id"]))["skipped"] == {"answered": skipped}


async def _first_wave(office: Office, count: int = 2) -> None:
    await wait_while_moving("the texts", lambda: _handsets(office), lambda sent: len(sent) == count)


async def _dispatched(office: Office, fire_id: str) -> None:
    """Until nothing is pending: a message that waits for its own time is found by a tick."""

    async def pending() -> int:
        await office.stack.tick_now("dispatch_due_batches")
        return int((await office.api.get(f"/fires/{fire_id}"))["ledger"]["pending"])

    await wait_while_moving("the second step", pending, lambda left: left == 0)


async def _answered(office: Office, fire_id: str, count: int = 1) -> None:
    async def replies() -> list[Any]:
        found: list[Any] = (await office.api.get("/replies", fire_id=fire_id))["items"]
        return found

    await wait_while_moving("the answers", replies, lambda found: len(found) == count)
