"""Why is right for every reason to skip: each is brought about, then asked for.

A new reason that has no case here fails.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.campaigns.audience import Everybody
from shared.domain.campaigns.dedupe_scope import DedupeScope
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.campaigns.step import OnlyIf
from shared.domain.contacts.opt_out import OptOutSource, topic_opt_out_id
from shared.domain.fires.explanation import Stage, Verdict
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.companies.change_company import change_company
from shared.usecases.companies.change_trial import change_trial
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.fires.explain_person import WhyNot
from shared.usecases.sending.withdraw_message import withdraw_message
from tests.kit import meta
from tests.kit.builders import a_chat_step, a_page_step, a_step, an_opt_out
from tests.kit.chat import add_chat, chat
from tests.kit.clinic import Clinic, people
from tests.usecases.answers import test_invites as invites
from tests.usecases.files import test_following as following
from tests.usecases.fires import test_asking_together as asking
from tests.usecases.fires.ladders import BEFORE, HOUR, NOON, after
from tests.usecases.fires.reasons import (
    FIRST,
    MORNING,
    Case,
    forgotten_while_it_waited,
    of_kind,
    opted_out,
    queued,
    row,
    says,
    second_step,
)
from tests.usecases.fires.test_people import ANA, SMS, a_person, know, ready
from tests.usecases.fires.test_why import why, why_at
from tests.usecases.sending.test_frequency_cap import ONE_A_DAY, company_allows, sent_before


async def bounced(clinic: Clinic) -> WhyNot:
    bounce = an_opt_out(ANA, source=OptOutSource.BOUNCE, text="No such number.", code="30005")
    await clinic.stores.opt_outs.save("acme", bounce.id, bounce)
    return await row(clinic)


async def window_closed(clinic: Clinic) -> WhyNot:
    clinic.stop_clock(NOON)
    return await row(clinic, {"When": "11/23/2026 15:00"}, window=MORNING, expires_field="appointment_at")


async def expired(clinic: Clinic) -> WhyNot:
    clinic.stop_clock(NOON)
    return await row(clinic, {"When": "11/23/2026 11:00"}, expires_field="appointment_at")


async def canceled(clinic: Clinic) -> WhyNot:
    await queued(clinic)
    await cancel_campaign(clinic.runtime, "acme", "reminders")
    await clinic.run_published()
    return await why_at(clinic, ANA)


async def answered(clinic: Clinic) -> WhyNot:
    return await second_step(clinic, after(HOUR), answer="1")


async def duplicate(clinic: Clinic) -> WhyNot:
    return await row(clinic, {}, {})


async def already_sent(clinic: Clinic) -> WhyNot:
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, Everybody())
    await clinic.fire()
    await clinic.fire()
    return await why(clinic)


async def conversation_closed(clinic: Clinic) -> WhyNot:
    await add_chat(clinic)
    return await row(clinic, steps=(a_chat_step(),))


async def withdrawn(clinic: Clinic) -> WhyNot:
    await queued(clinic)
    [message] = await clinic.messages()
    await withdraw_message(clinic.runtime, "acme", message.id, by="user Maria")
    return await why_at(clinic, ANA)


async def too_late(clinic: Clinic) -> WhyNot:
    clinic.stop_clock(NOON)
    return await row(clinic, {"When": "11/24/2026 09:00"}, steps=(a_step(when=BEFORE),))


async def too_many(clinic: Clinic) -> WhyNot:
    await sent_before(clinic)
    await company_allows(clinic, ONE_A_DAY)
    await clinic.load(*people(1))
    await clinic.ready(dedupe_scope=DedupeScope.FIRE)
    await clinic.fire()
    return await why_at(clinic, FIRST)


async def changed(clinic: Clinic) -> WhyNot:
    await following.takes(clinic)
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=1.0)
    await following.fired(clinic, following.row(0, "2026-11-30 14:00"))
    await following.load(clinic, following.row(0, "2026-11-25 14:00"))
    return await why_at(clinic, FIRST)


async def already_reached(clinic: Clinic) -> WhyNot:
    return await second_step(clinic, after(HOUR, only_if=OnlyIf.NOT_DELIVERED), delivered=True)


async def not_reached(clinic: Clinic) -> WhyNot:
    return await second_step(clinic, after(HOUR, only_if=OnlyIf.DELIVERED_NOT_ANSWERED))


async def not_invited(clinic: Clinic) -> WhyNot:
    clock = clinic.stop_clock(clinic.runtime.now())
    await meta.add_meta(clinic)
    await meta.writes(clinic, invites.ANA)
    person = {"Patient": "Ana", "Doctor": invites.ANA}
    await invites.invited(clinic, person, steps=(a_page_step(), invites.INVITING))
    await invites.pass_time(clinic, clock, timedelta(minutes=2))
    return await why_at(clinic, ANA)


async def not_canceled(clinic: Clinic) -> WhyNot:
    await following.takes(clinic)
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=1.0)
    tells = a_step(id="off", only_if=OnlyIf.APPOINTMENT_CANCELED)
    visit = following.row(0, "2026-11-30 14:00")
    clock = await following.fired(clinic, visit, steps=(a_step(when=following.FIVE), tells))
    await following.ticks(clinic, clock, datetime(2026, 11, 30, 19, 1, tzinfo=UTC))
    return await why_at(clinic, FIRST)


async def asked_together(clinic: Clinic) -> WhyNot:
    await asking.asked(clinic)
    return await why_at(clinic, ANA)


async def not_verified(clinic: Clinic) -> WhyNot:
    await change_trial(clinic.runtime, "acme", is_on=True)
    return await row(clinic)


async def other_answer(clinic: Clinic) -> WhyNot:
    step = after(HOUR, only_if=OnlyIf.ANSWERED_WITH, answers=(Disposition.CANCELED,))
    return await second_step(clinic, step, answer="1")


SKIPS: Mapping[SkipReason, tuple[Case, str, str]] = {
    SkipReason.OPTED_OUT: (opted_out, "by a reply: 'STOP'.", "end the opt-out"),
    SkipReason.BOUNCED: (bounced, "by a message that came back: 'No such number.'.", "another address"),
    SkipReason.WINDOW_CLOSED: (window_closed, "The contact window does not open", "widen the campaign's"),
    SkipReason.EXPIRED: (expired, "of no use has passed", "Fire earlier"),
    SkipReason.CANCELED: (canceled, "The campaign was canceled", "make a new campaign"),
    SkipReason.ANSWERED: (answered, "has answered an earlier step", "the answer is in the replies"),
    SkipReason.DUPLICATE: (duplicate, "the same text to the same phone", "its dedupe key"),
    SkipReason.ALREADY_SENT: (already_sent, "by the campaign 'Reminders'", "send it again to this person"),
    SkipReason.CONVERSATION_CLOSED: (conversation_closed, "within 24 hours", "approved template"),
    SkipReason.FORGOTTEN: (
        forgotten_while_it_waited,
        "deleted at the person's request",
        "does not come back",
    ),
    SkipReason.WITHDRAWN: (withdrawn, "withdrawn before it went out, by user Maria", "Ask who withdrew it"),
    SkipReason.TOO_MANY: (too_many, "as many messages on this channel lately", "the frequency cap"),
    SkipReason.CHANGED: (changed, "A later file of the source changed the appointment", "the newest file"),
    SkipReason.TOO_LATE: (too_late, "had passed before the campaign fired", "if_late"),
    SkipReason.ALREADY_REACHED: (already_reached, "An earlier step reached the person", "only_if"),
    SkipReason.NOT_REACHED: (
        not_reached,
        "No earlier step is known to have reached",
        "earlier step's message",
    ),
    SkipReason.ASKED_TOGETHER: (asked_together, "the message of another row", "it asks for this one"),
    SkipReason.NOT_VERIFIED: (not_verified, "The company is in trial", "Have this address verified"),
    SkipReason.NOT_INVITED: (not_invited, "went out already", "the message that it invites to"),
    SkipReason.NOT_CANCELED: (not_canceled, "The appointment was not canceled", "no cancelation to tell of"),
    SkipReason.OTHER_ANSWER: (other_answer, "an answer that this step follows on", "change its answers"),
}


@pytest.mark.parametrize("reason", SkipReason)
async def test_every_reason_to_skip(clinic: Clinic, reason: SkipReason) -> None:
    case, words, advice = SKIPS[reason]
    found = of_kind(await case(clinic), reason)
    is_gone = reason is SkipReason.FORGOTTEN  # of what was deleted nothing more can be told
    assert (found.verdict, found.stage) == (
        (Verdict.UNKNOWN, Stage.CAMPAIGN) if is_gone else (Verdict.NOT_SENT, Stage.QUEUE)
    )
    assert reason in {one.reason for one in await clinic.messages()}, "the ledger says so too"
    says(found, words, advice)


async def refused_topic(clinic: Clinic) -> WhyNot:
    await change_company(clinic.runtime, "acme", consent={"topics": ("News",)})
    await clinic.stores.companies.look_for_narrow("acme", by_topic=True)
    refusal = an_opt_out(ANA, id=topic_opt_out_id(SMS, ANA, "News"), topic="News", source=OptOutSource.PAGE)
    await clinic.stores.opt_outs.save("acme", refusal.id, refusal)
    return await row(clinic, topic="News")


async def refused_sender(clinic: Clinic) -> WhyNot:
    await change_company(clinic.runtime, "acme", consent={"opt_out_scope": "sender"})
    await clinic.write(ANA, "STOP")
    return await row(clinic)


async def refused_on_another_channel(clinic: Clinic) -> WhyNot:
    await change_company(clinic.runtime, "acme", consent={"opt_out_scope": "address"})
    await add_chat(clinic)
    await chat(clinic, ANA, "STOP")
    return await row(clinic)


async def suppressed_by_a_list(clinic: Clinic) -> WhyNot:
    await save_opt_out(clinic.runtime, "acme", SMS, ANA, "She called.", by="user Maria")
    return await row(clinic)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (refused_topic, "through a link in a message. It is about 'News' alone."),
        (refused_sender, "by a reply: 'STOP'. It is about messages from +12125550100 alone."),
        (refused_on_another_channel, "by a reply: 'STOP'."),
        (suppressed_by_a_list, "by somebody of the company: 'She called.'."),
    ],
)
async def test_a_refusal_of_every_scope(clinic: Clinic, case: Case, words: str) -> None:
    says(of_kind(await case(clinic), SkipReason.OPTED_OUT), words, "end the opt-out")
