"""A campaign's life: it fires when it is due and once, stops when told to, and goes on where it was."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.errors import Conflict
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.reopen_campaign import reopen_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.fires.fire_campaign import fire_campaign
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from tests.kit.builders import a_campaign, an_audience
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


async def test_one_campaign_that_cannot_start_harms_no_other(clinic: Clinic) -> None:
    clinic.stop_clock(MONDAY)
    await clinic.load(*people(1))
    broken = an_audience("gone")
    await clinic.ready(schedule=ONCE)
    campaign = await clinic.campaign()
    for name in ("a-broken", "z-broken"):
        copy = Campaign(
            **{field: getattr(campaign, field) for field in campaign.__struct_fields__}
            | {"id": name, "audience": broken}
        )
        await clinic.save(copy)
    assert await tick(clinic, MONDAY + DAY) == {"started": 1, "refused": 2}
    assert len(await clinic.accepted()) == 1
