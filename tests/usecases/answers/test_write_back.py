"""Somebody of the company writes back: once, on the one way of all messages, inside the channel's rules."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.consent import WordMeaning
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.fires.writing_back import REFUSED
from shared.domain.messages.binding import WRITTEN_SINCE
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.assign_reply import assign_reply
from shared.usecases.answers.read_thread import read_thread
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.answers.save_saved_reply import delete_saved_reply, save_saved_reply
from shared.usecases.answers.write_back import write_back
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.run_job import run_job
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.views.fires import get_live_fire
from shared.views.kit.paging import PageAsked
from shared.views.replies import list_replies
from shared.views.saved_replies import list_saved_replies
from shared.views.threads import list_said
from tests.kit.builders import a_chat_step
from tests.kit.chat import CHAT, add_chat, chat
from tests.kit.clinic import Clinic, people
from tests.kit.clock import Clock

ANA, TEXT = "+12125550187", "We open at nine. See you then."
NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)


async def asked(clinic: Clinic, body: str = "when do you open?") -> Reply:
    """A reply that waits for a person."""
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    return await clinic.write(ANA, body)


async def back(clinic: Clinic, reply: Reply, writing_id: str = "w-1", text: str = TEXT) -> Reply:
    """Write back."""
    return await write_back(clinic.runtime, clinic.company_id, reply.id, text, writing_id, by="user dana")


async def naming(
    clinic: Clinic, body: str, *, replies_to: str | None = None, answers_id: str | None = None
) -> Reply:
    """Ana answers the message with that id."""
    incoming = IncomingMessage(
        provider_id=f"{body} {replies_to}",
        from_address=ANA,
        to_address="+12125550100",
        body=body,
        replies_to=replies_to,
        answers_id=answers_id,
    )
    return await receive_reply(clinic.runtime, clinic.company_id, "texts", Channel("sms"), incoming)


async def written(clinic: Clinic) -> list[Message]:
    """The messages that somebody wrote."""
    return [one for one in await clinic.messages() if one.purpose is Purpose.WRITTEN]


async def test_a_text_goes_out_once_however_often_the_form_is_sent(clinic: Clinic) -> None:
    reply = await asked(clinic)
    told = await asyncio.gather(*(back(clinic, reply) for _ in range(3)))
    await back(clinic, reply)
    [sent] = await written(clinic)
    assert (sent.state, sent.body, sent.answer_to) == (MessageState.SENT, TEXT, reply.id)
    assert [one["body"] for one in await clinic.accepted(ANA)].count(TEXT) == 1
    assert not told[0].waits
    assert (await clinic.stores.replies.get(clinic.company_id, reply.id)).settled_by == "user dana"
    live = await get_live_fire(clinic.runtime, clinic.company_id, sent.fire_id)
    assert (live.books.ledger.planned, live.books.ledger.sent, live.books.ledger.is_balanced) == (1, 1, True)


async def test_another_text_is_another_message_in_the_same_thread(clinic: Clinic) -> None:
    reply = await asked(clinic)
    await back(clinic, reply)
    await back(clinic, reply, "w-2", "And bring your card.")
    said = await list_said(clinic.runtime, clinic.company_id, reply)
    bodies = [each.body for one in said if (each := one.message or one.reply)]
    assert bodies[-2:] == [TEXT, "And bring your card."]
    assert "when do you open?" in bodies
    again = await clinic.write(ANA, "thanks")
    assert again.message_id == reply.message_id  # what is answered is the campaign's message, as before


@pytest.mark.parametrize("body", ["yes", "1", "2", "Yes, see you then", "cancel my visit", "ok"])
@pytest.mark.parametrize("by", ["replies_to", "answers_id"], ids=["WhatsApp", "email"])
async def test_who_answers_what_a_person_wrote_answers_that_person_and_no_appointment(
    clinic: Clinic, body: str, by: str
) -> None:
    reply = await asked(clinic)
    await back(clinic, reply, text="Shall we send you a map?")
    [map_sent] = await written(clinic)
    names = {"replies_to": map_sent.provider_id, "answers_id": map_sent.id}
    told = await naming(clinic, body, **{by: names[by]})
    assert (told.meaning, told.waits, told.message_id) == (ReplyMeaning.UNCLEAR, True, map_sent.id)
    assert (told.answers, told.may_also_mean, told.disposition) == ((), None, None)
    assert {one.disposition for one in await clinic.messages()} == {None}
    assert not [one for one in await clinic.messages() if one.purpose is Purpose.ACKNOWLEDGEMENT]
    page = await list_replies(clinic.runtime, clinic.company_id, PageAsked(9), waits=True)
    assert [one.id for one in page.items] == [told.id]
    answer = await clinic.write(ANA, "1")  # what names nothing answers the question that is open
    assert (answer.meaning, answer.message_id) == (ReplyMeaning.ANSWER, reply.message_id)


async def test_words_after_what_a_person_wrote_may_answer_that_and_a_digit_does_not(clinic: Clinic) -> None:
    reply = await asked(clinic)
    await back(clinic, reply, text="Could you come at three instead?")
    said = await clinic.write(ANA, "yes")
    assert (said.meaning, said.waits, said.may_also_mean) == (ReplyMeaning.UNCLEAR, True, "confirmed")
    assert WRITTEN_SINCE in said.note
    assert {one.disposition for one in await clinic.messages()} == {None}
    assert (await clinic.write(ANA, "stop texting me")).meaning is ReplyMeaning.OPT_OUT
    assert (await clinic.write(ANA, "1")).disposition == "confirmed"


async def test_who_answers_what_nobody_here_knows_answers_no_appointment(clinic: Clinic) -> None:
    """As a text of another program by the same number, or their own: what the number names is no guess."""
    reply = await asked(clinic)
    other = await naming(clinic, "yes", replies_to="SM-of-another-program")
    assert (other.meaning, other.waits, other.message_id) == ("unclear", True, reply.message_id)
    assert (other.may_also_mean, other.answers) == ("confirmed", ())
    [question] = await clinic.messages()
    assert question.disposition is None
    await clinic.lose_answer(question)  # its id at the provider is not known yet: it may be the one
    assert (await naming(clinic, "Yes", replies_to="SM-of-ours-perhaps")).disposition == "confirmed"


async def test_a_refusal_that_answers_what_a_person_wrote_is_one(clinic: Clinic) -> None:
    reply = await asked(clinic)
    await back(clinic, reply)
    [sent] = await written(clinic)
    told = await naming(clinic, "please stop texting me", replies_to=sent.provider_id)
    assert told.consent is WordMeaning.OPT_OUT
    refusal = await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(reply.channel, ANA))
    assert refusal.is_active


async def test_to_who_refused_nobody_writes_and_nothing_goes(clinic: Clinic) -> None:
    reply = await asked(clinic)
    clinic.runs_jobs = False
    await back(clinic, reply)
    await save_opt_out(clinic.runtime, clinic.company_id, reply.channel, ANA)
    await clinic.run_published()
    [skipped] = await written(clinic)
    assert (skipped.state, skipped.reason) == (MessageState.SKIPPED, SkipReason.OPTED_OUT)
    with pytest.raises(Conflict, match="has refused"):
        await back(clinic, reply, "w-2")
    thread = await read_thread(clinic.runtime, clinic.company_id, reply)
    assert thread.closed_because(clinic.runtime.now()) == REFUSED
    assert len(await written(clinic)) == 1


async def test_one_whose_announcement_was_lost_is_found(clinic: Clinic, clock: Clock) -> None:
    reply = await asked(clinic)
    clinic.runs_jobs = False
    await back(clinic, reply)
    clinic.published = []
    clock.at += timedelta(minutes=20)
    await sweep_stalled_work(clinic.runtime, clock.at)
    for job in clinic.published:
        await run_job(clinic.runtime, job)
    assert [one.state for one in await written(clinic)] == [MessageState.SENT]


async def test_a_channel_with_hours_takes_a_text_within_them_alone(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await add_chat(clinic)
    await clinic.load(*people(1))
    await clinic.ready(steps=(a_chat_step(),))
    await chat(clinic, "+12125552000")
    page = await list_replies(clinic.runtime, clinic.company_id, PageAsked(1), channel=CHAT)
    reply = page.items[0]
    await back(clinic, reply)
    assert [one.state for one in await written(clinic)] == [MessageState.SENT]
    clock.at = NOON + timedelta(hours=24)
    with pytest.raises(Conflict, match="24 hours after"):
        await back(clinic, reply, "w-2")
    assert len(await written(clinic)) == 1


@pytest.mark.parametrize("text", ["", "  \n", "x" * 481, "Hello {{ patient }}", "a\x00b"])
async def test_what_cannot_be_sent_is_refused(clinic: Clinic, text: str) -> None:
    reply = await asked(clinic)
    with pytest.raises(InvalidInput):
        await back(clinic, reply, text=text)
    assert await written(clinic) == []


async def test_a_reply_is_somebodys_who_may_answer(clinic: Clinic) -> None:
    reply = await asked(clinic)
    with pytest.raises(InvalidInput):
        await assign_reply(clinic.runtime, clinic.company_id, reply.id, "nobody")
    assigned = await assign_reply(clinic.runtime, clinic.company_id, reply.id, None)
    assert assigned.assigned_to is None
    assert assigned.waits


async def test_saved_replies_are_kept_changed_and_given_up(clinic: Clinic) -> None:
    arguments = (clinic.runtime, clinic.company_id)
    await save_saved_reply(*arguments, "s-1", "Hours", TEXT)
    await save_saved_reply(*arguments, "s-1", " Opening hours ", f" {TEXT} ")
    [saved] = (await list_saved_replies(*arguments, PageAsked(10))).items
    assert (saved.id, saved.name, saved.text) == ("s-1", "Opening hours", TEXT)
    with pytest.raises(InvalidInput) as wrong:
        await save_saved_reply(*arguments, "s-2", " ", "{{ name }}")
    assert {one.field for one in wrong.value.problems} == {"name", "text"}
    await delete_saved_reply(*arguments, "s-1")
    with pytest.raises(NotFound):
        await delete_saved_reply(*arguments, "s-1")
