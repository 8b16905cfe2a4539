"""How a fire stands: its ledger at any moment, how much of it is settled, and what it waits for."""

from dataclasses import replace

from shared.domain.fires.fire import Ledger, ProgressStatus
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.views.campaigns import get_campaign_status
from shared.views.fires import get_live_fire
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
