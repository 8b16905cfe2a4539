"""Contacts go through an automation step by step, each step once."""

from datetime import time, timedelta

from shared.domain.automations.enrollment import EndReason, EnrollmentState
from shared.domain.automations.steps import WaitStep, WaitUntilDate
from shared.domain.contacts.contact_edit import ContactEdit
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.usecases.contacts.save_contact import edit_contact
from tests.kit.automations import HOUR, KEY, Desk, a_send, a_tag, a_wait
from tests.kit.builders import NOON


async def test_a_tag_lets_in_and_each_step_follows_the_one_before(desk: Desk) -> None:
    await desk.publish(a_send(), a_wait(), a_tag("mark", "greeted"), a_send("later", "again"))
    await desk.add("c1", "new")
    assert await desk.texts() == ["Hello C1!"]
    [enrollment] = await desk.enrollments()
    assert (enrollment.step_id, enrollment.state) == ("wait", EnrollmentState.ACTIVE)
    assert enrollment.waits_until == desk.clock() + timedelta(seconds=HOUR)
    assert await desk.tick() == 0
    desk.clock.at += timedelta(seconds=HOUR)
    assert await desk.tick() == 1
    assert await desk.texts() == ["Again C1!", "Hello C1!"]
    assert await desk.tags("c1") == ("greeted", "new")
    [enrollment] = await desk.enrollments()
    assert [one.step_id for one in enrollment.completed] == ["welcome", "wait", "mark", "later"]
    assert (enrollment.state, enrollment.end_reason) == (EnrollmentState.ENDED, EndReason.COMPLETED)
    assert (enrollment.due_at, await desk.tick()) == (None, 0)


async def test_a_date_that_moves_on_while_the_contact_waits_is_waited_for(desk: Desk) -> None:
    field = ContactField(id="visit", name="Visit", kind=FieldKind.DATE, created_at=NOON)
    await desk.stores.contact_fields.save("acme", "visit", field)
    await desk.publish(WaitStep(id="until", wait=WaitUntilDate(field="visit", clock=time(12))), a_send())
    await desk.add("c1", "new", fields={"visit": "2026-11-24"})
    await edit_contact(desk.runtime, "acme", "c1", ContactEdit(fields={"visit": "2026-11-25"}), KEY)
    for texts in ([], ["Hello C1!"]):
        desk.clock.at += timedelta(days=1)
        await desk.tick()
        assert await desk.texts() == texts
