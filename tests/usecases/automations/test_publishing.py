"""Publishing an edit with people inside: in batches, once each, shown in numbers, resumable."""

import asyncio
from datetime import timedelta

import pytest

from shared import faults
from shared.domain.automations.bring_up import move_job
from shared.domain.automations.editing import Choice
from shared.domain.automations.enrollment import EndReason, EnrollmentState, run_jobs
from shared.domain.automations.steps import IfStep
from shared.domain.contacts.segment import HasTag
from shared.domain.errors import InvalidInput
from shared.domain.fires.fire_cost import Unit
from shared.domain.job import Job, MoveEnrollments
from shared.metering import NO_FIRE, metered
from shared.usecases.automations import move_enrollments as moving
from shared.usecases.automations.foresee_edit import foresee_edit
from shared.usecases.automations.publish_automation import publish_automation
from shared.usecases.automations.save_automation import edit_automation
from shared.usecases.run_job import run_job
from shared.views.automations import get_enrollment, list_enrollments
from shared.views.kit.paging import PageAsked
from tests.kit.automations import Desk, a_definition, a_send, a_tag, a_wait

MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """The worker died here."""


async def waiting(desk: Desk, *minutes: int, seconds: int = 3600) -> None:
    """Contacts who have waited so many minutes, after a text; another text follows."""
    await desk.publish(a_send(), a_wait(seconds=seconds), a_send("later", "again"))
    start = desk.clock()
    for place, waited in enumerate(sorted(minutes, reverse=True)):
        desk.clock.at = start - waited * MINUTE
        await desk.add(f"c{place}", "new")
    desk.clock.at = start


async def draft(desk: Desk, *steps: object) -> None:
    await edit_automation(desk.runtime, "acme", "a1", "Welcome", a_definition(*steps))  # type: ignore[arg-type]  # steps


async def test_the_effect_is_shown_in_numbers_before(desk: Desk) -> None:
    await waiting(desk, 50, 40, 10)
    assert await foresee_edit(desk.runtime, "acme", "a1") == []
    await draft(desk, a_send(), a_wait(seconds=1800), a_send("later", "again"))
    [effect] = await foresee_edit(desk.runtime, "acme", "a1")
    assert (effect.change.step_id, effect.standing, effect.going_on) == ("wait", 3, 2)
    assert effect.words == "3 wait in this step, 2 would go on now, none gets anything twice."
    await draft(desk, a_send(), a_send("later", "again"))
    [effect] = await foresee_edit(desk.runtime, "acme", "a1")
    assert (effect.standing, effect.going_on, effect.change.default) == (3, 3, Choice.GO_ON)


async def test_a_shorter_wait_lets_those_go_on_who_waited_long_enough_and_times_the_rest_anew(
    desk: Desk,
) -> None:
    await waiting(desk, 50, 40, 10)
    now = desk.clock()
    await desk.publish(a_send(), a_wait(seconds=1800), a_send("later", "again"))
    assert await desk.texts() == ["Again C0!", "Again C1!", "Hello C0!", "Hello C1!", "Hello C2!"]
    [last] = [one for one in await desk.enrollments() if one.state is EnrollmentState.ACTIVE]
    assert (last.contact_id, last.waits_until, last.due_at) == ("c2", now + 20 * MINUTE, now + 20 * MINUTE)
    desk.clock.at = now + 20 * MINUTE
    await desk.tick()
    desk.clock.at = now + 50 * MINUTE  # when the old wait would have ended
    assert await desk.tick() == 0
    assert len(await desk.texts()) == 6


async def test_a_longer_wait_counts_what_was_waited_and_nothing_fires_at_the_old_time(desk: Desk) -> None:
    await waiting(desk, 50)
    now = desk.clock()
    await desk.publish(a_send(), a_wait(seconds=7200), a_send("later", "again"))
    desk.clock.at = now + 10 * MINUTE
    assert await desk.tick() == 0
    desk.clock.at = now + 70 * MINUTE
    await desk.tick()
    assert await desk.texts() == ["Again C0!", "Hello C0!"]


async def test_whom_a_worker_meets_before_the_move_goes_by_the_new_wait(desk: Desk) -> None:
    """The edit's job is late; the old wait is over by then."""
    await waiting(desk, 50)
    now = desk.clock()
    desk.clinic.runs_jobs = False
    await desk.publish(a_send(), a_wait(seconds=7200), a_send("later", "again"))
    late = [one for one in desk.clinic.published if isinstance(one, MoveEnrollments)]
    desk.clinic.published, desk.clinic.runs_jobs = [], True
    desk.clock.at = now + 10 * MINUTE
    first: list[Job] = [*run_jobs("acme", await desk.enrollments()), *late]
    for job in first:
        await run_job(desk.runtime, job)
        assert await desk.texts() == ["Hello C0!"]
    [one] = await desk.enrollments()
    assert one.waits_until == now + 70 * MINUTE


async def test_a_deleted_wait_takes_everybody_on_at_once_and_leaves_nothing_behind(desk: Desk) -> None:
    await waiting(desk, 50, 10)
    await desk.publish(a_send(), a_send("later", "again"))
    assert len(await desk.texts()) == 4
    assert all(one.due_at is None for one in await desk.enrollments())
    desk.clock.at += timedelta(hours=2)
    assert await desk.tick() == 0


async def test_of_a_deleted_step_nothing_is_shown_any_more_wherever_they_stand(desk: Desk) -> None:
    await desk.publish(a_tag("mark", "seen"), a_wait())
    await desk.add("c1", "new")
    await desk.publish(a_wait())
    await desk.publish(a_wait(), a_tag("mark", "again"))  # it comes back below, under its id
    [enrollment] = await desk.enrollments()
    shown = await get_enrollment(desk.runtime, "acme", "a1", enrollment.id)
    [listed] = (await list_enrollments(desk.runtime, "acme", PageAsked(limit=5))).items
    assert shown == listed
    assert (shown.step_id, shown.completed) == ("wait", ())
    desk.clock.at += timedelta(hours=1)
    await desk.tick()
    assert await desk.tags("c1") == ("new", "seen")  # what was done under the id is not done twice
    [gone] = await desk.enrollments()
    await desk.publish(a_wait())
    shown = await get_enrollment(desk.runtime, "acme", "a1", enrollment.id)
    assert shown == gone  # who has ended keeps the trace of what was done
    assert [one.step_id for one in shown.completed] == ["wait", "mark"]


async def test_a_message_whose_step_comes_back_below_goes_out_once_and_nobody_is_stranded(
    desk: Desk,
) -> None:
    await desk.publish(a_send(), a_wait())
    await desk.add("c1", "new")
    await desk.publish(a_wait())
    await desk.publish(a_wait(), a_send(), a_tag("end", "through"))
    desk.clock.at += timedelta(hours=1)
    await desk.tick()
    assert await desk.texts() == ["Hello C1!"]
    assert len(await desk.messages()) == 1
    assert await desk.tags("c1") == ("new", "through")


@pytest.mark.parametrize(
    ("choice", "texts", "end"),
    [
        (Choice.GO_ON, 2, EndReason.COMPLETED),
        (Choice.STAY, 1, None),
        (Choice.LEAVE, 1, EndReason.LEFT),
    ],
)
async def test_the_editor_chooses_for_who_stands_there(
    desk: Desk, choice: Choice, texts: int, end: EndReason | None
) -> None:
    await waiting(desk, 10)
    await draft(desk, a_send(), a_send("later", "again"))
    await publish_automation(desk.runtime, "acme", "a1", choices={"wait": choice})
    [one] = await desk.enrollments()
    assert (len(await desk.texts()), one.end_reason) == (texts, end)
    if choice is Choice.STAY:
        await desk.publish(a_tag("other", "other"))  # nor does a later edit concern them
        desk.clock.at += 50 * MINUTE
        await desk.tick()
        assert await desk.texts() == ["Again C0!", "Hello C0!"]


async def test_a_move_that_is_killed_goes_on_and_moves_nobody_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "PAGE", 2)
    await waiting(desk, 35, *range(10, 16))
    deaths: list[str] = []

    def die(point: faults.Point, when: str) -> None:
        passed = f"{when} {point}"
        if point.startswith("move_enrollments") and passed not in deaths:
            deaths.append(passed)
            raise Killed

    faults.install(die)
    try:
        await draft(desk, a_send(), a_wait(seconds=1800), a_send("later", "again"))
        with pytest.raises(Killed):
            await publish_automation(desk.runtime, "acme", "a1")
        for _ in range(10):
            desk.clock.at += timedelta(seconds=1)
            version = (await desk.stores.automation_versions.page("acme", limit=9)).items
            newest = max(version, key=lambda one: one.number)
            try:
                await run_job(desk.runtime, move_job("acme", newest))
            except Killed:
                continue
    finally:
        faults.install(None)
    # It publishes again only where a death before did not find who goes on moved already.
    assert len(deaths) >= 5
    newest = max((await desk.stores.automation_versions.page("acme", limit=9)).items, key=lambda v: v.number)
    assert newest.moving is not None
    assert (newest.moving.is_done, newest.moving.found) == (True, 7)
    desk.clock.at += 11 * MINUTE
    await desk.tick()
    first, *others = await desk.enrollments()
    assert first.end_reason is EndReason.COMPLETED
    for one in others:
        assert one.since is not None
        assert one.waits_until == one.since + 30 * MINUTE
    assert len(await desk.texts()) == 8


async def test_each_contact_that_is_moved_costs_one_read_and_one_write(desk: Desk) -> None:
    count = 40
    await waiting(desk, *range(count))
    desk.clinic.runs_jobs = False
    await desk.publish(a_send(), a_wait(seconds=7200), a_send("later", "again"))
    [job] = [one for one in desk.clinic.published if isinstance(one, MoveEnrollments)]
    with metered() as meter:
        await asyncio.wait_for(moving.move_enrollments(desk.runtime, job), 30)
    more = 12  # automation, company and versions, and how far it came
    assert meter[NO_FIRE][Unit.WRITES] <= count + 2
    assert meter[NO_FIRE][Unit.READS] <= count + more


async def test_what_makes_no_sense_is_refused_with_its_place(desk: Desk) -> None:
    await waiting(desk, 10)
    await draft(desk, a_send(), a_send("wait", "again"))
    with pytest.raises(InvalidInput, match=r"steps\.wait\.kind"):
        await publish_automation(desk.runtime, "acme", "a1")
    await draft(desk, a_send(), a_wait(), IfStep(id="if", criterion=HasTag(value="x")))
    with pytest.raises(InvalidInput, match=r"choices\.wait"):
        await publish_automation(desk.runtime, "acme", "a1", choices={"wait": Choice.GO_ON})
