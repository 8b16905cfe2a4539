"""When the rules of time zones change, what waits keeps its time on the wall."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.place import zone_data
from shared.domain.record import replace
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from tests.kit.clinic import Clinic

NOW = datetime(2026, 12, 14, 12, 0, tzinfo=UTC)
BY_OLD_RULES = datetime(2026, 12, 15, 17, 0, tzinfo=UTC)  # 9:00 in Vancouver at -08:00
BY_NEW_RULES = datetime(2026, 12, 15, 16, 0, tzinfo=UTC)  # 9:00 in Vancouver at -07:00
ONCE = Schedule(kind=ScheduleKind.ONCE, at=datetime(2026, 12, 15, 9, 0), time_zone="America/Vancouver")  # noqa: DTZ001  # wall time
DAILY = replace(ONCE, kind=ScheduleKind.RECURRING, at=datetime(2026, 12, 1, 9, 0), rule="FREQ=DAILY")  # noqa: DTZ001  # wall time


async def planned_by_old_rules(clinic: Clinic, schedule: Schedule, state: CampaignState) -> None:
    """A campaign marked ready by a release whose Vancouver still had winter time."""
    clinic.stop_clock(NOW)
    await clinic.load({})
    await clinic.ready(schedule=schedule)
    campaign = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert schedule is DAILY or campaign.next_fire_at == BY_NEW_RULES
    planned = replace(campaign, state=state, next_fire_at=BY_OLD_RULES)
    await clinic.stores.campaigns.save(clinic.company_id, campaign.id, planned)


async def next_fire_at(clinic: Clinic) -> datetime | None:
    return (await clinic.stores.campaigns.get(clinic.company_id, "reminders")).next_fire_at


@pytest.mark.parametrize("schedule", [ONCE, DAILY])
@pytest.mark.parametrize("state", [CampaignState.SCHEDULED, CampaignState.PAUSED])
async def test_a_coming_fire_keeps_its_wall_time(
    clinic: Clinic, schedule: Schedule, state: CampaignState
) -> None:
    await planned_by_old_rules(clinic, schedule, state)
    await clinic.stores.system.note_zone_data("2025b")
    await fire_due_campaigns(clinic.runtime, NOW)
    assert await next_fire_at(clinic) == BY_NEW_RULES
    assert await clinic.stores.system.zone_data() == zone_data()


async def test_a_fire_whose_right_time_has_just_passed_is_late_and_not_lost(clinic: Clinic) -> None:
    await planned_by_old_rules(clinic, DAILY, CampaignState.SCHEDULED)
    counts = await fire_due_campaigns(clinic.runtime, BY_NEW_RULES + timedelta(minutes=30))
    assert counts["started"] == 1


async def test_fires_planned_by_the_same_rules_are_left_alone(clinic: Clinic) -> None:
    await planned_by_old_rules(clinic, DAILY, CampaignState.SCHEDULED)
    await clinic.stores.system.note_zone_data(zone_data())
    await fire_due_campaigns(clinic.runtime, NOW)
    assert await next_fire_at(clinic) == BY_OLD_RULES
