"""How a fire stands: its ledger at any moment, how much of it is settled, and what it waits for."""

from datetime import time, timedelta

from shared.domain.campaigns.window import ContactWindow
from shared.domain.fires.fire import Ledger, ProgressStatus
from shared.domain.fires.pace import JUST_BEGUN, NOTHING_LATELY, Pace
from shared.domain.record import replace
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.views.campaigns import get_campaign_status
from shared.views.fires import get_live_fire
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic, people


async def test_all_rows_are_pending_until_their_chunk_is_planned(clinic: Clinic) -> None:
    await clinic.load(*people(3))
    await clinic.ready()
    clinic.runs_jobs = False
    fire = await clinic.fire()
    live = await get_live_fire(clinic.runtime, clinic.company_id, fire.id)
    assert (live.books.ledger, live.books.status) == (Ledger(planned=3, pending=3), ProgressStatus.FIRING)
    assert (live.books.fire.id, live.books.percent, live.progress, live.waits_for) == (fire.id, 0, None, [])


async def test_what_is_settled_is_no_more_than_99_percent_while_a_chunk_is_not_planned(
    clinic: Clinic,
) -> None:
    await clinic.load(*people(3))
    await clinic.ready()
    fire = await clinic.fire()
    stored = await clinic.stores.fires.get(clinic.company_id, fire.id)
    [step] = stored.steps
    unplanned = replace(stored, steps=(replace(step, chunk_count=2),))
    await clinic.stores.fires.save(clinic.company_id, fire.id, unplanned)
    live = await get_live_fire(clinic.runtime, clinic.company_id, fire.id)
    assert (live.books.ledger, live.books.percent) == (Ledger(planned=3, sent=3), 99)


async def test_a_campaigns_status_is_that_of_its_last_fire(clinic: Clinic) -> None:
    await clinic.load(*people(2))
    ready = await clinic.ready()
    arguments = (clinic.runtime, clinic.company_id, ready.id)
    status = await get_campaign_status(*arguments)
    assert (status.campaign, status.last_fire) == (ready, None)
    fire, job = await clinic.fire_and_queue()
    await pause_campaign(*arguments)
    last_fire = (await get_campaign_status(*arguments)).last_fire
    assert last_fire is not None
    assert (last_fire.books.fire.id, last_fire.books.status) == (fire.id, ProgressStatus.PAUSED)
    assert last_fire.waits_for == ["The campaign is paused."]
    assert job.fire_id == fire.id


async def test_what_waits_for_the_window_says_when_it_goes_on_and_why(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await clinic.load(*people(2), {"Patient": "Dee", "Phone": "+1 213 555 2000"})
    await clinic.ready(window=ContactWindow(opens=time(9, 30), closes=time(20), time_zone_field="phone"))
    fire = await clinic.fire()
    pace = (await get_live_fire(clinic.runtime, clinic.company_id, fire.id)).pace
    opens = NOON + timedelta(minutes=30)
    words = "The contact window is from 09:30 to 20:00 in America/Los_Angeles."
    assert pace == Pace(per_minute=2, ends_at=opens, goes_on_at=opens, why=words)
    clock.at = opens + timedelta(minutes=2)
    late = (await get_live_fire(clinic.runtime, clinic.company_id, fire.id)).pace
    assert late == Pace(per_minute=0, why=NOTHING_LATELY)
    await dispatch_due_batches(clinic.runtime, clock.at)
    assert (await get_live_fire(clinic.runtime, clinic.company_id, fire.id)).pace is None  # closed


async def test_a_paused_fire_says_so_in_place_of_an_end(clinic: Clinic) -> None:
    await clinic.load(*people(2))
    await clinic.ready()
    fire, _ = await clinic.fire_and_queue()
    before = (await get_live_fire(clinic.runtime, clinic.company_id, fire.id)).pace
    assert before == Pace(per_minute=0, why=JUST_BEGUN)
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    paused = (await get_live_fire(clinic.runtime, clinic.company_id, fire.id)).pace
    assert paused == Pace(per_minute=0, why="The campaign is paused.")
