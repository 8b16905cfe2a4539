"""A campaign that is paused goes on with exactly the rest; one that is canceled settles everything."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import pytest

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.fires.fire import FireState, Ledger, ProgressStatus
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import MessageState
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import an_sms_sender
from tests.kit.clinic import Clinic, people
from tests.usecases.campaigns.test_campaign_life import DAILY, DAY, MONDAY, tick


async def test_paused_before_queueing_nothing_goes_out_and_all_does_after_resume(clinic: Clinic) -> None:
    await clinic.load(*people(4))
    await clinic.ready()
    clinic.runs_jobs = False
    fire = await clinic.fire()
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    clinic.runs_jobs = True
    await clinic.run_published()
    assert await clinic.sent_counts() == {}
    assert (await clinic.report(fire)).status is ProgressStatus.PAUSED
    assert {batch.state for batch in await clinic.batches()} == {BatchState.HELD}
    await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    assert (await clinic.report(fire)).ledger == Ledger(planned=4, sent=4)
    assert list((await clinic.sent_counts()).values()) == [1] * 4
    assert (await clinic.campaign()).state is CampaignState.SENT


@pytest.mark.parametrize("change", [resume_campaign, cancel_campaign])
async def test_who_resumes_or_cancels_a_large_fire_waits_for_some_batches_and_the_sweep_takes_the_rest(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, change: Callable[..., Awaitable[Campaign]]
) -> None:
    monkeypatch.setattr(sys.modules[change.__module__], "BATCHES_AT_ONCE", 1)
    await clinic.load(*people(210))
    await clinic.ready()
    clinic.runs_jobs = False
    fire = await clinic.fire()
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    clinic.runs_jobs = True
    await clinic.run_published()
    clinic.runs_jobs, clinic.published = False, []
    held = [batch for batch in await clinic.batches() if batch.state is BatchState.HELD]
    assert len(held) >= 3
    await change(clinic.runtime, clinic.company_id, "reminders")
    assert len(clinic.published) == 1
    clinic.runs_jobs = True
    await clinic.run_published()
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    ledger = (await clinic.report(fire)).ledger
    assert ledger == (
        Ledger(planned=210, sent=210) if change is resume_campaign else Ledger(planned=210, skipped=210)
    )


async def test_paused_between_groups_it_goes_on_with_exactly_the_rest(clinic: Clinic) -> None:
    await clinic.stores.senders.save(clinic.company_id, "texts", an_sms_sender(rate_per_second=5.0))
    await clinic.load(*people(18))
    await clinic.ready()
    firing = asyncio.create_task(clinic.fire())
    while not await clinic.accepted():
        await asyncio.sleep(0.02)
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    at_pause = {m.id for m in await clinic.messages() if m.state is not MessageState.QUEUED}
    fire = await firing
    report = await clinic.report(fire)
    assert report.status is ProgressStatus.PAUSED
    assert report.ledger == Ledger(planned=18, sent=len(at_pause), pending=18 - len(at_pause))
    assert len(at_pause) < 18
    await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    counts = await clinic.sent_counts()
    assert (len(counts), set(counts.values())) == (18, {1})
    assert (await clinic.report(fire)).status is ProgressStatus.SENT


async def test_a_campaign_whose_last_message_went_out_while_it_was_paused_is_over_when_resumed(
    clinic: Clinic,
) -> None:
    await clinic.load(*people(2))
    await clinic.ready()
    clinic.runs_jobs = False
    fire = await clinic.fire()
    await clinic.run_published()
    clinic.runs_jobs = True
    await clinic.run_published()
    # As if the pause had come after the last group's intent and before the fire was closed.
    stores = clinic.stores
    campaign = await clinic.campaign()
    paused = Campaign(
        **{name: getattr(campaign, name) for name in campaign.__struct_fields__}
        | {"state": CampaignState.PAUSED, "paused_from": CampaignState.FIRING}
    )
    await clinic.save(paused)
    resumed = await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    assert resumed.state is CampaignState.SENT
    assert (await stores.fires.get(clinic.company_id, fire.id)).is_closed


async def test_pause_and_cancel_reach_every_open_fire(clinic: Clinic) -> None:
    clinic.stop_clock(MONDAY - DAY)
    await clinic.load(*people(2))
    await clinic.ready(schedule=DAILY)
    clinic.runs_jobs = False
    await tick(clinic, MONDAY)
    await clinic.load(*people(2, digits=3000))
    await tick(clinic, MONDAY + DAY)
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    clinic.runs_jobs = True
    await clinic.run_published()
    assert await clinic.sent_counts() == {}
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    messages = await clinic.messages()
    assert [message.reason for message in messages] == ["canceled"] * 4
    page = await clinic.stores.fires.page(clinic.company_id, limit=10)
    assert [(fire.state, fire.is_closed) for fire in page.items] == [(FireState.CANCELED, True)] * 2


async def test_cancel_settles_everything_with_its_reason_also_what_is_queued_later(clinic: Clinic) -> None:
    await clinic.load(*people(3))
    await clinic.ready()
    clinic.runs_jobs = False
    fire = await clinic.fire()
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    await clinic.set_credentials("texts", {})  # a sender that cannot send is no obstacle
    clinic.runs_jobs = True
    await clinic.run_published()
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=3, skipped=3)
    assert (report.status, report.skipped) == (ProgressStatus.CANCELED, {"canceled": 3})
    assert (await clinic.stores.fires.get(clinic.company_id, fire.id)).is_closed
    assert (await clinic.campaign()).state is CampaignState.CANCELED
    assert await clinic.sent_counts() == {}


async def test_cancel_with_batches_waiting_and_no_credentials(clinic: Clinic) -> None:
    await clinic.load(*people(3))
    await clinic.ready()
    clinic.runs_jobs = False
    fire = await clinic.fire()
    await clinic.run_published()
    await clinic.set_credentials("texts", {})
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    clinic.runs_jobs = True
    await clinic.run_published()
    assert (await clinic.report(fire)).skipped == {"canceled": 3}
