"""Paused, drained, forgotten: who is in an automation then."""

from datetime import timedelta

import pytest

from shared.domain.automations.enrollment import EndReason, EnrollmentState
from shared.domain.automations.state import AutomationState
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.errors import Conflict
from shared.usecases.automations.change_state import change_state
from shared.usecases.automations.enroll_contacts import enroll_contacts
from shared.usecases.contacts.delete_contact import delete_contact
from shared.usecases.contacts.start_deletion import start_deletion
from tests.kit.automations import HOUR, KEY, SMS, Desk, a_send, a_wait

AFTER = timedelta(seconds=HOUR)


async def test_while_it_is_paused_nobody_moves_and_who_enters_waits_before_the_first_step(desk: Desk) -> None:
    await desk.publish(a_wait(), a_send())
    await desk.add("c1", "new")
    await change_state(desk.runtime, "acme", "a1", AutomationState.PAUSED)
    await desk.add("c2", "new")
    desk.clock.at += 2 * AFTER
    for _ in range(3):
        await desk.tick()
    assert await desk.tick() == 0  # who is parked is not looked at again
    first, second = await desk.enrollments()
    assert (first.step_id, second.state, second.step_id) == ("wait", EnrollmentState.ENTERED, "")
    await change_state(desk.runtime, "acme", "a1", AutomationState.LIVE)
    await desk.tick()
    assert await desk.texts() == ["Hello C1!"]
    assert (await desk.enrollments())[1].step_id == "wait"


async def test_drained_it_lets_nobody_in_and_who_is_in_it_goes_on(desk: Desk) -> None:
    await desk.publish(a_wait(), a_send())
    await desk.add("c1", "new")
    await change_state(desk.runtime, "acme", "a1", AutomationState.DRAINING)
    await desk.add("c2", "new")
    with pytest.raises(Conflict):
        await enroll_contacts(desk.runtime, "acme", "a1", ["c2"], "again")
    desk.clock.at += AFTER
    await desk.tick()
    assert await desk.texts() == ["Hello C1!"]
    assert [one.contact_id for one in await desk.enrollments()] == ["c1"]


async def test_who_is_enrolled_by_hand_comes_in_once_for_each_time(desk: Desk) -> None:
    await desk.publish(a_send())
    await desk.add("c1")
    for enrolling in ("one", "one", "two"):
        await enroll_contacts(desk.runtime, "acme", "a1", ["c1"], enrolling)
    assert await desk.texts() == ["Hello C1!"]
    assert sorted(str(one.end_reason) for one in await desk.enrollments()) == ["already_in", "completed"]


async def test_a_contact_that_is_gone_ends_its_way(desk: Desk) -> None:
    await desk.publish(a_wait(), a_send())
    await desk.add("c1", "new")
    await delete_contact(desk.runtime, "acme", "c1", KEY)
    desk.clock.at += AFTER
    await desk.tick()
    [one] = await desk.enrollments()
    assert (one.end_reason, await desk.texts()) == (EndReason.CONTACT_GONE, [])


async def test_a_forgotten_persons_ways_are_deleted(desk: Desk) -> None:
    await desk.publish(a_wait(), a_send())
    await desk.add("c1", "new")
    await desk.add("c2", "new")
    await start_deletion(
        desk.runtime, "acme", SMS, "+12125552001", asked_by=str(Author(ChangedBy.USER, "u1"))
    )
    assert [one.contact_id for one in await desk.enrollments()] == ["c2"]
