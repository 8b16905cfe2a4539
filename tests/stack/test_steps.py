"""A ladder and a broadcast in two waves, through the whole stack: who answers gets no further step.

What an answer does to the later steps is shown on every channel that answers come by.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec import Struct

from infra.local.demo_company import MAILBOX, SMS_NUMBER
from infra.local.waiting import wait_while_moving
from tests.kit.stack.chats import CHAT_NUMBER, add_chat_sender
from tests.kit.stack.office import Office, campaign, settled

pytestmark = pytest.mark.asyncio(loop_scope="session")
ANA, BEN, CLEO, DAN = (f"+1212555239{number}" for number in range(1, 5))
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


class Way(Struct, frozen=True):
    """A channel, who is reached on it, and from where they answer 1, 2, nothing and 3, in this order.

    Phones that ring press these keys by themselves (infra/local/simulator/call_outcomes.py).
    """

    channel: str
    handsets: Sequence[str]
    answers_to: str = ""

    @property
    def rows(self) -> list[str]:
        mailed = self.channel == "email"
        plain = [handset.removeprefix("whatsapp:") for handset in self.handsets]
        return [f"P{at},,{one}" if mailed else f"P{at},{one}," for at, one in enumerate(plain)]

    async def step(self, office: Office) -> dict[str, Any]:
        """The first step of a campaign that asks on this channel."""
        template: dict[str, Any] = {"name": "Ask", "channel": self.channel}
        body = "Hello {{ name }}. Reply 1 to confirm."
        senders = {
            "sms": office.company.sms_sender_id,
            "email": office.company.email_sender_id,
            "voice": office.company.voice_sender_id,
        }
        if self.channel == "whatsapp":
            senders["whatsapp"], content = await add_chat_sender(office, {"1": "Yes"})
            template |= {"content_id": content, "content_values": {"1": "{{ name }}"}}
        else:
            template |= {"body": body, "subject": "Visit"} if self.channel == "email" else {"body": body}
        made = await office.api.post("/templates", template)
        field = "email" if self.channel == "email" else "phone"
        return {
            "channel": self.channel,
            "template_id": made["id"],
            "sender_id": senders[self.channel],
            "address_field": field,
        }


WAYS = (
    Way("sms", (ANA, BEN, CLEO, DAN), SMS_NUMBER),
    Way("email", [f"p{at}@ladder.example" for at in range(4)], MAILBOX),
    Way("whatsapp", [f"whatsapp:{one}" for one in (ANA, BEN, CLEO, DAN)], f"whatsapp:{CHAT_NUMBER}"),
    Way("voice", ("+12125550035", "+12125550036", "+12125550001")),
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.channel)
async def test_an_option_ends_the_later_steps_or_lets_them_go_on(office: Office, way: Way) -> None:
    first = await way.step(office)
    later = first | {"when": {"kind": "after_delay", "seconds": 1, "counted_from": "step"}}
    options = [
        {"words": ["1"], "disposition": "confirmed", "stops_steps": True},
        {"words": ["2"], "disposition": "reschedule_asked", "starts_steps": True},
        {"words": ["3"], "disposition": "canceled"},
    ]
    draft = await campaign(
        office,
        way.rows,
        steps=[first, later | {"only_if": "anybody"}, later | {"only_if": "not_answered"}],
        reply_options=options,
        stop_at_answer=False,
    )
    await office.api.post(f"/campaigns/{draft['id']}/ready")
    fire = await office.api.post(f"/campaigns/{draft['id']}/fire")
    await _first_wave(office, len(way.handsets))
    answers = {at: word for at, word in ((0, "1"), (1, "2"), (3, "3")) if at < len(way.handsets)}
    if way.answers_to:
        for at, word in answers.items():
            await office.simulator.reply(way.handsets[at], word, sender=way.answers_to)
    await _answered(office, fire["id"], len(answers))

    async def moved() -> str:
        for tick in ("sweep_stalled_work", "fire_due_campaigns", "dispatch_due_batches"):
            await office.stack.tick_now(tick)
        return str((await office.api.get(f"/fires/{fire['id']}"))["status"])

    await wait_while_moving("the later steps", moved, lambda status: status == "sent")
    # 1 ends all steps, 2 ends none, and 3 only the one for those who have not answered.
    asked = dict(zip(way.handsets, (1, 3, 3, 2), strict=False))
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
