"""A campaign's life: it fires when it is due and once, stops when told to, and goes on where it was."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.errors import Conflict
from shared.domain.fires.fire import FireState, Ledger, ProgressStatus
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import MessageState
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.reopen_campaign import reopen_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.fires.fire_campaign import fire_campaign
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import a_campaign, an_audience, an_sms_sender
from tests.kit.clinic import Clinic, people

MONDAY = datetime(2026, 11, 23, 14, tzinfo=UTC)  # 9:00 in New York
DAY = timedelta(days=1)
DAILY = Schedule(kind=ScheduleKind.RECURRING, at=datetime(2026, 11, 23, 9), rule="FREQ=DAILY")  # noqa: DTZ001
ONCE = Schedule(kind=ScheduleKind.ONCE, at=datetime(2026, 11, 24, 9))  # noqa: DTZ001


async def tick(clinic: Clinic, now: datetime) -> dict[str, int]:
    clinic.stop_clock(now)
    return await fire_due_campaigns(clinic.runtime, now)


async def fires(clinic: Clinic) -> list[str]:
    page = await clinic.stores.fires.page(clinic.company_id, limit=100)
    return [fire.note for fire in sorted(page.items, key=lambda fire: fire.fired_at)]


async def test_once_fires_once_also_when_five_ticks_come_together(clinic: Clinic) -> None:
    await clinic.load(*people(3))
    clinic.stop_clock(MONDAY)
    campaign = await clinic.ready(schedule=ONCE)
    assert (campaign.state, campaign.next_fire_at) == (CampaignState.SCHEDULED, MONDAY + DAY)
    assert await tick(clinic, MONDAY + DAY - timedelta(seconds=1)) == {"started": 0, "refused": 0}
    await asyncio.gather(*(tick(clinic, MONDAY + DAY) for _ in range(5)))
    await tick(clinic, MONDAY + 2 * DAY)
    assert await fires(clinic) == [""]
    assert set((await clinic.sent_counts()).values()) == {1}
    assert (await clinic.campaign()).state is CampaignState.SENT


async def test_missed_slots_fire_once_and_the_next_is_in_the_future(clinic: Clinic) -> None:
    await clinic.load(*people(2))
    clinic.stop_clock(MONDAY - DAY)
    await clinic.ready(schedule=DAILY)
    late = MONDAY + 3 * DAY + timedelta(hours=1)
    await tick(clinic, late)
    await tick(clinic, late)
    assert await fires(clinic) == [""]
    campaign = await clinic.campaign()
    assert (campaign.state, campaign.next_fire_at) == (CampaignState.SCHEDULED, MONDAY + 4 * DAY)


async def test_a_recurring_campaign_fires_each_file_once_however_many_days_bring_none(clinic: Clinic) -> None:
    clinic.stop_clock(MONDAY - DAY)
    await clinic.ready(schedule=DAILY)
    await tick(clinic, MONDAY)
    await clinic.load(*people(2))
    for day in (1, 2, 3):
        await tick(clinic, MONDAY + day * DAY)
    await clinic.load(*people(3, digits=3000))
    await tick(clinic, MONDAY + 4 * DAY)
    none_yet, no_new = (
        "No file of this source was loaded yet.",
        "No new file of this source was loaded since the last fire.",
    )
    assert await fires(clinic) == [none_yet, "", no_new, no_new, ""]
    page = await clinic.stores.fires.page(clinic.company_id, limit=100)
    assert all(fire.is_closed for fire in page.items)
    counts = await clinic.sent_counts()
    assert (len(counts), set(counts.values())) == (5, {1})


async def test_a_file_fires_once_on_demand_unless_repeat_says_otherwise(clinic: Clinic) -> None:
    first = await clinic.load(*people(2))
    for audience in (
        an_audience(),
        an_audience(first.id),
    ):
        await clinic.ready(audience=audience)
        fire = await clinic.fire()
        assert fire.audience.file_ids == (first.id,)
        with pytest.raises(Conflict, match="fired for this file already"):
            await clinic.fire()
        again = await fire_campaign(clinic.runtime, clinic.company_id, "reminders", repeat=True)
        assert again.id != fire.id
    await clinic.load(*people(1, digits=3000))
    await clinic.ready()
    await clinic.fire()


@pytest.mark.parametrize("repeat", [False, True])
async def test_two_clicks_fire_once(clinic: Clinic, repeat: bool) -> None:
    await clinic.load(*people(2))
    await clinic.ready()
    clicks = (fire_campaign(clinic.runtime, clinic.company_id, "reminders", repeat=repeat) for _ in range(2))
    results = await asyncio.gather(*clicks, return_exceptions=True)
    assert {type(result) for result in results if isinstance(result, Exception)} <= {Conflict}
    assert len(await fires(clinic)) == 1
    assert set((await clinic.sent_counts()).values()) == {1}


async def test_what_is_not_ready_or_over_does_not_fire(clinic: Clinic) -> None:
    await clinic.load(*people(1))
    await clinic.save(a_campaign())
    with pytest.raises(Conflict, match="mark it ready first"):
        await clinic.fire()
    await mark_ready(clinic.runtime, clinic.company_id, "reminders")
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    with pytest.raises(Conflict, match="resume it first"):
        await clinic.fire()
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    with pytest.raises(Conflict):
        await clinic.fire()
    assert await fires(clinic) == []


async def test_a_tick_that_saw_the_campaign_before_its_pause_does_not_fire_it(clinic: Clinic) -> None:
    await clinic.load(*people(1))
    clinic.stop_clock(MONDAY)
    await clinic.ready(schedule=ONCE)
    await asyncio.gather(
        pause_campaign(clinic.runtime, clinic.company_id, "reminders"),
        *(tick(clinic, MONDAY + DAY) for _ in range(3)),
    )
    if not await fires(clinic):
        assert await tick(clinic, MONDAY + 2 * DAY) == {"started": 0, "refused": 0}
        await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
        await tick(clinic, MONDAY + 2 * DAY)
    assert len(await fires(clinic)) == 1


async def test_only_a_draft_can_be_marked_ready(clinic: Clinic) -> None:
    await clinic.load(*people(1))
    await clinic.ready()
    with pytest.raises(Conflict, match="frozen already"):
        await mark_ready(clinic.runtime, clinic.company_id, "reminders")
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    with pytest.raises(Conflict, match="frozen already"):
        await mark_ready(clinic.runtime, clinic.company_id, "reminders")
    await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    draft = await reopen_campaign(clinic.runtime, clinic.company_id, "reminders")
    assert (draft.state, draft.content_hash) == (CampaignState.DRAFT, None)
    await mark_ready(clinic.runtime, clinic.company_id, "reminders")
    await clinic.fire()
    with pytest.raises(Conflict):
        await reopen_campaign(clinic.runtime, clinic.company_id, "reminders")


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
        **{name: getattr(campaign, name) for name in campaign.__slots__}
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


async def test_one_campaign_that_cannot_start_harms_no_other(clinic: Clinic) -> None:
    clinic.stop_clock(MONDAY)
    await clinic.load(*people(1))
    broken = an_audience("gone")
    await clinic.ready(schedule=ONCE)
    campaign = await clinic.campaign()
    for name in ("a-broken", "z-broken"):
        copy = Campaign(
            **{field: getattr(campaign, field) for field in campaign.__slots__}
            | {"id": name, "audience": broken}
        )
        await clinic.save(copy)
    assert await tick(clinic, MONDAY + DAY) == {"started": 1, "refused": 2}
    assert len(await clinic.accepted()) == 1
