"""Bring a fire about, and ask why somebody did not get it: for the tests that go through every reason."""

from collections.abc import Awaitable, Callable
from datetime import time, timedelta
from typing import Any

from shared.domain.campaigns.step import Step
from shared.domain.campaigns.window import ContactWindow
from shared.domain.fires.explanation import Explanation
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.messages.skip_reason import SkipReason
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.fires.explain_person import WhyNot
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic, people
from tests.kit.forgetting import forgotten
from tests.usecases.fires.ladders import HOUR, NOON, fired, of_step, ticks
from tests.usecases.fires.test_people import ANA, SMS
from tests.usecases.fires.test_why import why_at

Case = Callable[[Clinic], Awaitable[WhyNot]]
FIRST = "+12125552000"  # of people()
MORNING = ContactWindow(opens=time(9), closes=time(10), time_zone_field="time_zone")
REFUSED_NUMBER = "+1 212 555 0003"


async def row(clinic: Clinic, *rows: dict[str, str], **campaign: Any) -> WhyNot:
    """What is said of Ana, whose row is the first, once the campaign was fired."""
    await clinic.load(*(rows or ({},)))
    await clinic.ready(**campaign)
    await clinic.fire()
    return await why_at(clinic, ANA)


async def queued(clinic: Clinic, **campaign: Any) -> None:
    """Ana's message waits for its worker, whose job is not run."""
    await clinic.load({})
    await clinic.ready(**campaign)
    await clinic.fire_and_queue()


async def second_step(clinic: Clinic, step: Step, answer: str = "", delivered: bool = False) -> WhyNot:
    """What is said of the first person when the second step's time has come."""
    clock = clinic.stop_clock(NOON)
    await fired(clinic, a_step(), step, rows=people(1))
    if delivered:
        text = (await of_step(clinic, "sms"))[FIRST]
        receipt = Receipt(message_id=text.id, kind=ReceiptKind.DELIVERED, event_id="1")
        await record_receipt(clinic.runtime, clinic.company_id, receipt)
    if answer:
        await clinic.write(FIRST, answer)
    await ticks(clinic, clock, NOON + HOUR)
    return await why_at(clinic, FIRST)


async def opted_out(clinic: Clinic) -> WhyNot:
    await clinic.write(ANA, "STOP")
    return await row(clinic)


async def forgotten_while_it_waited(clinic: Clinic) -> WhyNot:
    clock = clinic.stop_clock(NOON)
    await queued(clinic)
    clock.at += timedelta(minutes=1)
    await forgotten(clinic, SMS, ANA)
    [message] = await clinic.messages()
    assert (message.state, message.reason) == (MessageState.SKIPPED, SkipReason.FORGOTTEN)
    return await why_at(clinic, ANA)


def of_kind(found: WhyNot, kind: str) -> Explanation:
    """The one explanation of this kind."""
    [explanation] = [one for one in found.explanations if one.kind == kind]
    return explanation


def says(found: Explanation, words: str, advice: str) -> None:
    assert words in found.words, found.words
    assert advice in found.advice, found.advice
