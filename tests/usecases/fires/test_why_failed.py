"""Why is right for every failure, state and delivery: each is brought about, then asked for.

A new member of an enum that has no case here fails.
"""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from shared.domain.campaigns.audience import Everybody
from shared.domain.fires.explanation import Stage, Verdict
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery, Receipt, ReceiptKind
from shared.domain.record import replace
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.fires.explain_person import WhyNot
from shared.usecases.hold.hold_sending import hold_sending
from tests.kit.builders import a_step, a_template, an_sms_sender
from tests.kit.clinic import ABSENT, Clinic
from tests.usecases.fires.ladders import BEFORE, NOON
from tests.usecases.fires.reasons import (
    MORNING,
    REFUSED_NUMBER,
    Case,
    of_kind,
    opted_out,
    queued,
    row,
    says,
)
from tests.usecases.fires.test_people import ANA, BEN, a_person, know, ready
from tests.usecases.fires.test_why import why, why_at


async def ingest(clinic: Clinic) -> WhyNot:
    return await row(clinic, {"When": "no time"}, {"Phone": BEN})


async def address(clinic: Clinic) -> WhyNot:
    await know(clinic, a_person("ana", "", addresses=()), a_person("ben", BEN))
    await ready(clinic, Everybody())
    await clinic.fire()
    return await why(clinic)


async def expiry(clinic: Clinic) -> WhyNot:
    return await row(clinic, {"When": ""}, expires_field="appointment_at")


async def time_zone(clinic: Clinic) -> WhyNot:
    return await row(clinic, window=replace(MORNING, time_zone_field="doctor"))


async def timing(clinic: Clinic) -> WhyNot:
    return await row(clinic, {"When": ""}, steps=(a_step(when=BEFORE),))


async def render(clinic: Clinic) -> WhyNot:
    return await row(clinic, {"Doctor": ""})


async def filtering(clinic: Clinic) -> WhyNot:
    body = "{% if doctor == 'Dr Who' %}Hello {{ name }}{% endif %}"
    await clinic.stores.templates.save("acme", "reminder", a_template(body=body))
    return await row(clinic, {}, {"Doctor": "Dr Who", "Phone": BEN})


async def sending(clinic: Clinic) -> WhyNot:
    await clinic.fire_for(REFUSED_NUMBER)
    return await why_at(clinic, REFUSED_NUMBER)


FAILURES: Mapping[FailureStep, tuple[Case, str, str]] = {
    FailureStep.INGEST: (ingest, "rejected when the file was loaded. ", "rejected rows"),
    FailureStep.ADDRESS: (address, "There is no address", "Correct the address"),
    FailureStep.EXPIRY: (expiry, "Until when the message is of use", "Correct the date"),
    FailureStep.TIME_ZONE: (time_zone, "'Dr Vega'", "Correct the time zone"),
    FailureStep.TIMING: (timing, "When the step is due", "Correct the date"),
    FailureStep.RENDER: (render, "needs the field 'doctor'", "Fill in the field"),
    FailureStep.FILTER: (filtering, "Nothing is left of the text", "Correct the value"),
    FailureStep.SEND: (sending, "It was refused when it was sent. ", "another way"),
}


@pytest.mark.parametrize("step", FailureStep)
async def test_every_step_at_which_something_fails(clinic: Clinic, step: FailureStep) -> None:
    case, words, advice = FAILURES[step]
    is_sending = step is FailureStep.SEND  # then there is a message that says it
    found = of_kind(await case(clinic), MessageState.FAILED if is_sending else step)
    assert found.verdict is Verdict.NOT_SENT
    assert found.stage is (Stage.SENDING if is_sending else Stage.PREPARING)
    assert step in {one.step for one in await clinic.failures()}
    says(found, words, advice)


@pytest.mark.parametrize("delivery", Delivery)
async def test_every_delivery(clinic: Clinic, delivery: Delivery) -> None:
    await row(clinic)
    [message] = await clinic.messages()
    told = Receipt(
        message_id=message.id, kind=ReceiptKind(delivery), event_id="1", code="30003", reason="Unreachable."
    )
    await record_receipt(clinic.runtime, "acme", told)
    found = of_kind(await why_at(clinic, ANA), delivery)
    is_lost = delivery in (Delivery.UNDELIVERED, Delivery.FAILED)
    is_there = delivery in (Delivery.DELIVERED, Delivery.READ)
    assert found.verdict is (
        Verdict.NOT_DELIVERED if is_lost else Verdict.GOT_IT if is_there else Verdict.SENT
    )
    assert (found.stage, "Unreachable (30003)." in found.words) == (Stage.DELIVERY, is_lost)


async def is_queued(clinic: Clinic) -> WhyNot:
    clinic.stop_clock(NOON)
    return await row(clinic, window=MORNING)


async def is_sending(clinic: Clinic) -> WhyNot:
    await clinic.load({})
    await clinic.ready()
    _, job = await clinic.fire_and_queue()
    await clinic.die_after_intent(job)
    return await why_at(clinic, ANA)


async def is_unknown(clinic: Clinic) -> WhyNot:
    await clinic.fire_for(ABSENT)
    return await why_at(clinic, ABSENT)


STATES: Mapping[MessageState, tuple[Case, Verdict, str, str]] = {
    MessageState.QUEUED: (is_queued, Verdict.WAITING, "waits until 2026-11-24 at 09:00", "wait."),
    MessageState.SENDING: (is_sending, Verdict.WAITING, "It is just being sent", "Look again"),
    MessageState.SENT: (row, Verdict.SENT, "has told nothing more yet", "Look again"),
    MessageState.FAILED: (sending, Verdict.NOT_SENT, "It was refused", "another way"),
    MessageState.UNKNOWN: (is_unknown, Verdict.UNKNOWN, "nobody knows the outcome", "settle the message"),
    MessageState.SKIPPED: (opted_out, Verdict.NOT_SENT, "has opted out", "end the opt-out"),
}


@pytest.mark.parametrize("state", MessageState)
async def test_every_state_of_a_message(clinic: Clinic, state: MessageState) -> None:
    case, verdict, words, advice = STATES[state]
    found = await case(clinic)
    [explanation] = found.explanations
    assert explanation.verdict is verdict
    assert [one.state for one in await clinic.messages()] == [state]
    says(explanation, words, advice)


async def pause(clinic: Clinic) -> None:
    await pause_campaign(clinic.runtime, "acme", "reminders")


async def pause_the_sender(clinic: Clinic) -> None:
    paused = an_sms_sender(is_paused=True, paused_reason="It is suspended.")
    await clinic.stores.senders.save("acme", paused.id, paused)


async def disable(clinic: Clinic) -> None:
    await clinic.stores.companies.allow_sending("acme", is_allowed=False)


async def hold(clinic: Clinic) -> None:
    await hold_sending(clinic.runtime, "The database is restored.")


@pytest.mark.parametrize(
    ("holding", "words"),
    [
        (pause, "The campaign is paused."),
        (pause_the_sender, "The sender +12125550100 is paused: It is suspended."),
        (disable, "Sending is disabled for Acme Clinics."),
        (hold, "All sending is held: The database is restored."),
    ],
)
async def test_whatever_holds_it(
    clinic: Clinic, holding: Callable[[Clinic], Awaitable[None]], words: str
) -> None:
    await queued(clinic)
    await holding(clinic)
    await clinic.run_published()  # its worker comes, and goes
    found = of_kind(await why_at(clinic, ANA), MessageState.QUEUED)
    assert (found.verdict, found.stage) == (Verdict.WAITING, Stage.QUEUE)
    says(found, words, "Resume what is paused")
