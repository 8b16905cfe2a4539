"""What answers a reply by itself: each text once, on the one way of all messages, and never to a refusal."""

import asyncio
from collections.abc import AsyncIterator
from datetime import time, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.channel import Channel
from shared.domain.companies.consent_rules import OptOutScope
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.opt_out import opt_out_id, sender_opt_out_id
from shared.domain.fires.fire import ProgressStatus
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.sending import IncomingMessage
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.contact_shards import contacts_in
from shared.usecases.answers.answer_reply import answer_reply
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.companies.change_company import change_company
from shared.usecases.contacts.change_one import change_one
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.run_job import run_job
from shared.usecases.senders.change_sender import change_sender
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.views.fires import get_live_fire
from tests.kit.builders import NOON, a_contact, an_sms_sender
from tests.kit.clinic import LOST, Clinic
from tests.kit.clock import Clock
from tests.kit.signed_webhooks import twilio_posts

ANA = "+12125550187"
MIAMI = "+13055550187"
THANKS = "Thank you, see you then."
CONFIRM = ReplyOption(
    words=("1",),
    disposition=Disposition.CONFIRMED,
    acknowledgement=THANKS,
    acknowledgement_out_of_hours="Thank you. We are closed now.",
)
OPTIONS = (CONFIRM, ReplyOption(words=("2",), disposition=Disposition.CANCELED))


async def asked(clinic: Clinic, *rows: dict[str, str], **changes: Any) -> None:
    """Messages that were sent and offer answers."""
    await clinic.load(*(rows or ({},)))
    await clinic.ready(**{"reply_options": OPTIONS} | changes)
    await clinic.fire()


async def answers(clinic: Clinic) -> list[Message]:
    """The messages that answer somebody."""
    return [one for one in await clinic.messages() if one.purpose is not Purpose.CAMPAIGN]


async def texts(clinic: Clinic) -> list[str]:
    """What the provider took beside the campaign's own messages."""
    return [one["body"] for one in await clinic.accepted(ANA) if not one["body"].startswith("Hello")]


async def test_an_answer_is_acknowledged_once_however_often_it_is_told(clinic: Clinic) -> None:
    await asked(clinic)
    told = await asyncio.gather(*(clinic.write(ANA, "1", provider_id="SM1") for _ in range(3)))
    await clinic.write(ANA, "1", provider_id="SM1")
    assert await texts(clinic) == [THANKS]
    [sent] = await answers(clinic)
    assert (sent.state, sent.purpose, sent.answer_to) == (
        MessageState.SENT,
        Purpose.ACKNOWLEDGEMENT,
        told[0].id,
    )


MORNING = replace(
    CONFIRM, words=("4", "morning"), acknowledgement="Come at nine.", acknowledgement_out_of_hours=""
)
EVENING = replace(
    MORNING, words=("5", "in the evening"), acknowledgement="Come at six.", add_tags=("evening",)
)


@pytest.mark.parametrize(
    ("said", "thanks"),
    [
        ("4", "Come at nine."),
        ("5", "Come at six."),
        ("5 please", "Come at six."),
        ("In the evening!", "Come at six."),
        ("5 please\n\n> Answer 1, 4 or 5.", "Come at six."),
        ("4, sorry, 5", "Come at six."),
        ("yes", THANKS),
    ],
)
async def test_of_options_that_mean_the_same_the_chosen_one_acts(
    clinic: Clinic, said: str, thanks: str
) -> None:
    await asked(clinic, reply_options=(CONFIRM, MORNING, EVENING))
    reply = await clinic.write(ANA, said)
    assert reply.disposition is Disposition.CONFIRMED
    assert await texts(clinic) == [thanks]


async def test_answers_stand_in_books_that_close(clinic: Clinic) -> None:
    await asked(clinic)
    await clinic.write(ANA, "1")
    [sent] = await answers(clinic)
    live = await get_live_fire(clinic.runtime, clinic.company_id, sent.fire_id)
    assert (live.books.ledger.planned, live.books.ledger.sent, live.books.ledger.is_balanced) == (1, 1, True)
    assert live.books.status is ProgressStatus.SENT
    assert live.books.fire.is_closed  # it keeps no other fire from being alone
    await clinic.write(ANA, "2")  # nothing is said to that
    assert len(await answers(clinic)) == 1


async def test_out_of_hours_another_text_is_sent_at_once(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await asked(clinic, window=ContactWindow(opens=time(9), closes=time(18)))
    clock.at += timedelta(hours=10)  # ten in the evening
    await clinic.write(ANA, "1")
    assert await texts(clinic) == ["Thank you. We are closed now."]


async def test_quiet_hours_of_the_persons_place_are_out_of_hours_too(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await asked(clinic, {"Phone": MIAMI}, window=ContactWindow(closes=time(22), keeps_quiet_hours=True))
    clock.at += timedelta(hours=8, minutes=30)  # half past eight there: Florida allows until eight
    await clinic.write(MIAMI, "1")
    assert [one.body for one in await answers(clinic)] == ["Thank you. We are closed now."]


async def test_where_life_is_in_danger_no_machine_answers(clinic: Clinic) -> None:
    await asked(clinic)
    reply = await clinic.write(ANA, "1 and I have chest pain right now")
    assert "danger" in reply.flags
    assert await answers(clinic) == []


async def test_who_says_stop_before_the_acknowledgement_goes_out_gets_none(clinic: Clinic) -> None:
    await asked(clinic)
    clinic.runs_jobs = False
    await clinic.write(ANA, "1")
    await clinic.write(ANA, "STOP")
    await clinic.run_published()
    [skipped] = await answers(clinic)
    assert (skipped.state, skipped.reason) == (MessageState.SKIPPED, SkipReason.OPTED_OUT)
    assert await texts(clinic) == []


async def test_an_acknowledgement_whose_announcement_was_lost_is_found(clinic: Clinic, clock: Clock) -> None:
    await asked(clinic)
    clinic.runs_jobs = False
    await clinic.write(ANA, "1")
    clinic.published = []
    clock.at += timedelta(minutes=20)
    await sweep_stalled_work(clinic.runtime, clock.at)
    for job in clinic.published:
        await run_job(clinic.runtime, job)
    assert await texts(clinic) == [THANKS]


async def test_one_that_comes_too_late_to_be_of_use_is_not_sent(clinic: Clinic, clock: Clock) -> None:
    await asked(clinic)
    clinic.runs_jobs = False
    await clinic.write(ANA, "1")
    clock.at += timedelta(hours=2)
    await clinic.run_published()
    [skipped] = await answers(clinic)
    assert skipped.reason == SkipReason.EXPIRED


async def test_an_unknown_outcome_stays_one_and_is_settled_by_proof(clinic: Clinic, clock: Clock) -> None:
    await asked(clinic, {"Phone": LOST})
    [first] = await clinic.messages()
    await clinic.reconcile()
    await clinic.write("+12125550006", "1")
    [sent] = await answers(clinic)
    assert (sent.state, first.state) == (MessageState.UNKNOWN, MessageState.UNKNOWN)
    live = await get_live_fire(clinic.runtime, clinic.company_id, sent.fire_id)
    assert live.books.status is ProgressStatus.NEEDS_ATTENTION
    clock.at += timedelta(hours=5)
    await clinic.reconcile()
    [settled] = await answers(clinic)
    assert settled.state is MessageState.SENT


async def test_twilio_confirms_the_words_it_knows_and_we_confirm_the_others(clinic: Clinic) -> None:
    await asked(clinic)
    await clinic.write(ANA, "Stop ")
    assert await answers(clinic) == []
    await clinic.write(ANA, "START")
    await clinic.write(ANA, "please stop texting me")
    [sent] = await answers(clinic)
    assert (sent.state, sent.purpose) == (MessageState.SENT, Purpose.OPT_OUT_CONFIRMATION)
    assert sent.body.startswith("Acme Clinics: You are unsubscribed")


async def test_a_refusal_is_confirmed_once_and_by_nothing_else(clinic: Clinic) -> None:
    await asked(clinic)
    await change_sender(clinic.runtime, clinic.company_id, "texts", {"keywords_at_provider": False})
    for body in ("STOP", "STOP", "don't text me again", "stop"):
        await clinic.write(ANA, body)
    [sent] = await answers(clinic)
    assert sent.state is MessageState.SENT
    await clinic.write(ANA, "HELP")
    assert len(await texts(clinic)) == 1


@pytest.mark.parametrize("ids", [("SM1",) * 3, ("SM1", "SM2", "SM3")], ids=["one text", "three texts"])
async def test_a_stop_that_comes_three_times_at_once_is_confirmed_once(
    clinic: Clinic, ids: tuple[str, ...]
) -> None:
    await asked(clinic)
    await change_sender(clinic.runtime, clinic.company_id, "texts", {"keywords_at_provider": False})
    await asyncio.gather(
        *(twilio_posts(clinic, "incoming", MessageSid=one, From=ANA, Body="STOP") for one in ids)
    )
    [sent] = await texts(clinic)
    assert "You are unsubscribed" in sent
    [refusal] = (await clinic.stores.opt_outs.page(clinic.company_id, limit=9)).items
    assert (refusal.is_active, refusal.earlier) == (True, ())


async def test_the_confirmation_is_in_the_language_of_the_message_or_in_the_companys_words(
    clinic: Clinic,
) -> None:
    template = await clinic.stores.templates.get(clinic.company_id, "reminder")
    await clinic.stores.templates.save(clinic.company_id, "reminder", replace(template, language="es"))
    await asked(clinic)
    await clinic.write(ANA, "no me manden más mensajes")
    assert "no recibirá más mensajes" in (await texts(clinic))[0]
    await clinic.write(ANA, "START")
    await change_company(clinic.runtime, clinic.company_id, consent={"opt_out_text": "Bye."})
    await clinic.write(ANA, "no me manden más mensajes")
    assert (await texts(clinic))[1:] == ["Bye."]


async def test_what_twilio_says_it_answered_is_not_answered_again(clinic: Clinic) -> None:
    await asked(clinic)
    await change_company(clinic.runtime, clinic.company_id, consent={"help_text": "Call us."})
    await change_sender(clinic.runtime, clinic.company_id, "texts", {"keywords_at_provider": False})
    told = IncomingMessage(
        provider_id="SM7", from_address=ANA, to_address="+12125550100", body="AYUDA", is_help=True
    )
    reply = await receive_reply(clinic.runtime, clinic.company_id, "texts", Channel("sms"), told)
    assert (reply.meaning, reply.waits) == (ReplyMeaning.HELP, False)
    own = replace(told, provider_id="SM6", body="MENU")  # a word of the company's own, that Twilio keeps
    reply = await receive_reply(clinic.runtime, clinic.company_id, "texts", Channel("sms"), own)
    assert (reply.meaning, reply.waits) == (ReplyMeaning.HELP, False)
    stop = replace(told, provider_id="SM8", body="Adiós", is_help=False, is_opt_out=True)
    await receive_reply(clinic.runtime, clinic.company_id, "texts", Channel("sms"), stop)
    assert await answers(clinic) == []


async def test_help_is_answered_with_the_companys_text_once_an_hour(clinic: Clinic, clock: Clock) -> None:
    await asked(clinic)
    await change_sender(clinic.runtime, clinic.company_id, "texts", {"keywords_at_provider": False})
    reply = await clinic.write(ANA, "HELP")
    assert (reply.waits, await answers(clinic)) == (True, [])  # without a text a person answers
    await change_company(clinic.runtime, clinic.company_id, consent={"help_text": "Acme: call 212 555 0100."})
    replies = [await clinic.write(ANA, "HELP") for _ in range(3)]
    assert not any(one.waits for one in replies)
    assert await texts(clinic) == ["Acme: call 212 555 0100."]
    clock.at += timedelta(hours=1)
    await change_sender(clinic.runtime, clinic.company_id, "texts", {"help_text": "The desk: 0100."})
    await clinic.write(ANA, "AYUDA")
    assert (await texts(clinic))[1:] == ["The desk: 0100."]


async def test_yes_is_a_permission_only_where_nothing_is_open(clinic: Clinic) -> None:
    await asked(clinic)
    await save_opt_out(clinic.runtime, clinic.company_id, Channel("sms"), ANA)
    open_one = await clinic.write(ANA, "YES")
    assert (open_one.meaning, open_one.consent) == (ReplyMeaning.ANSWER, None)
    stored = await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(Channel("sms"), ANA))
    assert stored.is_active
    assert await texts(clinic) == []  # an acknowledgement is a message: the refusal holds
    other = "+12125550199"
    await save_opt_out(clinic.runtime, clinic.company_id, Channel("sms"), other)
    assert (await clinic.write(other, "YES")).meaning is ReplyMeaning.OPT_IN


@pytest.mark.parametrize("scope", OptOutScope)
async def test_a_refusal_reaches_as_far_as_the_company_says(clinic: Clinic, scope: OptOutScope) -> None:
    second = an_sms_sender(id="more", address="+12125550101")
    await clinic.stores.senders.save(clinic.company_id, second.id, second)
    await change_company(clinic.runtime, clinic.company_id, consent={"opt_out_scope": scope})
    await clinic.write(ANA, "STOP")
    narrow = await clinic.stores.opt_outs.find(
        clinic.company_id, sender_opt_out_id(Channel("sms"), ANA, "texts")
    )
    wide = await clinic.stores.opt_outs.find(clinic.company_id, opt_out_id(Channel("sms"), ANA))
    is_narrow = scope is OptOutScope.SENDER
    assert (narrow is not None, wide is not None) == (is_narrow, not is_narrow)
    company = await clinic.stores.companies.get(clinic.company_id)
    assert company.has_sender_opt_outs == is_narrow
    await asked(clinic)
    [skipped] = await clinic.messages()
    assert (skipped.state, skipped.reason) == (MessageState.SKIPPED, SkipReason.OPTED_OUT)
    await clinic.write(ANA, "START")
    stored = (await clinic.stores.opt_outs.page(clinic.company_id, limit=9)).items
    assert not any(one.is_active for one in stored)


async def test_start_ends_on_other_channels_only_what_a_stop_began_there(clinic: Clinic) -> None:
    await change_company(clinic.runtime, clinic.company_id, consent={"opt_out_scope": OptOutScope.ADDRESS})
    by_phone = await save_opt_out(
        clinic.runtime, clinic.company_id, Channel("voice"), ANA, "Never call me", by="user dana"
    )
    await clinic.write(ANA, "STOP")
    await clinic.write(ANA, "START")
    stored = (await clinic.stores.opt_outs.page(clinic.company_id, limit=9)).items
    held = {one.channel: one.is_active for one in stored}
    assert held == {"sms": False, "whatsapp": False, "voice": True}
    assert by_phone in stored


async def test_what_a_sender_was_refused_another_may_still_send(clinic: Clinic) -> None:
    await change_company(clinic.runtime, clinic.company_id, consent={"opt_out_scope": OptOutScope.SENDER})
    await clinic.write(ANA, "STOP", sender_id="another")
    await asked(clinic)
    [sent] = await clinic.messages()
    assert sent.state is MessageState.SENT


async def test_a_refusal_of_one_sender_between_planning_and_sending_is_seen(clinic: Clinic) -> None:
    await change_company(clinic.runtime, clinic.company_id, consent={"opt_out_scope": OptOutScope.SENDER})
    await clinic.load({})
    await clinic.ready(reply_options=OPTIONS)
    _, job = await clinic.fire_and_queue()
    await clinic.write(ANA, "STOP")
    await run_job(clinic.runtime, job)
    [skipped] = await clinic.messages()
    assert (skipped.state, skipped.reason) == (MessageState.SKIPPED, SkipReason.OPTED_OUT)


async def test_an_answer_tags_the_contact_once(clinic: Clinic) -> None:
    await save_contacts(clinic)
    await asked(clinic, reply_options=(replace(CONFIRM, add_tags=("Coming", "vip"), remove_tags=("Asked",)),))
    for _ in range(2):
        await clinic.write(ANA, "1", provider_id="SM1")
    [ana] = [one async for one in all_contacts(clinic)]
    assert ana.tags == ("coming", "vip")
    changes = (await clinic.stores.contact_changes.page(clinic.company_id, limit=9)).items
    assert [one.by for one in changes].count(ChangedBy.REPLY) == 1


async def test_what_a_person_decides_of_an_answer_tags_the_contact_too(clinic: Clinic) -> None:
    """The reply had its own tags when it came; it changed an earlier answer, so somebody looked at it."""
    await save_contacts(clinic)
    comes, not_comes = replace(CONFIRM, add_tags=("coming",)), replace(OPTIONS[1], remove_tags=("coming",))
    await asked(clinic, reply_options=(comes, not_comes))
    [message] = await clinic.messages()
    await clinic.write(ANA, "2")
    reply = await clinic.write(ANA, "1")
    assert [one.tags async for one in all_contacts(clinic)] == [("asked", "coming")]
    for _ in range(2):
        await answer_reply(clinic.runtime, clinic.company_id, reply.id, {message.id: Disposition.CANCELED})
    assert [one.tags async for one in all_contacts(clinic)] == [("asked",)]


async def test_an_answer_of_nobody_known_tags_nobody(clinic: Clinic) -> None:
    await asked(clinic, reply_options=(replace(CONFIRM, add_tags=("coming",)),))
    reply = await clinic.write(ANA, "1")
    assert reply.meaning is ReplyMeaning.ANSWER
    assert [one async for one in all_contacts(clinic)] == []


async def save_contacts(clinic: Clinic) -> None:
    """Ana, with a tag that an answer takes away."""
    author = Author(ChangedBy.USER, "u1")
    ana = a_contact(tags=("asked",), version=0)
    await change_one(clinic.runtime, clinic.company_id, ana.id, lambda _: ana, author)


async def all_contacts(clinic: Clinic) -> AsyncIterator[Contact]:
    async for shard in clinic.stores.contact_shards.scan(clinic.company_id):
        for contact in contacts_in(shard):
            yield contact
