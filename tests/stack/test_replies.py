"""What people answer to texts, on the running stack: understood, thanked once, acted on; never guessed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import pytest_asyncio

from infra.local.waiting import wait_while_moving
from tests.kit.hooks import Hooks, running_hooks
from tests.kit.stack.office import Office
from tests.kit.stack.visits import ASKS, CLOCK, CLOSED, THANKS, message_to, sent, texts, write
from tests.kit.stack.ways import EMAIL, WHATSAPP, Way

pytestmark = pytest.mark.asyncio(loop_scope="session")
TOLD_TWICE, REFUSED_THERE = "+12125550009", "+12125550003"  # see infra/local/simulator/outcomes.py
ANA, BEN, CLEO, DAN, EVE, FAY = (f"+121255524{number}" for number in range(10, 16))
LISTS = "{% for one in appointments %}{{ one.number }}: {{ one.what }} {% endfor %}Yes or no for each?"
HELP, OWN = "North Clinic: 212 555 0100.", "Adiós clínica"


@pytest_asyncio.fixture(loop_scope="session")
async def hooks() -> AsyncIterator[Hooks]:
    async with running_hooks() as hooks:
        yield hooks


async def refusals(office: Office, phone: str) -> list[dict[str, Any]]:
    return list((await office.api.get("/opt-outs", channel="sms", address=phone))["items"])


async def test_an_answer_is_understood_acknowledged_once_and_acted_on(office: Office, hooks: Hooks) -> None:
    listens = {"url": hooks.url(), "event_types": ["reply.option_chosen"]}
    await office.api.post("/webhook-endpoints", listens)
    address = {"channel": "sms", "address": TOLD_TWICE}
    person = await office.api.post("/contacts", {"name": "Tom", "addresses": [address]})
    [early] = await write(office, EVE, "1")
    assert (early["meaning"], early["waits"]) == ("unclear", True)

    report = await sent(office, f"Tom,{TOLD_TWICE},10:30,", f"Ben,{BEN},11:00,", f"Eve,{EVE},11:30,")
    await write(office, TOLD_TWICE, "yes, see you then")  # the simulator tells of it twice
    first, second = await write(office, BEN, "1", "sorry, I can't make it")
    assert (await message_to(office, report["fire_id"], TOLD_TWICE))["disposition"] == "confirmed"
    assert (await texts(office, TOLD_TWICE, 2))[1:] == [THANKS]
    assert (first["disposition"], first["contradicts_earlier"]) == ("confirmed", False)
    assert (second["disposition"], second["contradicts_earlier"], second["waits"]) == ("canceled", True, True)
    assert (await message_to(office, report["fire_id"], BEN))["disposition"] == "canceled"
    # What was written before the question does not answer it.
    assert (await message_to(office, report["fire_id"], EVE))["disposition"] is None

    tagged = await office.api.wait_for(f"/contacts/{person['id']}", "tags", ["coming"])
    assert tagged["name"] == "Tom"
    told = await wait_while_moving("the webhooks", lambda: _chosen(hooks), lambda found: len(found) >= 2)
    assert told == {TOLD_TWICE: "visit-confirmed", BEN: "visit-confirmed"}
    assert len(await office.simulator.messages(handset=TOLD_TWICE)) == 3  # asked, answered, thanked


async def _chosen(hooks: Hooks) -> dict[str, str]:
    return {item["reply"]["address"]: item["what"] for taken in hooks.taken for item in taken.items}


async def test_refusals_help_and_permissions(office: Office) -> None:
    await office.api.patch("/company", {"consent": {"help_text": HELP}})
    people = ((ANA, "Ana"), (CLEO, "Cleo"), (DAN, "Dan"), (REFUSED_THERE, "Fay"))
    await sent(office, *(f"{name},{phone},10:30," for phone, name in people))
    [both] = await write(office, ANA, "I'll be there but lose my number")
    assert (both["meaning"], both["may_also_mean"], both["waits"]) == ("opt_out", "confirmed", True)
    [helped] = await write(office, CLEO, "AYUDA")
    assert (helped["meaning"], helped["waits"]) == ("help", False)
    stopped, started = await write(office, DAN, "STOP", "START")
    assert (stopped["meaning"], started["meaning"]) == ("opt_out", "opt_in")

    assert (await texts(office, CLEO, 2))[1:] == [HELP]
    [confirmation] = (await texts(office, ANA, 2))[1:]
    assert "North Clinic" in confirmation
    assert [(one["is_active"], one["source"]) for one in await refusals(office, ANA)] == [(True, "reply")]
    assert [one["is_active"] for one in await refusals(office, DAN)] == [False]
    assert [one["is_active"] for one in await refusals(office, CLEO)] == []
    # Twilio refused it with 21610, and its refusal is ours.
    assert [(one["is_active"], one["source"]) for one in await refusals(office, REFUSED_THERE)] == [
        (True, "provider")
    ]
    again = await sent(office, *(f"{name},{phone},11:30," for phone, name in people))
    assert (again["ledger"]["sent"], again["skipped"]) == (2, {"opted_out": 2})
    assert len(await texts(office, ANA, 2)) == 2  # asked, and one confirmation
    assert len(await texts(office, DAN, 2)) == 2  # Twilio itself confirmed STOP and START


async def test_machines_reactions_danger_and_a_yes_to_nothing(office: Office) -> None:
    await sent(office, *(f"{name},{phone},10:30," for phone, name in ((BEN, "Ben"), (EVE, "Eve"))))
    [question] = await texts(office, BEN, 1)
    liked, away = await write(
        office, BEN, f"Liked \u201c{question}\u201d", "Automatic reply: I am out of the office."
    )
    assert [(one["meaning"], one["waits"]) for one in (liked, away)] == [
        ("reaction", False),
        ("auto_reply", False),
    ]
    ill, tired = await write(
        office, EVE, "1, and I have chest pains", "my thumbs hurt from deleting your stuff"
    )
    assert (ill["meaning"], ill["flags"], ill["waits"]) == ("unclear", ["danger"], True)
    # No rule knows it. It is most like a refusal: honoured, and a person is told.
    assert (tired["meaning"], tired["consent"], tired["waits"]) == ("opt_out", "opt_out", True)
    assert [one["is_active"] for one in await refusals(office, EVE)] == [True]
    unasked, stopped, back = await write(office, FAY, "yes", "STOP", "YES")
    assert [one["meaning"] for one in (unasked, stopped, back)] == ["unclear", "opt_out", "opt_in"]
    assert [one["is_active"] for one in await refusals(office, FAY)] == [False]


async def test_numbered_questions_deadlines_and_closed_hours(office: Office) -> None:
    now = datetime.now(CLOCK)
    closes = (now + timedelta(minutes=2)).replace(second=0, microsecond=0)  # nobody is asked after that
    hours = {"opens": f"{now - timedelta(hours=3):%H}:00", "closes": f"{closes:%H:%M}"}
    window = hours | {"assumed_time_zone": str(CLOCK)}  # a mailbox says nothing of where it is
    await sent(office, f"Dan,{DAN},10:30,", window=window)
    for way in (EMAIL, WHATSAPP):
        step = await way.step(office, await way.sender(office), ASKS)
        await sent(office, f"P,{way.addresses[0]},10:30,", step=step, window=window)

    yes_no = [{"words": ["y"], "disposition": "confirmed"}, {"words": ["n"], "disposition": "canceled"}]
    rows = (f"Ana,{ANA},10:30,dentist", f"Ben,{BEN},09:00,dentist", f"Ana,{ANA},11:00,hygienist")
    asked = await sent(office, *rows, body=LISTS, asks_together=True, reply_options=yes_no)
    assert asked["skipped"] == {"asked_together": 1}
    assert await texts(office, ANA, 1) == ["1: dentist 2: hygienist Yes or no for each?"]
    [which] = await write(office, ANA, "yes")
    assert (which["meaning"], which["waits"]) == ("unclear", True)
    [each] = await write(office, ANA, "1 yes 2 no")
    assert sorted(one["disposition"] for one in each["answers"]) == ["canceled", "confirmed"]
    listed = (await office.api.get("/messages", fire_id=asked["fire_id"]))["items"]
    settled_rows = {one["row_number"]: one["disposition"] for one in listed}
    assert list(dict(sorted(settled_rows.items())).values()) == ["confirmed", None, "canceled"]

    week = 7 * 24 * 60  # before a visit in two days: over
    await sent(office, f"Cleo,{CLEO},10:30,", answers_close_minutes=week)
    [late] = await write(office, CLEO, "1")
    assert (late["meaning"], late["may_also_mean"], late["waits"]) == ("unclear", "confirmed", True)
    assert "the time to answer was over" in late["note"]

    await wait_while_moving("the hours to end", _now, lambda at: at >= closes, pause=1)
    for handset in (DAN, EMAIL.handsets[0], WHATSAPP.handsets[0]):
        [answer] = await write(office, handset, "1")
        assert answer["disposition"] == "confirmed"
        assert (await texts(office, handset, 2))[1:] == [CLOSED]


async def test_a_firms_notice_is_no_word_and_the_thanks_say_that_a_machine_wrote_them(office: Office) -> None:
    ann, bob, cy = EMAIL.handsets[:3]
    step = await EMAIL.step(office, await EMAIL.sender(office), ASKS)
    await sent(office, *(f"P,{one},10:30," for one in (ann, bob, cy)), step=step)
    notice = "This email is confidential. If you are not the intended recipient, please delete it."
    [yes] = await write(office, ann, f"Yes, I'll be there.\n\n{notice}")
    assert (yes["meaning"], yes["disposition"], yes["waits"]) == ("answer", "confirmed", False)
    [refused] = await write(office, bob, f"Take me off your list.\n\n{notice}")
    assert (refused["meaning"], refused["consent"]) == ("opt_out", "opt_out")
    [away] = await write(office, cy, "1", headers={"Auto-Submitted": "auto-replied (vacation)"})
    assert (away["meaning"], away["waits"], away["disposition"]) == ("auto_reply", False, None)

    await texts(office, ann, 2)
    asked, _, thanks = await office.simulator.messages(handset=ann)
    assert thanks["headers"]["Auto-Submitted"] == "auto-replied"
    assert thanks["headers"]["In-Reply-To"] == asked["headers"]["Message-ID"]
    assert "Auto-Submitted" not in asked["headers"]
    assert len(await office.simulator.messages(handset=cy)) == 2  # asked, and their machine's answer
    [again] = await write(office, ann, "yes, thanks", headers=_naming(EMAIL, thanks)["headers"])
    assert (again["disposition"], again["waits"]) == ("confirmed", False)
    assert len(await texts(office, ann, 2)) == 2


@pytest.mark.parametrize("way", [EMAIL, WHATSAPP], ids=lambda way: way.channel)
async def test_the_same_words_by_mail_and_in_chats(office: Office, way: Way) -> None:
    await office.api.patch("/company", {"consent": {"help_text": HELP, "opt_out_words": [OWN]}})
    sender = await way.sender(office)
    yes_no = [
        {"words": ["yes"], "disposition": "confirmed", "acknowledgement": THANKS},
        {"words": ["no"], "disposition": "canceled"},
    ]
    both, other, helped, tired = way.handsets[:4]
    rows = [f"P,{address},10:30,dentist" for address in way.addresses[:4]]
    step = await way.step(office, sender, LISTS)
    asked = await sent(
        office, *rows, f"P,{way.addresses[0]},11:00,hygienist",
        step=step, asks_together=True, reply_options=yes_no,
    )  # fmt: skip
    assert asked["skipped"] == {"asked_together": 1}
    which, each = await write(office, both, "yes", "1 yes 2 no")
    assert (which["meaning"], which["waits"], len(which["candidates"])) == ("unclear", True, 2)
    assert sorted(one["disposition"] for one in each["answers"]) == ["canceled", "confirmed"]
    assert (await texts(office, both, 2))[1:] == [THANKS]
    [changed] = await write(office, both, "1 no")
    assert (changed["contradicts_earlier"], changed["waits"]) == (True, True)
    assert [one["disposition"] for one in changed["answers"]] == ["canceled"]

    away, ill = await write(
        office, other, "Automatic reply: I am out of the office.", "yes, and I have chest pains"
    )
    assert (away["meaning"], away["waits"]) == ("auto_reply", False)
    assert (ill["meaning"], ill["flags"], ill["waits"]) == ("unclear", ["danger"], True)
    [lost] = await write(office, helped, "HELP")
    assert (lost["meaning"], (await texts(office, helped, 2))[1:]) == ("help", [HELP])
    [refused] = await write(office, tired, "déjenme en paz")
    told = len(await texts(office, tired, 1 if way is EMAIL else 2))  # mails are not confirmed
    [back] = await write(office, tired, "START")
    assert (refused["meaning"], told, back["meaning"]) == ("opt_out", 1 if way is EMAIL else 2, "opt_in")
    [refusal] = (await office.api.get("/opt-outs", channel=way.channel))["items"]
    assert (refusal["address"], refusal["is_active"]) == (way.addresses[3], False)
    [own] = await write(office, other, OWN.upper())
    assert (own["meaning"], own["consent"]) == ("opt_out", "opt_out")

    week = 7 * 24 * 60
    step = await way.step(office, sender, ASKS)
    await sent(office, f"P,{way.addresses[4]},10:30,", step=step, answers_close_minutes=week)
    [late] = await write(office, way.handsets[4], "1")
    assert (late["meaning"], late["may_also_mean"], late["waits"]) == ("unclear", "confirmed", True)


@pytest.mark.parametrize("way", [EMAIL, WHATSAPP], ids=lambda way: way.channel)
async def test_an_answer_is_for_the_question_that_it_names(office: Office, way: Way) -> None:
    sender, handset, address = await way.sender(office), way.handsets[5], way.addresses[5]
    step = await way.step(office, sender, ASKS)
    if way is WHATSAPP:
        [early] = await write(office, handset, "1")
    asked = [await sent(office, f"P,{address},{time},", step=step) for time in ("10:30", "11:00")]
    if way is EMAIL:  # it took its way, and names nothing
        before = format_datetime(datetime.now(UTC) - timedelta(hours=1))
        late = {"Date": before, "In-Reply-To": "", "References": ""}
        [early] = await write(office, handset, "1", headers=late)
    assert (early["meaning"], early["waits"]) == ("unclear", True)
    assert await _answers(office, address, asked) == [None, None]

    got = [one for one in await office.simulator.messages(handset=handset) if not one["incoming"]]
    first, second = (_naming(way, one) for one in got[-2:])
    [which] = await write(office, handset, "1", **_naming(way, None))
    assert (which["meaning"], len(which["candidates"])) == ("unclear", 2)
    [answer] = await write(office, handset, "yes", **first)
    assert await _answers(office, address, asked) == ["confirmed", None]
    assert answer["message_id"] == (await message_to(office, asked[0]["fire_id"], address))["id"]
    [other] = await write(office, handset, "2", **second)
    assert (other["disposition"], other["contradicts_earlier"]) == ("canceled", False)
    assert await _answers(office, address, asked) == ["confirmed", "canceled"]


def _naming(way: Way, message: dict[str, Any] | None) -> dict[str, Any]:
    """What the simulator is told so that a reply names the message; None: no message."""
    if way is WHATSAPP:
        return {"replied_to": message["provider_id"]} if message else {}
    named = message["headers"]["Message-ID"] if message else ""
    return {"headers": {"In-Reply-To": named, "References": named}}


async def _answers(office: Office, address: str, asked: list[dict[str, Any]]) -> list[str | None]:
    """What each of the fires was answered."""
    return [(await message_to(office, one["fire_id"], address))["disposition"] for one in asked]


async def _now() -> datetime:
    return datetime.now(UTC)
