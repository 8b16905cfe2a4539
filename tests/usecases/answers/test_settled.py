"""What a person reads out of a reply sets off what the recipient's own answer would, once."""

from shared.domain.campaigns.reply_option import Disposition
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
