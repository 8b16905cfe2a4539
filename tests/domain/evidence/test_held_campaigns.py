"""After a restore every campaign that could fire by itself waits for a person."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.evidence.restoring import held_campaign
from shared.domain.record import replace
from tests.kit.builders import NOON, a_campaign

DAILY = Schedule(
    kind=ScheduleKind.RECURRING, at=datetime.fromisoformat("2026-01-01T09:00"), rule="FREQ=DAILY"
)
S = CampaignState


@pytest.mark.parametrize("state", [S.READY, S.SCHEDULED, S.FIRING])
def test_one_that_could_fire_is_paused_and_its_coming_time_stays(state: CampaignState) -> None:
    soon = NOON + timedelta(hours=1)
    campaign = a_campaign(state=state, next_fire_at=soon)
    assert held_campaign(campaign, "America/New_York", NOON) == replace(
        campaign, state=S.PAUSED, paused_from=state
    )


@pytest.mark.parametrize("state", [S.DRAFT, S.PAUSED, S.SENT, S.CANCELED, S.NEEDS_ATTENTION])
def test_one_that_could_not_is_left_alone(state: CampaignState) -> None:
    campaign = a_campaign(state=state)
    assert held_campaign(campaign, "America/New_York", NOON) == campaign


@pytest.mark.parametrize("passed", [timedelta(0), timedelta(minutes=1)])
def test_a_time_that_passed_since_the_backup_is_over(passed: timedelta) -> None:
    campaign = a_campaign(state=S.SCHEDULED, next_fire_at=NOON - passed)
    assert held_campaign(campaign, "America/New_York", NOON) == replace(
        campaign, state=S.PAUSED, paused_from=S.READY, next_fire_at=None
    )


def test_a_recurring_one_goes_on_at_its_next_time() -> None:
    campaign = a_campaign(state=S.SCHEDULED, next_fire_at=NOON - timedelta(days=2), schedule=DAILY)
    assert held_campaign(campaign, "America/New_York", NOON) == replace(
        campaign,
        state=S.PAUSED,
        paused_from=S.SCHEDULED,
        next_fire_at=datetime(2026, 11, 24, 14, tzinfo=UTC),  # 9:00 in New York, the day after
    )


def test_one_that_needs_attention_and_fires_again_is_paused() -> None:
    campaign = a_campaign(state=S.NEEDS_ATTENTION, next_fire_at=NOON + timedelta(days=1), schedule=DAILY)
    assert held_campaign(campaign, "America/New_York", NOON).state is S.PAUSED
