"""A dry run says which steps one contact would do, and when; it stores and sends nothing."""

from datetime import time, timedelta

from shared.domain.automations.steps import IfStep, WaitStep, WaitUntilTime
from shared.domain.contacts.segment import HasTag
from shared.usecases.automations.save_automation import create_automation
from shared.usecases.automations.try_automation import try_automation
from tests.kit.automations import HOUR, Desk, a_definition, a_send, a_tag, a_wait
from tests.kit.builders import NOON


async def test_the_steps_are_told_with_their_times_and_texts(desk: Desk) -> None:
    fork = IfStep(
        id="if",
        criterion=HasTag(value="warm"),
        then=(a_send("inner", "again"),),
        otherwise=(a_tag("cold", "cold"),),
    )
    monday = WaitStep(id="monday", wait=WaitUntilTime(clock=time(9), weekdays=(1,)))
    definition = a_definition(a_send(), a_wait(), a_tag("warm", "warm"), fork, monday)
    await create_automation(desk.runtime, "acme", "a1", "Welcome", definition)
    await desk.add("c1")
    tried = await try_automation(desk.runtime, "acme", "a1", "c1")
    later = NOON + timedelta(seconds=HOUR)
    assert [(one.step_id, one.kind, one.at) for one in tried] == [
        ("welcome", "send", NOON),
        ("wait", "wait", later),
        ("warm", "tag", later),
        ("if", "if", later),
        ("inner", "send", later),
        ("monday", "wait", NOON + timedelta(days=7, hours=-3)),  # nine in New York
    ]
    assert [one.text for one in tried if one.kind == "send"] == ["Hello C1!", "Again C1!"]
    assert tried[3].outcome == "then"
    assert tried[0].outcome == "sent to +12125552001"
    assert (await desk.texts(), await desk.enrollments(), await desk.tags("c1")) == ([], [], ())
