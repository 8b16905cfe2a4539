"""What is said again is answered once: two machines must not answer each other for ever."""

from datetime import timedelta

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.events.event import EventType
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.answer_reply import answer_reply
from shared.usecases.companies.change_company import change_company
from shared.usecases.senders.change_sender import change_sender
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.kit.hooks import endpoint_at
from tests.usecases.answers.test_answered import ANA, CONFIRM, EVENING, MORNING, OPTIONS, THANKS, asked, texts

CONFIRMED = Disposition.CONFIRMED


async def chosen(clinic: Clinic) -> int:
    """How often endpoints are told that an option was chosen."""
    webhooks = (await clinic.stores.webhook_deliveries.page(clinic.company_id, limit=100)).items
    return sum(one.event_count for one in webhooks)


async def test_an_answer_that_changes_nothing_sets_nothing_off_again(clinic: Clinic) -> None:
    await endpoint_at(clinic.runtime, "https://crm.example.com", [EventType.OPTION_CHOSEN])
    await asked(clinic, reply_options=(replace(CONFIRM, event="visit-confirmed"), *OPTIONS[1:]))
    said = [await clinic.write(ANA, body) for body in ("1", "1", "ok", "ok", "1 please")]
    assert {(one.meaning, one.disposition, one.waits) for one in said} == {
        (ReplyMeaning.ANSWER, CONFIRMED, False)
    }
    assert (await texts(clinic), await chosen(clinic)) == ([THANKS], 1)
    await clinic.write(ANA, "2")
    await clinic.write(ANA, "1")  # another mind: thanked for that once more
    assert (await texts(clinic), await chosen(clinic)) == ([THANKS, THANKS], 2)


async def test_another_option_of_the_same_meaning_acts_and_a_yes_beside_it_does_not(clinic: Clinic) -> None:
    await asked(clinic, reply_options=(MORNING, EVENING))
    for body in ("4", "5", "yes", "ok"):
        await clinic.write(ANA, body)
    assert await texts(clinic) == ["Come at nine.", "Come at six."]


async def test_a_person_who_settles_what_was_answered_already_thanks_nobody_again(clinic: Clinic) -> None:
    await asked(clinic)
    await clinic.write(ANA, "1")
    unsure = await clinic.write(ANA, "1?")
    [message] = [one for one in await clinic.messages() if one.campaign_id == "reminders"]
    done = await answer_reply(clinic.runtime, clinic.company_id, unsure.id, {message.id: CONFIRMED})
    assert (done.disposition, await texts(clinic)) == (CONFIRMED, [THANKS])


async def test_help_is_answered_once_in_any_hour(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON + timedelta(minutes=58))
    await asked(clinic)
    await change_sender(clinic.runtime, clinic.company_id, "texts", {"keywords_at_provider": False})
    await change_company(clinic.runtime, clinic.company_id, consent={"help_text": "Call us."})
    for minutes in (0, 1, 3, 50, 5):  # 12:58, 12:59, 13:02, 13:52, 13:57
        clock.at += timedelta(minutes=minutes)
        assert not (await clinic.write(ANA, "HELP")).waits
    assert await texts(clinic) == ["Call us."]
    clock.at += timedelta(minutes=2)  # 13:59
    await clinic.write(ANA, "HELP")
    assert await texts(clinic) == ["Call us."] * 2
    clock.at += timedelta(minutes=30)  # 14:29
    await clinic.write(ANA, "HELP")
    assert await texts(clinic) == ["Call us."] * 2
