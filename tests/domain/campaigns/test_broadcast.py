"""Broadcasts: what a series plans next, and the campaign that each is made into."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.broadcast import (
    Broadcast,
    BroadcastState,
    campaign_of,
    check_planned,
    end_of_today,
    following,
    placed,
)
from shared.domain.campaigns.step import AfterDelay, DelayMeasure, OnlyIf
from shared.domain.companies.work_calendar import WorkCalendar
from shared.domain.errors import Conflict
from shared.domain.senders.run_limits import RunLimits
from tests.kit.builders import a_broadcast, a_company

MONDAY = datetime.fromisoformat("2026-11-23T09:00")
NINE = datetime(2026, 11, 23, 14, tzinfo=UTC)  # in New York


def a_series(**changes: Any) -> Broadcast:
    return a_broadcast(created_at=NINE, updated_at=NINE, runs=RunLimits(), **changes)


def test_it_runs_at_its_wall_time_where_the_company_is() -> None:
    assert placed(a_series(), a_company()).run_at == NINE
    there = placed(a_series(time_zone="Europe/Berlin"), a_company())
    assert (there.run_at, there.due_at) == (NINE - timedelta(hours=6), NINE - timedelta(hours=6))


def test_the_next_is_at_the_same_time_of_the_next_working_day_and_as_new() -> None:
    made = a_series(
        state=BroadcastState.MADE, campaign_id="c", fire_id="f", made_at=NINE, refusal="none", attempt=2
    )
    planned = following(made, a_company(), NINE)
    assert planned is not None
    assert (planned.number, planned.at, planned.run_at) == (
        2,
        MONDAY + timedelta(days=1),
        NINE + timedelta(days=1),
    )
    assert planned == placed(a_series(id=planned.id, number=2, at=MONDAY + timedelta(days=1)), a_company())
    again = following(made, a_company(), NINE + timedelta(minutes=3))
    assert again is not None
    assert again.id == planned.id != made.id


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 25, 14, tzinfo=UTC), date(2026, 11, 27)),  # the day after is Thanksgiving
        (datetime(2026, 11, 27, 20, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 11, 28, 4, tzinfo=UTC), date(2026, 11, 30)),  # there it is still Friday
    ],
)
def test_a_series_that_was_held_up_does_not_catch_up(now: datetime, day: date) -> None:
    planned = following(a_series(), a_company(), now)
    assert planned is not None
    assert planned.at == datetime.combine(day, MONDAY.time())


def test_its_time_of_day_holds_over_a_change_of_clocks() -> None:
    friday = a_series(at=datetime.fromisoformat("2026-10-30T09:00"))
    planned = following(friday, a_company(), datetime(2026, 10, 30, 13, tzinfo=UTC))
    assert planned is not None
    assert planned.run_at == datetime(2026, 11, 2, 14, tzinfo=UTC)


def test_a_company_without_working_days_has_no_next_one() -> None:
    never = a_company(calendar=WorkCalendar(days=()))
    assert following(a_series(), never, NINE) is None


def test_today_ends_with_the_companys_day() -> None:
    assert end_of_today(a_company(), NINE) == datetime(2026, 11, 24, 4, 59, 59, tzinfo=UTC)


def test_its_campaign_has_a_step_for_each_wave() -> None:
    campaign = campaign_of(a_series(pause_seconds=300), NINE)
    first, second = campaign.steps
    assert (first.template_id, first.only_if) == ("first", OnlyIf.ANYBODY)
    assert second.when == AfterDelay(seconds=300, counted_from=DelayMeasure.STEP)
    assert (second.template_id, second.only_if) == ("second", OnlyIf.NOT_ANSWERED)
    assert (campaign.runs, campaign.name) == (RunLimits(size=50, seconds=60), "Recall, 2026-11-23")
    assert campaign_of(a_series(), NINE + timedelta(hours=1)).id == campaign.id


def test_without_a_second_wave_it_has_one_step() -> None:
    assert len(campaign_of(a_series(second=None), NINE).steps) == 1


def test_what_is_made_is_not_changed() -> None:
    check_planned(a_series())
    with pytest.raises(Conflict, match="made cannot be changed"):
        check_planned(a_series(state=BroadcastState.MADE))
