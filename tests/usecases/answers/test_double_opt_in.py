"""Double opt-in, from joining a list to the first campaign, over reply and link; nobody is asked twice."""

from datetime import timedelta

import pytest

from shared.domain.campaigns.audience import ListMembers
from shared.domain.companies.consent_rules import OptOutScope
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.preference_link import LinkedPerson
from shared.domain.errors import InvalidInput
from shared.domain.job import AskConsents
from shared.domain.messages.message import MessageState
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.sending import IncomingMessage
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.answers.write_back import write_back
from shared.usecases.companies.change_company import change_company
from shared.usecases.contacts.confirm_by_link import confirm_by_link
from shared.usecases.contacts.save_contact_list import create_contact_list
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.run_job import run_job
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.kit.forgetting import forgotten
from tests.usecases.fires.test_people import ANA, BEN, CLEO, SMS, a_person, know, ready

DAY = NOON.replace(hour=16)  # by day in all of the country


async def joined(clinic: Clinic) -> None:
    """Ana and Ben are on a list that asks, Cleo is on none."""
    news = ContactList(
        id="news",
        name="News",
        created_at=NOON,
        updated_at=NOON,
        confirm_sender_id="texts",
        confirm_text="Willow Clinic: reply YES to get our news.",
    )
    await create_contact_list(clinic.runtime, clinic.company_id, news)
    people = (a_person("ana", ANA, list_ids=("news",)), a_person("ben", BEN, list_ids=("news",)))
    await know(clinic, *people, a_person("cleo", CLEO))


async def ask(clinic: Clinic) -> None:
    """The tick finds the company, and its people are asked: jobs run here."""
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())


async def questions(clinic: Clinic) -> dict[str, str]:
    """Who was asked, and how."""
    sent = [one for one in await clinic.messages() if one.purpose is Purpose.LIST_CONFIRMATION]
    assert len({one.address for one in sent}) == len(sent)
    return {one.address: one.body for one in sent}


async def reached(clinic: Clinic) -> set[str]:
    """Whom a campaign for the list reaches now."""
    await ready(clinic, ListMembers(list_id="news"))
    await clinic.fire()
    return {one.address for one in await clinic.messages() if one.purpose is Purpose.CAMPAIGN}


async def test_who_joins_is_asked_once_and_gets_nothing_before_a_yes(clinic: Clinic) -> None:
    clinic.stop_clock(DAY)
    await joined(clinic)
    await ask(clinic)
    asked = await questions(clinic)
    assert asked.keys() == {ANA, BEN}
    assert asked[ANA].startswith("Willow Clinic: reply YES to get our news. http")
    await ask(clinic)
    assert await questions(clinic) == asked
    reply = await clinic.write(ANA, "Yes please")
    assert (reply.meaning, reply.waits) == (ReplyMeaning.OPT_IN, False)
    assert reply.note == "The person confirmed to be on: News."
    assert await reached(clinic) == {ANA}


async def test_the_link_confirms_and_a_late_yes_does_not(clinic: Clinic) -> None:
    clock = clinic.stop_clock(DAY)
    await joined(clinic)
    await ask(clinic)
    person = LinkedPerson(company_id=clinic.company_id, channel=SMS, address=ANA)
    await confirm_by_link(clinic.runtime, clinic.company_id, person)
    clock.at = DAY + timedelta(days=8)
    late = await clinic.write(BEN, "yes")
    assert late.meaning is ReplyMeaning.UNCLEAR
    assert await reached(clinic) == {ANA}


async def test_an_edit_confirms_nothing_and_who_refused_is_not_asked(clinic: Clinic) -> None:
    clinic.stop_clock(DAY)
    await joined(clinic)
    await save_opt_out(clinic.runtime, clinic.company_id, SMS, BEN)
    await know(clinic, a_person("ana", ANA, "vip", list_ids=("news",)))
    await ask(clinic)
    assert (await questions(clinic)).keys() == {ANA}
    await know(clinic, a_person("ana", ANA, "vip", "new", list_ids=("news",)))
    assert await reached(clinic) == set()


async def news_of_ana(clinic: Clinic) -> set[str]:
    """Who has confirmed."""
    page = await clinic.stores.list_consents.page(clinic.company_id, limit=10)
    return {one.id for one in page.items if one.confirmed_at is not None}


async def visit(clinic: Clinic, *hours: str) -> None:
    """Reminders to Ana of visits today, each in a message of its own."""
    rows = [{"Patient": "Ana", "Phone": ANA, "When": f"2026-11-23 {one}"} for one in hours]
    await clinic.load(*rows)
    await clinic.ready(dedupe_key=("phone", "start"))
    await clinic.fire()


async def test_a_yes_that_may_answer_a_question_confirms_no_list(clinic: Clinic) -> None:
    clinic.stop_clock(DAY)
    await joined(clinic)
    await ask(clinic)
    await visit(clinic, "14:00", "15:00")
    which = await clinic.write(ANA, "YES")
    assert (which.meaning, which.waits, len(which.candidates)) == (ReplyMeaning.UNCLEAR, True, 2)
    assert await news_of_ana(clinic) == set()


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_question_that_is_over_keeps_no_later_list_from_a_yes(clinic: Clinic, is_first: bool) -> None:
    clock = clinic.stop_clock(DAY)
    if is_first:
        await visit(clinic, "14:00")
        clock.at += timedelta(minutes=1)
    await joined(clinic)
    await ask(clinic)
    clock.at += timedelta(minutes=1)
    if not is_first:
        await visit(clinic, "14:00")
    clock.at += timedelta(hours=4)
    reply = await clinic.write(ANA, "YES")
    assert (reply.meaning is ReplyMeaning.OPT_IN, reply.waits) == (is_first, not is_first)
    assert len(await news_of_ana(clinic)) == is_first


async def test_an_answer_to_the_lists_own_message_confirms_no_visit(clinic: Clinic) -> None:
    clinic.stop_clock(DAY)
    await joined(clinic)
    await ask(clinic)
    await visit(clinic, "14:00")
    [asked] = [
        one
        for one in await clinic.messages()
        if one.purpose is Purpose.LIST_CONFIRMATION and one.address == ANA
    ]
    incoming = IncomingMessage(
        provider_id="SM9",
        from_address=ANA,
        to_address="+12125550100",
        body="YES",
        replies_to=asked.provider_id,
    )
    reply = await receive_reply(clinic.runtime, clinic.company_id, "texts", SMS, incoming)
    assert (reply.meaning, reply.answers, len(await news_of_ana(clinic))) == (ReplyMeaning.OPT_IN, (), 1)


@pytest.mark.parametrize("scope", [OptOutScope.CHANNEL, OptOutScope.SENDER])
async def test_who_was_not_asked_as_they_had_refused_confirms_nothing_by_a_yes(
    clinic: Clinic, scope: OptOutScope
) -> None:
    clinic.stop_clock(DAY)
    await change_company(clinic.runtime, clinic.company_id, consent={"opt_out_scope": scope})
    await joined(clinic)
    await clinic.write(ANA, "STOP")
    await ask(clinic)
    assert (await questions(clinic)).keys() == {BEN}
    back = await clinic.write(ANA, "YES")
    assert (back.meaning, back.note) == (ReplyMeaning.OPT_IN, "")
    assert await news_of_ana(clinic) == set()
    assert await reached(clinic) == set()


async def test_a_yes_to_a_question_that_never_left_confirms_nothing(clinic: Clinic) -> None:
    clinic.stop_clock(DAY)
    await joined(clinic)
    clinic.runs_jobs = False
    await ask(clinic)
    [job] = [one for one in clinic.published if isinstance(one, AskConsents)]
    await run_job(clinic.runtime, job)
    await clinic.write(ANA, "STOP")
    await clinic.run_published()
    states = {one.address: one.state for one in await clinic.messages()}
    assert states == {ANA: MessageState.SKIPPED, BEN: MessageState.SENT}
    assert (await clinic.write(ANA, "YES")).note == ""
    assert await news_of_ana(clinic) == set()
    assert "News" in (await clinic.write(BEN, "YES")).note


async def test_a_yes_to_what_somebody_wrote_confirms_no_list(clinic: Clinic) -> None:
    clock = clinic.stop_clock(DAY)
    await joined(clinic)
    await ask(clinic)
    asks = await clinic.write(ANA, "where are you?")
    clock.at += timedelta(minutes=1)
    text = "Shall we send you a map?"
    await write_back(clinic.runtime, clinic.company_id, asks.id, text, "w-1", by="user dana")
    [map_sent] = [one for one in await clinic.messages() if one.purpose is Purpose.WRITTEN]
    for body, named in (("yes", map_sent.provider_id), ("Yes", "SM-of-another-program"), ("YES", None)):
        incoming = IncomingMessage(
            provider_id=body, from_address=ANA, to_address="+12125550100", body=body, replies_to=named
        )
        reply = await receive_reply(clinic.runtime, clinic.company_id, "texts", SMS, incoming)
        assert (reply.meaning, reply.waits) == (ReplyMeaning.UNCLEAR, True)
        assert await news_of_ana(clinic) == set()


async def test_who_was_forgotten_and_comes_again_has_confirmed_nothing_and_is_asked_anew(
    clinic: Clinic,
) -> None:
    clock = clinic.stop_clock(DAY)
    await joined(clinic)
    await ask(clinic)
    await clinic.write(ANA, "YES")
    clinic.runs_jobs = False
    await forgotten(clinic, SMS, ANA)
    clinic.runs_jobs = True
    assert await news_of_ana(clinic) == set()
    clock.at += timedelta(hours=1)
    await know(clinic, a_person("ana2", ANA, list_ids=("news",)))
    early = await clinic.write(ANA, "YES")  # to nothing: what was asked before is forgotten
    assert early.meaning is ReplyMeaning.UNCLEAR
    await ask(clinic)
    assert (await questions(clinic)).keys() == {"", ANA, BEN}  # one is to nobody known any more
    await clinic.write(ANA, "YES")
    assert await reached(clinic) == {ANA}


async def test_a_call_cannot_ask(clinic: Clinic) -> None:
    wrong = ContactList(
        id="x", name="X", created_at=NOON, updated_at=NOON, confirm_sender_id="nobody", confirm_text="YES?"
    )
    with pytest.raises(InvalidInput, match="there is no such sender"):
        await create_contact_list(clinic.runtime, clinic.company_id, wrong)
