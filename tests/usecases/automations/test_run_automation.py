"""Contacts go through an automation step by step, each step once."""

from datetime import timedelta

from shared.domain.automations.enrollment import EndReason, EnrollmentState
from tests.kit.automations import HOUR, Desk, a_send, a_tag, a_wait


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
