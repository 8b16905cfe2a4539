"""Steps that follow on each other, on the clock: who gets the next one, when, and who does not."""

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.campaigns.step import DelayMeasure, OnlyIf
from shared.domain.fires.fire import Ledger
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.evidence.settle_message import Settlement, settle_message
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.views.fires import get_live_fire
from tests.kit.builders import a_step
from tests.kit.clinic import ABSENT, Clinic, people
from tests.usecases.fires.ladders import (
    HOUR,
    MAIL,
    MINUTE,
    NOON,
    TICK,
    after,
    fired,
    ledger,
    of_step,
    ticks,
)


async def test_who_has_not_answered_gets_the_next_step_when_its_delay_is_over(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    fire = await fired(clinic, a_step(), after(4 * HOUR))
    assert await ledger(clinic, fire) == Ledger(planned=6, sent=3, pending=3)
    assert {one.planned_for for one in (await of_step(clinic, "again")).values()} == {NOON + 4 * HOUR}
    await clinic.write("+12125552000", "1")
    await clinic.write("+12125552001", "who is this?")  # a person has to read it
    await ticks(clinic, clock, NOON + 4 * HOUR - MINUTE)
    assert len(await clinic.accepted()) == 3
    await ticks(clinic, clock, NOON + 4 * HOUR)
    again = await of_step(clinic, "again")
    assert {address: (one.state, one.reason) for address, one in again.items()} == {
        "+12125552000": (MessageState.SKIPPED, SkipReason.ANSWERED),
        "+12125552001": (MessageState.SKIPPED, SkipReason.ANSWERED),
        "+12125552002": (MessageState.SENT, None),
    }
    assert await ledger(clinic, fire) == Ledger(planned=6, sent=4, skipped=2)
    assert (await clinic.campaign()).state is CampaignState.SENT


async def test_a_campaign_may_go_on_whoever_answers(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    fire = await fired(clinic, a_step(), after(HOUR), stop_at_answer=False)
    await clinic.write("+12125552000", "1")
    await ticks(clinic, clock, NOON + HOUR)
    assert await ledger(clinic, fire) == Ledger(planned=6, sent=6)


async def test_a_machines_answer_ends_nothing(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    fire = await fired(clinic, a_step(), after(HOUR), rows=people(1))
    reply = await clinic.write("+12125552000", "Auto-reply: I am out of the office until Monday.")
    assert reply.meaning == "auto_reply"
    await ticks(clinic, clock, NOON + HOUR)
    assert await ledger(clinic, fire) == Ledger(planned=2, sent=2)


async def test_only_whom_nothing_reached_gets_the_other_channel(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    rows = [one | {"Email": f"p{number}@example.com"} for number, one in enumerate(people(3))]
    mail = after(4 * HOUR, only_if=OnlyIf.NOT_DELIVERED, **MAIL)
    reached = a_step(id="thanks", template_id="again", when=mail.when, only_if=OnlyIf.DELIVERED_NOT_ANSWERED)
    fire = await fired(clinic, a_step(), mail, reached, rows=rows)
    texts = await of_step(clinic, "sms")
    for address, kind in (("+12125552000", ReceiptKind.DELIVERED), ("+12125552001", ReceiptKind.UNDELIVERED)):
        receipt = Receipt(message_id=texts[address].id, kind=kind, event_id=address)
        await record_receipt(clinic.runtime, clinic.company_id, receipt)
    await ticks(clinic, clock, NOON + 9 * HOUR)
    mails = await of_step(clinic, "mail")
    assert [(address, one.reason) for address, one in sorted(mails.items())] == [
        ("p0@example.com", SkipReason.ALREADY_REACHED),
        ("p1@example.com", None),
        ("p2@example.com", None),
    ]
    thanks = await of_step(clinic, "thanks")
    assert {one.row_number: one.reason for one in thanks.values()} == {
        2: None, 3: SkipReason.NOT_REACHED, 4: SkipReason.NOT_REACHED
    }  # fmt: skip
    assert (await ledger(clinic, fire)).pending == 0


async def test_a_step_follows_on_an_answer_though_answers_end_the_others(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    canceled = after(HOUR, only_if=OnlyIf.ANSWERED_WITH, answers=(Disposition.CANCELED,))
    await fired(clinic, a_step(), canceled)
    await clinic.write("+12125552000", "2")
    await clinic.write("+12125552001", "1")
    await ticks(clinic, clock, NOON + HOUR)
    assert {address: one.reason for address, one in (await of_step(clinic, "again")).items()} == {
        "+12125552000": None,
        "+12125552001": SkipReason.OTHER_ANSWER,
        "+12125552002": SkipReason.OTHER_ANSWER,
    }


async def test_a_delay_counts_from_when_a_message_really_went_out(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    clinic.runs_jobs = False
    fire = await fired(clinic, a_step(), after(4 * HOUR), rows=people(1))
    clinic.runs_jobs = True
    first, second = clinic.published
    await clinic.runtime.publisher.publish(
        [second]
    )  # the second step's messages are queued before the first's
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    await clinic.runtime.publisher.publish([first])
    await ticks(clinic, clock, NOON + 5 * HOUR)
    assert await clinic.accepted() == []
    await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    await ticks(clinic, clock, NOON + 5 * HOUR + 2 * TICK)
    assert [one.state for one in await clinic.messages()] == [MessageState.QUEUED, MessageState.SENT]
    sent_at = (await of_step(clinic, "sms"))["+12125552000"].sent_at
    assert sent_at is not None
    await ticks(clinic, clock, sent_at + 4 * HOUR - MINUTE)
    assert len(await clinic.accepted()) == 1
    await ticks(clinic, clock, sent_at + 4 * HOUR + 2 * TICK)
    assert await ledger(clinic, fire) == Ledger(planned=2, sent=2)


async def test_whom_the_step_before_never_went_to_gets_this_one_at_its_planned_time(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    refused = {"Patient": "Ben", "Phone": "+1 212 555 0003", "Email": "ben@example.com"}
    without = {"Patient": "Cy", "Phone": "", "Email": "cy@example.com"}
    fire = await fired(
        clinic, a_step(), after(HOUR, only_if=OnlyIf.NOT_DELIVERED, **MAIL), rows=[refused, without]
    )
    await ticks(clinic, clock, NOON + HOUR)
    assert {one.address: one.state for one in await clinic.messages() if one.step_id == "mail"} == {
        "ben@example.com": MessageState.SENT,
        "cy@example.com": MessageState.SENT,
    }
    assert await ledger(clinic, fire) == Ledger(planned=4, sent=2, failed=2)


async def test_an_answer_to_what_was_corrected_or_sent_again_counts(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    rows = [
        {"Patient": "Ben", "Phone": "", "Email": "ben@example.com"},
        {"Patient": "Cy", "Phone": ABSENT, "Email": "cy@example.com"},
    ]
    await fired(clinic, a_step(), after(HOUR, **MAIL), rows=rows)
    failure = next(one for one in await clinic.failures() if one.row_number == 2)
    await requeue_failure(clinic.runtime, clinic.company_id, failure.id, {"phone": "+1 212 555 9999"})
    [unknown] = [one for one in await clinic.messages() if one.state is MessageState.UNKNOWN]
    again = await settle_message(
        clinic.runtime, clinic.company_id, unknown.id, Settlement.NOT_SENT, by="a test"
    )
    assert again.state is MessageState.FAILED
    refused = next(one for one in await clinic.failures() if one.message_id == unknown.id)
    await requeue_failure(clinic.runtime, clinic.company_id, refused.id, {"phone": "+1 212 555 9998"})
    for address in ("+12125559999", "+12125559998"):
        assert (await clinic.write(address, "1")).disposition is Disposition.CONFIRMED
    await ticks(clinic, clock, NOON + HOUR)
    assert {one.reason for one in (await of_step(clinic, "mail")).values()} == {SkipReason.ANSWERED}


async def test_the_second_wave_waits_for_the_end_of_the_first_and_leaves_out_who_replied(
    clinic: Clinic,
) -> None:
    clock = clinic.stop_clock(NOON)
    fire = await fired(clinic, a_step(), after(10 * MINUTE, DelayMeasure.STEP))
    live = await get_live_fire(clinic.runtime, clinic.company_id, fire.id)
    assert (live.books.status, live.books.percent) == ("firing", 99)
    assert [(one.step_id, one.due_at) for one in live.books.fire.later] == [("again", NOON + 10 * MINUTE)]
    assert await ledger(clinic, fire) == Ledger(planned=3, sent=3)
    assert (await clinic.campaign()).state is CampaignState.FIRING
    await clinic.write("+12125552000", "1")
    clinic.runs_jobs = False
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=300.0)
    clock.at = NOON + TICK  # the next tick comes when it is due: now it is planned
    await fire_due_campaigns(clinic.runtime, clock.at)
    await clinic.run_published()
    again = await of_step(clinic, "again")
    assert {address: one.reason for address, one in again.items()} == {
        "+12125552000": SkipReason.ANSWERED,  # dropped before it is queued
        "+12125552001": None,
        "+12125552002": None,
    }
    await clinic.write("+12125552001", "1")
    clinic.runs_jobs = True
    clock.at = NOON + 10 * MINUTE
    await clinic.run_published()
    await ticks(clinic, clock, NOON + 30 * MINUTE)
    again = await of_step(clinic, "again")
    assert {one.state for one in again.values()} == {MessageState.SKIPPED, MessageState.SENT}
    assert again["+12125552001"].reason == SkipReason.ANSWERED  # and once more at the intent
    assert await ledger(clinic, fire) == Ledger(planned=6, sent=4, skipped=2)
    assert (await clinic.campaign()).state is CampaignState.SENT


async def test_a_paused_fire_does_not_go_on_to_its_next_step(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    fire = await fired(clinic, a_step(), after(10 * MINUTE, DelayMeasure.STEP))
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    await ticks(clinic, clock, NOON + HOUR)
    assert await of_step(clinic, "again") == {}
    await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    await ticks(clinic, clock, NOON + HOUR + 2 * TICK)
    assert len(await of_step(clinic, "again")) == 3
    assert await ledger(clinic, fire) == Ledger(planned=6, sent=6)


async def test_a_canceled_fire_has_no_step_to_come(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    fire = await fired(clinic, a_step(), after(10 * MINUTE, DelayMeasure.STEP))
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    await ticks(clinic, clock, NOON + HOUR)
    stored = await clinic.stores.fires.get(clinic.company_id, fire.id)
    assert (stored.is_closed, stored.later, stored.next_step_at) == (True, (), None)
    assert await ledger(clinic, fire) == Ledger(planned=3, sent=3)
