"""A date that moves while contacts wait for it: their waits end by the new one, and nothing is sent twice."""

from datetime import datetime, time, timedelta

import pytest
import pytest_asyncio

from shared.domain.automations.automation import Reentry
from shared.domain.automations.editing import Choice
from shared.domain.automations.move import Move
from shared.domain.automations.state import AutomationState
from shared.domain.automations.steps import WaitStep, WaitUntilDate, WaitUntilTime
from shared.domain.contacts.contact import FieldValue
from shared.domain.contacts.contact_edit import ContactEdit
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.job import TellListeners
from shared.usecases.automations.change_state import change_state
from shared.usecases.automations.load_round import load_round
from shared.usecases.automations.publish_automation import publish_automation
from shared.usecases.automations.save_automation import edit_automation
from shared.usecases.automations.store_moves import store_moves
from shared.usecases.contacts.save_contact import edit_contact
from shared.usecases.run_job import run_job
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.usecases.webhooks.tell_listeners import tell_listeners
from tests.kit.automations import KEY, Desk, a_definition, a_send, a_wait
from tests.kit.builders import NOON
from tests.usecases.automations.test_rows import LOADED
from tests.usecases.contact_imports.test_rows import wishes

DAY = timedelta(days=1)
UNTIL = WaitStep(id="until", wait=WaitUntilDate(field="visit", days=-1, clock=time(12)))
FRIDAY, TUESDAY = "2026-11-27", "2026-11-24"


@pytest_asyncio.fixture
async def office(desk: Desk) -> Desk:
    """The desk, where contacts have a date; it is Sunday noon in New York."""
    field = ContactField(id="visit", name="Visit", kind=FieldKind.DATE, created_at=NOON)
    await desk.stores.contact_fields.save("acme", "visit", field)
    desk.clock.at = datetime.fromisoformat("2026-11-22T17:00:00Z")
    return desk


async def move(desk: Desk, visit: FieldValue | None, contact_id: str = "c1") -> None:
    edit = ContactEdit(fields={"visit": visit})
    await edit_contact(desk.runtime, "acme", contact_id, edit, KEY)


async def ends(desk: Desk) -> list[str]:
    """The days on which waits end."""
    found = (one.waits_until for one in await desk.enrollments())
    return [one.date().isoformat() for one in found if one is not None]


async def test_an_earlier_date_ends_the_wait_earlier_and_a_later_one_later(office: Desk) -> None:
    await office.publish(UNTIL, a_send())
    await office.add("c1", "new", fields={"visit": FRIDAY})
    await office.add("c2", "new", fields={"visit": FRIDAY})
    await move(office, TUESDAY)
    assert await ends(office) == ["2026-11-23", "2026-11-26"]
    office.clock.at += DAY
    await office.tick()
    assert await office.texts() == ["Hello C1!"]
    await move(office, "2026-11-28", "c2")
    assert await ends(office) == ["2026-11-27"]
    for texts in (1, 1, 1, 2, 2):
        office.clock.at += DAY
        await office.tick()
        assert len(await office.texts()) == texts


async def test_a_moment_that_is_past_or_emptied_lets_go_on_at_once(office: Desk) -> None:
    await office.publish(UNTIL, a_send())
    for contact_id in ("c1", "c2", "c3"):
        await office.add(contact_id, "new", fields={"visit": FRIDAY})
    await move(office, "2026-11-22")
    await move(office, None, "c2")
    assert await office.texts() == ["Hello C1!", "Hello C2!"]
    assert await ends(office) == ["2026-11-26"]


async def test_the_time_zone_moves_waits_by_the_clock_too(office: Desk) -> None:
    morning = WaitStep(id="morning", wait=WaitUntilTime(clock=time(15)))
    await office.publish(morning, a_send())
    await office.add("c1", "new")
    await edit_contact(office.runtime, "acme", "c1", ContactEdit(time_zone="America/Chicago"), KEY)
    [enrollment] = await office.enrollments()
    assert enrollment.waits_until == datetime.fromisoformat("2026-11-22T21:00:00Z")


async def test_what_no_wait_depends_on_moves_nobody(office: Desk) -> None:
    await office.publish(a_wait(), UNTIL, a_send())
    await office.add("c1", "new", fields={"visit": FRIDAY})
    before = await office.enrollments()
    await move(office, TUESDAY)  # it stands above the wait that looks at the date
    await edit_contact(office.runtime, "acme", "c1", ContactEdit(name="Ana"), KEY)
    assert await office.enrollments() == before
    office.clock.at += timedelta(hours=1)
    await office.tick()
    assert await ends(office) == ["2026-11-23"]


async def test_a_loaded_row_that_moves_the_date_moves_the_wait(desk: Desk) -> None:
    await wishes(desk.clinic)
    before = WaitStep(id="until", wait=WaitUntilDate(field="last_visit", days=-1))
    await desk.publish(before, a_send(), triggers=(LOADED,), reentry=Reentry.ONCE)
    await desk.clinic.load({"Patient": "Ana"})
    assert await ends(desk) == ["2099-12-23"]
    await desk.clinic.load({"Patient": "Ana", "When": "12/22/2099 14:30"})
    assert await ends(desk) == ["2099-12-21"]


async def test_told_twice_killed_or_lost_it_moves_once(office: Desk) -> None:
    await office.publish(UNTIL, a_send())
    await office.add("c1", "new", fields={"visit": FRIDAY})
    office.clinic.runs_jobs = False
    await move(office, "2026-11-22")
    assert office.clinic.published
    office.clinic.published = []  # the announcement is lost
    office.clock.at += timedelta(minutes=11)
    await sweep_stalled_work(office.runtime, office.clock())
    jobs = list(office.clinic.published)
    for job in (*jobs, *jobs, TellListeners(company_id="acme")):
        await run_job(office.runtime, job)
    office.clinic.runs_jobs, office.clinic.published = True, []  # so is the job of the enrollment
    assert await office.texts() == []
    office.clock.at += timedelta(minutes=11)
    for _ in range(3):
        await office.tick()
        await tell_listeners(office.runtime, TellListeners(company_id="acme"))
    assert await office.texts() == ["Hello C1!"]
    [enrollment] = await office.enrollments()
    assert [one.step_id for one in enrollment.completed] == ["until", "welcome"]


@pytest.mark.parametrize("is_told_first", [True, False])
async def test_a_worker_that_read_the_contact_before_the_change_does_not_win(
    office: Desk, is_told_first: bool
) -> None:
    """It is about to store that the contact waits until the day before Friday."""
    await office.publish(UNTIL, a_send())
    office.clinic.runs_jobs = False
    await office.add("c1", fields={"visit": FRIDAY})
    await office.tag("c1", "new")
    await office.clinic.run_published()
    [entered] = await office.enrollments()
    first = await load_round(office.runtime, "acme", "a1", [entered.id])
    assert first is not None
    await store_moves(office.runtime, "acme", first, [Move(before=entered)], [])
    [queued] = await office.enrollments()
    assert (queued.step_id, queued.waits_until) == ("until", None)
    round = await load_round(office.runtime, "acme", "a1", [queued.id])
    assert round is not None
    office.clinic.published = []
    await move(office, TUESDAY)
    if is_told_first:
        await office.clinic.run_published()
    await store_moves(office.runtime, "acme", round, [Move(before=queued, step=UNTIL, is_waiting=True)], [])
    office.clinic.runs_jobs = True
    await office.clinic.run_published()
    assert await ends(office) == ["2026-11-23"]


async def test_who_stays_on_an_old_version_is_moved_by_its_wait(office: Desk) -> None:
    await office.publish(UNTIL, a_send())
    await office.add("c1", "new", fields={"visit": FRIDAY})
    await edit_automation(office.runtime, "acme", "a1", "Welcome", a_definition(a_send()))
    await publish_automation(office.runtime, "acme", "a1", choices={"until": Choice.STAY})
    assert await ends(office) == ["2026-11-26"]
    await move(office, TUESDAY)
    assert await ends(office) == ["2026-11-23"]


async def test_a_date_that_moves_while_it_is_paused_counts_when_it_goes_on(office: Desk) -> None:
    await office.publish(UNTIL, a_send())
    for contact_id in ("c1", "c2"):
        await office.add(contact_id, "new", fields={"visit": FRIDAY})
    await change_state(office.runtime, "acme", "a1", AutomationState.PAUSED)
    await move(office, "2026-11-22")
    await move(office, TUESDAY, "c2")
    for _ in range(2):
        office.clock.at += timedelta(minutes=5)
        await office.tick()
    assert await office.texts() == []
    await change_state(office.runtime, "acme", "a1", AutomationState.LIVE)
    await office.tick()
    assert await office.texts() == ["Hello C1!"]
    assert await ends(office) == ["2026-11-23"]
