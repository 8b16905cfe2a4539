"""A call that goes on: what is answered to each of Twilio's posts, and what is stored of them."""

from collections.abc import AsyncIterator
from datetime import time, timedelta
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
import pytest_asyncio

from infra.local.simulator.outcomes import Answer
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.check_webhook import WebhookRefused
from tests.kit.builders import a_campaign, a_step, a_template, a_voice_sender
from tests.kit.clinic import Clinic
from tests.kit.receipts import record_waiting
from tests.kit.signed_webhooks import twilio_answers

PERSON = "+12125552000"
CALL = a_step(id="call", channel=Channel("voice"), template_id="call", sender_id="calls")
FIELDS = {"CallSid": "CA1", "From": "+12125550101", "To": PERSON}
LEASE_AND_MORE = timedelta(minutes=11)
SAID = "Hello P0, you see Dr Vega."
OWN, CLOSED = "Bring your card & <id>.", "We are closed today."
KEYS = "To confirm, press 1.", "To cancel, press 2."


@pytest_asyncio.fixture
async def calling(clinic: Clinic) -> AsyncIterator[Clinic]:
    """A clinic that calls one person, who has not taken the call yet."""
    account = await clinic.simulator.add_account()
    sender = a_voice_sender()
    await clinic.simulator.add_number(account, sender.address)
    await clinic.set_credentials(sender.id, {"account_sid": account.sid, "auth_token": account.token})
    await clinic.stores.senders.save(clinic.company_id, sender.id, sender)
    template = a_template(id="call", channel=Channel("voice"), body="Hello {{ name }}, you see {{ doctor }}.")
    await clinic.stores.templates.save(clinic.company_id, "call", template)
    # Who answers in a call hears there what became of it: no acknowledgement calls back.
    options = tuple(
        replace(one, acknowledgement=OWN, acknowledgement_out_of_hours=CLOSED)
        for one in a_campaign().reply_options
    )
    closed = tuple((clinic.runtime.now() + timedelta(days=one)).date() for one in (6, 7, 8))
    window = ContactWindow(opens=time(0), closes=time(0), closed_days=closed)
    await clinic.fire_for(PERSON, steps=(CALL,), reply_options=options, window=window)
    yield clinic


async def the_message(clinic: Clinic) -> Message:
    [message] = await clinic.messages()
    return message


async def told(clinic: Clinic, path: str, **fields: str) -> ElementTree.Element:
    """What a post about the call is answered with."""
    message = await the_message(clinic)
    usual = {"CallSid": message.provider_id or "CA1", "From": "+12125550101", "To": PERSON}
    answer = await twilio_answers(clinic, path, message.id, usual | fields, sender_id="calls")
    return ElementTree.fromstring(answer.body)  # noqa: S314  # our own


async def pressed(
    clinic: Clinic, key: str, *, after: ElementTree.Element, **fields: str
) -> ElementTree.Element:
    """What a key is answered with, posted to where the last answer said."""
    [gather] = after.findall("Gather")
    query = dict(parse_qsl(urlsplit(gather.get("action") or "").query))
    counts = {name: query[name] for name in ("round", "wrong")}
    message = await the_message(clinic)
    usual = {"CallSid": message.provider_id or "CA1", "From": "+12125550101", "To": PERSON, "Digits": key}
    answer = await twilio_answers(
        clinic, "voice/keys", message.id, usual | fields, sender_id="calls", more=counts
    )
    return ElementTree.fromstring(answer.body)  # noqa: S314  # our own


def says(document: ElementTree.Element) -> list[str]:
    return [say.text or "" for say in document.iter("Say")]


async def replies(clinic: Clinic) -> list[tuple[str, ReplyMeaning, Disposition | None]]:
    page = await clinic.stores.replies.page(clinic.company_id, limit=10)
    return [(one.body, one.meaning, one.disposition) for one in page.items]


async def test_the_call_is_accepted_and_asks_us_what_to_say(calling: Clinic) -> None:
    message = await the_message(calling)
    assert message.state is MessageState.SENT
    document = await told(calling, "voice/answered", AnsweredBy="human")
    assert says(document)[:3] == [SAID, *KEYS]
    assert await replies(calling) == []


async def test_a_machine_hears_the_text_alone(calling: Clinic) -> None:
    document = await told(calling, "voice/answered", AnsweredBy="machine_end_beep")
    assert says(document) == [SAID]


async def test_a_key_is_the_answer_however_often_it_is_told(calling: Clinic) -> None:
    opening = await told(calling, "voice/answered")
    for _ in range(2):
        document = await pressed(calling, "1", after=opening)
        assert says(document) == ["Thank you, your appointment is confirmed.", OWN, "Goodbye."]
    assert await replies(calling) == [("1", ReplyMeaning.ANSWER, Disposition.CONFIRMED)]
    assert (await the_message(calling)).disposition is Disposition.CONFIRMED
    assert len(await calling.accepted()) == 1
    # The first key of a call is its answer: what is told of it later changes nothing.
    assert says(await pressed(calling, "2", after=opening))[0] == "Thank you, your appointment is confirmed."


async def test_out_of_hours_the_call_says_the_other_text(calling: Clinic) -> None:
    opening = await told(calling, "voice/answered")
    clock = calling.stop_clock(calling.runtime.now() + timedelta(days=7))
    for _ in range(2):
        document = await pressed(calling, "1", after=opening)
        assert says(document) == ["Thank you, your appointment is confirmed.", CLOSED, "Goodbye."]
        clock.at += timedelta(days=3)  # told again when it is open: what is said follows the answer's time


async def test_star_repeats_and_a_wrong_key_asks_once_more(calling: Clinic) -> None:
    again = await pressed(calling, "*", after=await told(calling, "voice/answered"))
    assert says(again)[0] == SAID
    wrong = await pressed(calling, "7", after=again)
    assert says(wrong)[0] == "That key is not one of the choices."
    assert await replies(calling) == []
    assert says(await pressed(calling, "2", after=wrong))[0] == (
        "Your appointment is canceled. Thank you for telling us."
    )
    assert await replies(calling) == [("2", ReplyMeaning.ANSWER, Disposition.CANCELED)]


async def test_wrong_keys_are_for_a_person_to_look_at(calling: Clinic) -> None:
    wrong = await pressed(calling, "7", after=await told(calling, "voice/answered"))
    document = await pressed(calling, "7", after=wrong)
    assert says(document)[0] == "We could not take your answer. Please call us."
    assert await replies(calling) == [("7", ReplyMeaning.UNCLEAR, None)]


async def test_nine_ends_all_calls_and_nothing_else(calling: Clinic) -> None:
    document = await pressed(calling, "9", after=await told(calling, "voice/answered"))
    assert says(document)[0] == "You will get no more calls from us."
    opt_outs = calling.stores.opt_outs
    assert (await opt_outs.get(calling.company_id, opt_out_id(Channel("voice"), PERSON))).is_active
    assert await opt_outs.find(calling.company_id, opt_out_id(Channel("sms"), PERSON)) is None


async def test_another_text_than_the_frozen_one_is_not_spoken(calling: Clinic) -> None:
    message = await the_message(calling)
    await calling.stores.messages.save(calling.company_id, message.id, replace(message, body="Buy now"))
    document = await told(calling, "voice/answered")
    assert [verb.tag for verb in document] == ["Hangup"]


@pytest.mark.parametrize("fields", [{"To": "+12125559999"}, {"CallSid": "CA9", "To": "+12125559999"}])
async def test_a_call_to_somebody_else_is_told_nothing(calling: Clinic, fields: dict[str, str]) -> None:
    document = await told(calling, "voice/answered", **fields)
    assert [verb.tag for verb in document] == ["Hangup"]


async def test_a_message_that_is_no_call_of_this_sender_is_not_spoken(calling: Clinic) -> None:
    answer = await twilio_answers(calling, "voice/answered", "nothing", FIELDS, sender_id="calls")
    assert "<Say" not in answer.body


async def test_what_is_not_signed_is_neither_told_nor_stored(calling: Clinic) -> None:
    message = await the_message(calling)
    fields = FIELDS | {"Digits": "1"}
    with pytest.raises(WebhookRefused):
        await twilio_answers(calling, "voice/keys", message.id, fields, sender_id="calls", token="another")
    assert await replies(calling) == []


async def test_how_the_call_ended_is_told_of_its_message(calling: Clinic) -> None:
    message = await the_message(calling)
    for status in ("ringing", "busy"):
        fields = {"CallSid": message.provider_id or "", "CallStatus": status, "To": PERSON}
        await twilio_answers(calling, "voice/status", message.id, fields, sender_id="calls")
    await record_waiting(calling.runtime, calling.company_id)
    busy = await the_message(calling)
    assert (busy.delivery, busy.delivery_reason) == (
        Delivery.UNDELIVERED,
        "The line was busy, or the call was declined.",
    )


async def test_a_key_comes_before_the_answer_to_our_own_call(calling: Clinic) -> None:
    message = await the_message(calling)
    early = replace(message, state=MessageState.SENDING, provider_id=None, sent_at=None)
    await calling.stores.messages.save(calling.company_id, message.id, early)
    document = await pressed(calling, "1", after=await told(calling, "voice/answered"))
    assert says(document)[0] == "Thank you, your appointment is confirmed."


async def test_a_call_whose_answer_was_lost_is_found_in_the_list_of_calls(calling: Clinic) -> None:
    await calling.lose_answer(await the_message(calling))
    calling.later(LEASE_AND_MORE)
    await calling.reconcile()
    found = await the_message(calling)
    [call] = await calling.accepted(PERSON)
    assert (found.state, found.provider_id) == (MessageState.SENT, call["provider_id"])


async def test_a_call_that_may_ring_is_never_made_again(clinic: Clinic) -> None:
    account = await clinic.simulator.add_account()
    sender = a_voice_sender()
    await clinic.simulator.add_number(account, sender.address)
    await clinic.set_credentials(sender.id, {"account_sid": account.sid, "auth_token": account.token})
    await clinic.stores.senders.save(clinic.company_id, sender.id, sender)
    template = a_template(id="call", channel=Channel("voice"), body="Hello {{ name }}.")
    await clinic.stores.templates.save(clinic.company_id, "call", template)
    await clinic.simulator.ask_fault("twilio", Answer.RESET_ACCEPTED, count=1)
    await clinic.fire_for(PERSON, steps=(CALL,))
    message = await the_message(clinic)
    assert message.state is MessageState.UNKNOWN
    clinic.later(LEASE_AND_MORE)
    await clinic.reconcile()
    assert (await the_message(clinic)).state is MessageState.SENT
    assert await clinic.sent_counts() == {PERSON: 1}
