"""Tests that people send to themselves: the very text of a row, on the one way, and in nobody's books."""

import re
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.campaigns.audience import (
    Chosen,
    Everybody,
    PastedAddresses,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.channels.channel import Channel
from shared.domain.companies.throttle import MOST_TRIES, Counted
from shared.domain.contacts.segment import HasTag
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.fires.fire import Ledger
from shared.domain.fires.standing import TEST_CAMPAIGN
from shared.domain.ids import random_id
from shared.domain.messages.message import MessageState
from shared.domain.messages.purpose import Purpose
from shared.usecases.campaigns.find_example import Example
from shared.usecases.campaigns.send_test import REFUSED, UNVERIFIED, send_test
from shared.usecases.campaigns.send_test_of_broadcast import campaign_of_broadcast, send_test_of_broadcast
from shared.usecases.companies.change_trial import change_trial, verify_address
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.sending.pause_sender import pause_sender
from shared.views.exports import export_messages
from shared.views.message_waits import ShownMessage
from shared.views.range_reports import report_range
from shared.views.reports import report_fire
from tests.kit.broadcasts import plan
from tests.kit.builders import a_campaign, a_step, a_template
from tests.kit.clinic import Clinic, people
from tests.usecases.fires.test_people import a_person, know, segment

OWN = "(917) 555-0142"
REACHED = "+19175550142"
DAY = timedelta(days=1)


async def _test(clinic: Clinic, to: str = OWN, by: str = "user u1", **chosen: Any) -> ShownMessage:
    message_id = chosen.pop("message_id", None) or random_id()
    step_id = chosen.pop("step_id", None)
    return await send_test(
        clinic.runtime, clinic.company_id, "reminders", to, message_id, by=by, step_id=step_id,
        example=Example(**chosen),
    )  # fmt: skip


async def _draft(clinic: Clinic, **changes: Any) -> None:
    await clinic.load(*people(3))
    await clinic.save(a_campaign(**changes))


async def test_it_is_the_text_of_a_row_and_in_no_ledger_and_no_report(clinic: Clinic) -> None:
    await _draft(clinic)
    queued = await _test(clinic, row_number=3)
    [sent] = await clinic.messages()
    assert (sent.id, sent.state, sent.purpose) == (queued.id, MessageState.SENT, Purpose.TEST)
    assert (sent.campaign_id, sent.address) == (TEST_CAMPAIGN, REACHED)
    [accepted] = await clinic.accepted()
    assert (accepted["handset"], accepted["body"]) == (REACHED, sent.body)
    assert "P1" in sent.body  # the header is row 1
    await clinic.ready()
    fire = await clinic.fire()
    books = await report_fire(clinic.runtime, clinic.company_id, fire.id)
    assert books.ledger == Ledger(planned=3, sent=3)
    now = clinic.runtime.now()
    days = await report_range(clinic.runtime, clinic.company_id, now - DAY, now + DAY)
    assert days.ledger == Ledger(planned=3, sent=3)
    pieces = await export_messages(clinic.runtime, clinic.company_id, since=now - DAY, until=now + DAY)
    lines = b"".join([piece async for piece in pieces]).decode()
    assert (len(lines.splitlines()), REACHED in lines) == (4, False)  # the first is the header
    assert len(await clinic.accepted()) == 4  # who is tested on, gets theirs all the same


async def test_asked_twice_under_one_id_it_goes_once(clinic: Clinic) -> None:
    await _draft(clinic)
    first = await _test(clinic, message_id="m1")
    again = await _test(clinic, message_id="m1")
    assert (first.id, again.id) == ("m1", "m1")
    assert len(await clinic.accepted()) == 1


async def test_a_test_of_a_mail_has_its_html_and_says_that_it_is_one(clinic: Clinic) -> None:
    step = a_step(
        id="mail",
        channel=Channel("email"),
        template_id="mail",
        sender_id="mails",
        address_field="email",
    )
    html = "<p>Hello <b>{{ name }}</b></p>"
    mail = a_template(id="mail", channel=Channel("email"), subject="Your visit to {{ doctor }}", html=html)
    await clinic.stores.templates.save(clinic.company_id, "mail", mail)
    await _draft(clinic, steps=(a_step(), step))
    await _test(clinic, "ada@clinic.example.org", step_id="mail")
    [sent] = await clinic.messages()
    assert sent.state is MessageState.SENT
    assert sent.subject == "[Test] Your visit to Dr Vega"
    assert "<p>Hello <b>P0</b></p>" in sent.html
    [accepted] = await clinic.accepted()
    assert accepted["handset"] == "ada@clinic.example.org"


async def test_who_refused_gets_no_test(clinic: Clinic) -> None:
    await _draft(clinic)
    await save_opt_out(clinic.runtime, clinic.company_id, Channel("sms"), REACHED, "by phone")
    with pytest.raises(InvalidInput, match=REFUSED):
        await _test(clinic)
    assert (await clinic.accepted(), await clinic.messages()) == ([], [])


async def test_in_trial_a_test_goes_to_verified_addresses_alone(clinic: Clinic) -> None:
    await _draft(clinic)
    await change_trial(clinic.runtime, clinic.company_id, is_on=True)
    with pytest.raises(InvalidInput, match=UNVERIFIED):
        await _test(clinic)
    await verify_address(clinic.runtime, clinic.company_id, Channel("sms"), OWN, by="ops")
    await _test(clinic)
    assert [one["handset"] for one in await clinic.accepted()] == [REACHED]


async def test_nobody_sends_more_than_ten_within_an_hour(clinic: Clinic) -> None:
    clock = clinic.stop_clock(clinic.runtime.now())
    await _draft(clinic)
    most = MOST_TRIES[Counted.TEST]
    for _ in range(most):
        await _test(clinic)
    with pytest.raises(Conflict, match="10 tests within an hour"):
        await _test(clinic)
    await _test(clinic, by="user u2")
    clock.at += timedelta(hours=1)
    await _test(clinic)
    assert len(await clinic.accepted()) == most + 2


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"to": "call first"}, "address"),
        ({"row_number": 99}, "row_number"),
        ({"step_id": "nothing"}, "step_id"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_goes_out(
    clinic: Clinic, chosen: dict[str, Any], named: str
) -> None:
    await _draft(clinic)
    with pytest.raises(InvalidInput) as raised:
        await _test(clinic, **chosen)
    assert [problem.field for problem in raised.value.problems] == [named]
    assert await clinic.messages() == []


async def test_a_row_that_cannot_become_a_message_says_why(clinic: Clinic) -> None:
    await clinic.load({"Patient": "", "Phone": "+12125550187"}, *people(1))
    await clinic.save(a_campaign())
    with pytest.raises(InvalidInput, match="needs the field 'name'"):
        await _test(clinic, row_number=2)


async def test_a_paused_sender_sends_no_test(clinic: Clinic) -> None:
    await _draft(clinic)
    await pause_sender(clinic.runtime, clinic.company_id, "texts", "It is being moved.")
    with pytest.raises(Conflict, match="It is being moved"):
        await _test(clinic)


CLEO = a_person("cleo", "+12125550189", "vip")


async def _for_people(clinic: Clinic, *include: Chosen) -> None:
    await know(clinic, a_person("ana", "+12125550187"), CLEO)
    await clinic.stores.templates.save(
        clinic.company_id, "reminder", a_template(body="Hello {{ name }}, you are at {{ phone }}.")
    )
    audience = PeopleAudience(include=include)
    await clinic.save(a_campaign(audience=audience, steps=(a_step(address_field="phone"),)))


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        (PickedContacts(contact_ids=("ana",)), "Ana"),
        (SegmentMembers(segment_id="vips"), "Cleo"),
        (Everybody(), "Ana|Cleo"),
    ],
)
async def test_of_a_campaign_for_people_it_has_the_values_of_somebody_in_the_audience(
    clinic: Clinic, chosen: Chosen, name: str
) -> None:
    await segment(clinic, HasTag(value="vip"))
    await _for_people(clinic, chosen)
    await _test(clinic)
    [accepted] = await clinic.accepted()
    assert accepted["handset"] == REACHED
    assert re.match(f"Hello ({name}), you are at", accepted["body"])


async def test_of_a_campaign_for_people_a_contact_may_be_named(clinic: Clinic) -> None:
    await _for_people(clinic, Everybody())
    await _test(clinic, contact_id="cleo")
    [accepted] = await clinic.accepted()
    assert accepted["body"].startswith("Hello Cleo")
    with pytest.raises(InvalidInput, match="no such contact"):
        await _test(clinic, contact_id="nobody")


async def test_of_pasted_addresses_it_has_the_first(clinic: Clinic) -> None:
    await _for_people(clinic, PastedAddresses(channel=Channel("sms"), addresses=("+12125550190",)))
    body = "You are at {{ phone }}."
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body=body))
    await _test(clinic)
    [accepted] = await clinic.accepted()
    assert accepted["body"] == "You are at +12125550190."


async def test_where_nobody_is_in_the_audience_it_says_so(clinic: Clinic) -> None:
    await segment(clinic, HasTag(value="nobody has this"))
    await _for_people(clinic, SegmentMembers(segment_id="vips"))
    with pytest.raises(Conflict, match="Nobody is in"):
        await _test(clinic)


async def test_of_a_broadcast_each_wave_can_be_tested_before_it_is_made(clinic: Clinic) -> None:
    at = (clinic.runtime.now() + 7 * DAY).replace(tzinfo=None)
    broadcast = await plan(clinic, at, people=1)
    campaign = await campaign_of_broadcast(clinic.runtime, clinic.company_id, broadcast.id)
    for step in campaign.steps:
        await send_test_of_broadcast(
            clinic.runtime, clinic.company_id, broadcast.id, OWN, random_id(), by="user u1", step_id=step.id
        )
    bodies = sorted(one["body"] for one in await clinic.accepted())
    assert bodies == ["Hello Ana, please call us.", "Once more, Ana."]
