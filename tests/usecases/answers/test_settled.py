"""What a person reads out of a reply sets off what the recipient's own answer would, once."""

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.errors import Conflict
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.answer_reply import answer_reply
from tests.kit.clinic import Clinic
from tests.usecases.answers.test_answered import ANA, THANKS, answers, asked, texts


async def test_who_is_understood_by_a_person_is_thanked_once(clinic: Clinic) -> None:
    await asked(clinic)
    reply = await clinic.write(ANA, "who is this?")
    assert await texts(clinic) == []
    [message] = [one for one in await clinic.messages() if one.id in reply.candidates]
    for _ in range(2):
        settled = await answer_reply(
            clinic.runtime, clinic.company_id, reply.id, {message.id: Disposition.CONFIRMED}
        )
        assert settled.meaning is ReplyMeaning.ANSWER
    assert await texts(clinic) == [THANKS]
    [sent] = await answers(clinic)
    assert sent.answer_to == reply.id


async def test_an_option_without_a_text_says_nothing(clinic: Clinic) -> None:
    await asked(clinic)
    reply = await clinic.write(ANA, "who is this?")
    await answer_reply(
        clinic.runtime, clinic.company_id, reply.id, {reply.candidates[0]: Disposition.CANCELED}
    )
    assert await answers(clinic) == []


async def test_what_was_settled_wrongly_is_corrected_and_nobody_is_thanked_again(clinic: Clinic) -> None:
    await asked(clinic)
    reply = await clinic.write(ANA, "who is this?")
    yes, no = ({reply.candidates[0]: one} for one in (Disposition.CONFIRMED, Disposition.CANCELED))
    await answer_reply(clinic.runtime, clinic.company_id, reply.id, yes)
    with pytest.raises(Conflict, match="taken as answer already"):
        await answer_reply(clinic.runtime, clinic.company_id, reply.id, no)
    done = await answer_reply(clinic.runtime, clinic.company_id, reply.id, no, "desk", corrects=True)
    assert (done.disposition, done.contradicts_earlier, done.waits) == (Disposition.CANCELED, False, False)
    assert (done.note, done.settled_by) == ("Corrected: it was taken as confirmed.", "desk")
    back = await answer_reply(clinic.runtime, clinic.company_id, reply.id, yes, corrects=True)
    assert back.disposition is Disposition.CONFIRMED
    assert await texts(clinic) == [THANKS]


async def test_what_was_understood_by_itself_is_corrected(clinic: Clinic) -> None:
    await asked(clinic)
    reply = await clinic.write(ANA, "1")
    [answer] = reply.answers
    given = {answer.message_id: Disposition.CANCELED}
    done = await answer_reply(clinic.runtime, clinic.company_id, reply.id, given, corrects=True)
    assert [one.disposition for one in done.answers] == [Disposition.CANCELED]
    [message] = [one for one in await clinic.messages() if one.id == answer.message_id]
    assert message.disposition is Disposition.CANCELED


async def test_a_later_answer_is_not_lost_by_correcting_one_before(clinic: Clinic) -> None:
    await asked(clinic)
    first = await clinic.write(ANA, "1")
    await clinic.write(ANA, "2")
    given = {first.answers[0].message_id: Disposition.RESCHEDULE_ASKED}
    with pytest.raises(Conflict, match="another answer since"):
        await answer_reply(clinic.runtime, clinic.company_id, first.id, given, corrects=True)
