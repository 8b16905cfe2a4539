"""What an answer sets off, on the stack: the same on every channel, and once, though it is told twice."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from infra.local.waiting import wait_while_moving
from tests.kit.hooks import Hooks, running_hooks
from tests.kit.stack.office import Office
from tests.kit.stack.visits import ASKS, OPTIONS, THANKS, message_to, replies, sent, texts, write
from tests.kit.stack.ways import EMAIL, PHONES, VOICE, WHATSAPP, Way

pytestmark = pytest.mark.asyncio(loop_scope="session")
# Whose every reply, receipt and key is told twice: infra/local/simulator/outcomes.py.
PHONE, MAILBOX = "+12125550009", "twice@patients.example"
HANDSETS = {"whatsapp": f"whatsapp:{PHONE}", "email": MAILBOX, "voice": PHONE}
TYPES = ["reply.option_chosen", "reply.received", "message.disposition_changed", "contact.tag_attached"]
CALLED = "Thank you, your appointment is confirmed."


@pytest_asyncio.fixture(loop_scope="session")
async def hooks() -> AsyncIterator[Hooks]:
    async with running_hooks() as hooks:
        yield hooks


async def asked(office: Office, way: Way) -> None:
    """Ask about a visit; who says 4, and not 1, gets a tag and an event of that channel's name."""
    confirms, cancels = OPTIONS
    also = confirms | {"words": ["4", "evening"], "add_tags": [way.channel], "event": f"by-{way.channel}"}
    options = [confirms, also, cancels]
    step = await way.step(office, await way.sender(office), ASKS)
    address = HANDSETS[way.channel].removeprefix("whatsapp:")
    report = await sent(office, f"Tom,{address},10:30,", step=step, reply_options=options)
    assert report["ledger"]["sent"] == 1


async def test_what_an_option_sets_off_happens_once_on_every_channel(office: Office, hooks: Hooks) -> None:
    endpoint = await office.api.post("/webhook-endpoints", {"url": hooks.url(), "event_types": TYPES})
    addresses = [{"channel": "sms", "address": PHONE}, {"channel": "email", "address": MAILBOX}]
    person = await office.api.post("/contacts", {"name": "Tom", "addresses": addresses})
    await office.simulator.plan_calls(PHONE, keys="4")
    for way in (WHATSAPP, EMAIL):
        await asked(office, way)
        [answer] = await write(office, HANDSETS[way.channel], "4")
        assert (answer["channel"], answer["disposition"], answer["waits"]) == (
            way.channel,
            "confirmed",
            False,
        )
        assert (await texts(office, HANDSETS[way.channel], 2))[1:] == [THANKS]
    await asked(office, VOICE)

    ways = {"whatsapp", "email", "voice"}
    items = await wait_while_moving("the webhooks", lambda: _told(hooks), lambda found: len(found) >= 12)
    assert sorted(items) == sorted(
        [("reply.option_chosen", f"by-{way}") for way in ways]
        + [("contact.tag_attached", way) for way in ways]
        + [("reply.received", "answer")] * 3
        + [("message.disposition_changed", "confirmed")] * 3
    )
    assert len({item["id"] for taken in hooks.taken for item in taken.items}) == 12
    for taken in hooks.taken:  # as any receiver does
        Webhook(endpoint["secret"]).verify(taken.body, taken.headers)
    assert set((await office.api.get(f"/contacts/{person['id']}"))["tags"]) == ways
    for handset in (HANDSETS["whatsapp"], MAILBOX):
        assert len(await office.simulator.messages(handset=handset)) == 3  # asked, answered, thanked
    found = [one["channel"] for address in (PHONE, MAILBOX) for one in await replies(office, address)]
    assert sorted(found) == sorted(ways)
    [call] = [one for one in await office.simulator.calls(are_over=True) if one["handset"] == PHONE]
    assert [one["text"] for one in call["said"]][-3:] == [CALLED, THANKS, "Goodbye."]


async def test_whose_appointment_is_answered_has_its_tags(office: Office) -> None:
    phone, ids = PHONES[0], dict[str, str]()
    for name in ("Maria", "Ana", "Ben"):
        contact = {"name": name, "addresses": [{"channel": "sms", "address": phone}]}
        ids[name] = (await office.api.post("/contacts", contact))["id"]
    options = [
        {"words": ["1"], "disposition": "confirmed", "add_tags": ["coming"]},
        {"words": ["2"], "disposition": "canceled", "add_tags": ["not coming"]},
    ]
    lists = "{% for one in appointments %}{{ one.number }}: {{ one.name }} {% endfor %}Yes or no?"
    rows = (f"Ana,{phone},10:30,dentist", f"Ben,{phone},11:00,hygienist")
    yes_no = [options[0] | {"words": ["y"]}, options[1] | {"words": ["n"]}]
    await sent(office, *rows, body=lists, asks_together=True, reply_options=yes_no)
    await write(office, phone, "1 yes 2 no")
    assert await _tags(office, ids) == {"Maria": [], "Ana": ["coming"], "Ben": ["not coming"]}

    step = await WHATSAPP.step(office, await WHATSAPP.sender(office), ASKS)
    pressed = [options[0] | {"add_tags": ["pressed"]}]
    await sent(office, f"Ben,{phone},12:00,", step=step, reply_options=pressed)
    count = len(await replies(office, phone))
    await office.simulator.press(f"whatsapp:{phone}", "1")
    found = await wait_while_moving(
        "the button", lambda: replies(office, phone), lambda found: len(found) > count
    )
    assert (found[-1]["channel"], found[-1]["disposition"]) == ("whatsapp", "confirmed")
    assert await _tags(office, ids) == {"Maria": [], "Ana": ["coming"], "Ben": ["not coming", "pressed"]}

    await sent(office, f"Cleo,{phone},13:00,", reply_options=[options[0] | {"add_tags": ["lost"]}])
    [unknown] = await write(office, phone, "1")
    assert unknown["note"].startswith("The tags of the answer (lost) went to nobody: 3 contacts have this")
    assert unknown["waits"] is False
    assert "lost" not in str(await _tags(office, ids))


async def _tags(office: Office, ids: dict[str, str]) -> dict[str, list[str]]:
    return {name: (await office.api.get(f"/contacts/{item_id}"))["tags"] for name, item_id in ids.items()}


async def test_one_visit_that_is_asked_about_by_text_and_by_call_has_its_last_answer(office: Office) -> None:
    phone = "+12125552477"
    await office.simulator.plan_calls(phone, keys="2")
    asked = await sent(office, f"Tom,{phone},10:30,")
    fire = await office.api.get(f"/fires/{asked['fire_id']}")
    audience = (await office.api.get(f"/campaigns/{fire['campaign_id']}"))["audience"]
    [texted] = await write(office, phone, "1")
    assert (texted["disposition"], texted["waits"]) == ("confirmed", False)

    step = await VOICE.step(office, await VOICE.sender(office), ASKS)
    called = await sent(office, "Nobody,,10:30,", step=step, audience=audience)
    _, pressed = await wait_while_moving(
        "the key", lambda: replies(office, phone), lambda found: len(found) == 2
    )
    assert (pressed["channel"], pressed["disposition"]) == ("voice", "canceled")
    assert (pressed["contradicts_earlier"], pressed["waits"]) == (True, True)
    assert pressed["note"] == "Changes the earlier answer: confirmed."
    for one in (asked, called):
        assert (await message_to(office, one["fire_id"], phone))["disposition"] == "canceled"
    [back] = await write(office, phone, "1")
    assert (back["disposition"], back["contradicts_earlier"]) == ("confirmed", True)
    assert (await message_to(office, called["fire_id"], phone))["disposition"] == "confirmed"


async def _told(hooks: Hooks) -> list[tuple[str, str]]:
    return [(taken.type, item["what"]) for taken in hooks.taken for item in taken.items]
