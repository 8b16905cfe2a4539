"""What people answer: bound to the one message it can belong to, or left to a person."""

import asyncio

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.messages.message import Message
from shared.domain.messages.sending import Delivery, Receipt, ReceiptKind
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.answer_reply import answer_reply
from shared.usecases.answers.record_receipt import record_receipt
from tests.kit.clinic import Clinic

ANA = "+12125550187"


async def asked(clinic: Clinic, *rows: dict[str, str]) -> list[Message]:
    """Messages that were sent and offer answers."""
    await clinic.load(*(rows or ({},)))
    await clinic.ready()
    await clinic.fire()
    return list(await clinic.messages())


@pytest.mark.parametrize(
    ("body", "disposition"),
    [("1", Disposition.CONFIRMED), (" c. ", Disposition.CONFIRMED), ("2 please", Disposition.CANCELED)],
)
async def test_an_answer_is_noted_with_its_message(
    clinic: Clinic, body: str, disposition: Disposition
) -> None:
    [message] = await asked(clinic)
    reply = await clinic.write(ANA, body)
    assert (reply.meaning, reply.message_id, reply.disposition) == (
        ReplyMeaning.ANSWER,
        message.id,
        disposition,
    )
    [answered] = await clinic.messages()
    assert answered.disposition is disposition


async def test_what_is_not_an_offered_answer_is_left_to_a_person(clinic: Clinic) -> None:
    [message] = await asked(clinic)
    reply = await clinic.write(ANA, "who is this?")
    assert (reply.meaning, reply.candidates) == (ReplyMeaning.UNCLEAR, (message.id,))
    assert reply.note == "It asks something."
    settled = await answer_reply(
        clinic.runtime, clinic.company_id, reply.id, {message.id: Disposition.CONFIRMED}
    )
    assert settled.meaning is ReplyMeaning.ANSWER


async def test_several_appointments_on_one_phone_are_not_guessed_at(clinic: Clinic) -> None:
    messages = await asked(clinic, {"Patient": "Ana"}, {"Patient": "Ben"}, {"Phone": "212 555 0188"})
    anas = {m.id for m in messages if m.address == ANA}
    reply = await clinic.write(ANA, "1")
    assert (reply.meaning, set(reply.candidates)) == (ReplyMeaning.UNCLEAR, anas)
    assert all(m.disposition is None for m in await clinic.messages())
    other = next(m.id for m in messages if m.id not in anas)
    arguments = (clinic.runtime, clinic.company_id, reply.id)
    with pytest.raises(InvalidInput) as invalid:
        await answer_reply(*arguments, {other: Disposition.CONFIRMED})
    assert invalid.value.problems[0].field == "message_id"
    first, second = sorted(anas)
    await answer_reply(*arguments, {first: Disposition.CONFIRMED})
    await answer_reply(*arguments, {first: Disposition.CONFIRMED})
    with pytest.raises(Conflict):
        await answer_reply(*arguments, {second: Disposition.CONFIRMED})
    # What is answered is no candidate any more, so the next answer has one message it can belong to.
    following = await clinic.write(ANA, "2")
    assert (following.message_id, following.disposition) == (second, Disposition.CANCELED)


async def test_the_same_reply_twice_counts_once(clinic: Clinic) -> None:
    await asked(clinic)
    replies = await asyncio.gather(*(clinic.write(ANA, "1", provider_id="SM1") for _ in range(3)))
    assert replies[0] == replies[1] == replies[2]


async def test_a_changed_answer_counts_for_the_same_message_and_waits_for_a_look(clinic: Clinic) -> None:
    [message] = await asked(clinic)
    first = await clinic.write(ANA, "1")
    again = await clinic.write(ANA, "yes")
    changed = await clinic.write(ANA, "2")
    assert [one.meaning for one in (first, again, changed)] == [ReplyMeaning.ANSWER] * 3
    assert {one.message_id for one in (first, again, changed)} == {message.id}
    assert [one.contradicts_earlier for one in (first, again, changed)] == [False, False, True]
    assert (changed.candidates, changed.waits) == ((message.id,), True)
    assert changed.note == "Changes the earlier answer: confirmed."
    [kept] = await clinic.messages()
    assert (kept.id, kept.disposition) == (message.id, Disposition.CANCELED)


async def test_of_two_answers_in_one_moment_the_later_is_a_changed_one(clinic: Clinic) -> None:
    await asked(clinic)
    replies = await asyncio.gather(clinic.write(ANA, "1"), clinic.write(ANA, "2"))
    [changed] = [reply for reply in replies if reply.contradicts_earlier]
    [message] = await clinic.messages()
    assert message.disposition is changed.disposition


async def test_stop_is_a_refusal_also_while_a_question_is_open(clinic: Clinic) -> None:
    await asked(clinic)
    reply = await clinic.write(ANA, "Cancel")
    assert (reply.meaning, reply.note) == (ReplyMeaning.OPT_OUT, "May also mean: canceled.")
    opt_out = await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(Channel("sms"), ANA))
    assert opt_out.is_active
    [message] = await clinic.messages()
    assert message.disposition is None


async def test_a_reply_from_an_unknown_number_is_kept(clinic: Clinic) -> None:
    await asked(clinic)
    reply = await clinic.write("+12125550199", "1")
    assert (reply.meaning, reply.candidates, reply.note) == (
        ReplyMeaning.UNCLEAR,
        (),
        "Answers no message.",
    )
    assert await clinic.stores.replies.get(clinic.company_id, reply.id) == reply


async def test_receipts_and_answers_leave_each_other_alone(clinic: Clinic) -> None:
    for number, order in enumerate(
        (("1", "sent", "delivered"), ("delivered", "1", "sent"), ("sent", "delivered", "1"))
    ):
        address = f"+1212555{3000 + number}"
        await clinic.load({"Phone": address})
        await clinic.ready()
        await clinic.fire()
        message = next(m for m in await clinic.messages() if m.address == address)
        for word in order:
            if word == "1":
                await clinic.write(address, word)
            else:
                receipt = Receipt(message_id=message.id, kind=ReceiptKind(word), event_id=word)
                await record_receipt(clinic.runtime, clinic.company_id, receipt)
        end = await clinic.stores.messages.get(clinic.company_id, message.id)
        assert (end.delivery, end.disposition) == (Delivery.DELIVERED, Disposition.CONFIRMED)
