"""A person settles a reply to a numbered question: each of its appointments, in one go."""

import re
from html import unescape

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.messages.purpose import Purpose
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.answer_reply import answer_reply
from tests.kit.clinic import Clinic
from tests.kit.portal.page_forms import forms_of
from tests.kit.portal.visitor import Visitor
from tests.usecases.conftest import clinic
from tests.usecases.fires.test_asking_together import ANA, asked, by_row

__all__ = ["clinic"]
YES, NO = Disposition.CONFIRMED, Disposition.CANCELED


async def thanks(clinic: Clinic) -> list[str]:
    return [one.body for one in await clinic.messages() if one.purpose is Purpose.ACKNOWLEDGEMENT]


async def test_each_appointment_is_chosen_for_on_the_replys_page(clinic: Clinic, approver: Visitor) -> None:
    await asked(clinic)
    first, other, second = (await by_row(clinic)).values()
    reply = await clinic.write(ANA, "yes")
    assert (reply.meaning, reply.candidates) == (ReplyMeaning.UNCLEAR, (first.id, second.id))
    here = f"/inbox/{reply.id}"
    page = (await approver.get(here)).text
    [form] = [one for one in forms_of(page, here) if one.action == f"{here}/answer"]
    assert {name for name, _ in form.fields} == {"csrf", f"answer_{first.id}", f"answer_{second.id}"}
    assert "11:00 Lopez" in approver.says
    assert "1: Ana, Thu 24 Dec 10:30" in approver.says
    assert "2: Cleo, Thu 24 Dec 11:00 Asked in the message above, as number 2" in approver.says
    assert "not yet" not in approver.says
    assert page.count('class="ours"') == 1  # in the thread: Cleo had no message of her own
    assert (
        'name="disposition"' not in (await approver.get("/inbox")).text
    )  # one button would settle one of two

    await approver.post(f"{here}/answer", {f"answer_{second.id}": ""}, seen=here)
    assert "Say for one of the messages" in (await approver.get(here)).text
    given = {f"answer_{first.id}": "confirmed", f"answer_{second.id}": "canceled"}
    await approver.post(f"{here}/answer", given, seen=here)
    told = await by_row(clinic)
    assert [one.disposition for one in told.values()] == [YES, None, NO]
    done = await clinic.stores.replies.get(clinic.company_id, reply.id)
    assert (done.meaning, done.waits, len(done.answers)) == (ReplyMeaning.ANSWER, False, 2)
    assert await thanks(clinic) == ["Thank you."]
    assert other.disposition is None


async def test_the_replys_page_says_that_tags_went_to_nobody(clinic: Clinic, approver: Visitor) -> None:
    tagging = ReplyOption(words=("y",), disposition=YES, add_tags=("coming",))
    await clinic.load({})
    await clinic.ready(reply_options=(tagging,))
    await clinic.fire()
    reply = await clinic.write(ANA, "y")
    await approver.get(f"/inbox/{reply.id}")
    assert "The tags of the answer (coming) went to nobody: no contact has this address." in approver.says


async def test_one_answer_is_for_all_of_them(clinic: Clinic, approver: Visitor) -> None:
    fire = await asked(clinic)
    reply = await clinic.write(ANA, "yes")
    here = f"/inbox/{reply.id}"
    page = (await approver.get(f"/fires/{fire.id}")).text
    assert page.count(f'href="{here}"') == 2  # for each row of hers
    [of_fire] = re.findall(r'href="(/inbox[^"]+meaning=unclear)"', page)
    assert here in (await approver.get(unescape(of_fire))).text
    await approver.post(f"{here}/answer", {"all": "perhaps"}, seen=here)
    assert (await clinic.stores.replies.get(clinic.company_id, reply.id)).waits
    await approver.post(f"{here}/answer", {"all": "confirmed"}, seen=here)
    assert [one.disposition for one in (await by_row(clinic)).values()] == [YES, None, YES]
    assert await thanks(clinic) == ["Thank you."]


async def test_who_was_asked_in_anothers_message_is_no_unreached_one(
    clinic: Clinic, approver: Visitor
) -> None:
    await asked(clinic)
    await approver.get("/board?day=2099-12-24")
    assert "3 no answer" in approver.says
    assert "not reached" not in approver.says


async def test_the_rest_of_a_numbered_question_joins_what_was_answered(clinic: Clinic) -> None:
    await asked(clinic)
    first, other, second = (await by_row(clinic)).values()
    reply = await clinic.write(ANA, "only the 10:30")
    assert (reply.waits, set(reply.candidates)) == (True, {first.id, second.id})
    with pytest.raises(InvalidInput, match="not a message to the person"):
        await answer_reply(
            clinic.runtime, clinic.company_id, reply.id, {second.id: NO, other.id: NO}, by="desk"
        )
    for _ in range(2):
        done = await answer_reply(clinic.runtime, clinic.company_id, reply.id, {second.id: NO}, by="desk")
    assert [(one.message_id, one.disposition) for one in done.answers] == [(first.id, YES), (second.id, NO)]
    assert (done.waits, done.contradicts_earlier, await thanks(clinic)) == (False, False, ["Thank you."])
    with pytest.raises(Conflict, match="taken as answer already"):
        await answer_reply(clinic.runtime, clinic.company_id, reply.id, {second.id: YES})
