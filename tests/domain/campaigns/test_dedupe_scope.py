"""The dedupe scope that a campaign has, stated or by its schedule."""

from datetime import timedelta

import pytest

from shared.domain.campaigns.dedupe_scope import DedupeScope, Scope, check_scope, scope_of
from shared.domain.campaigns.schedule import Schedule, ScheduleKind

ON_DEMAND, RECURRING = Schedule(kind=ScheduleKind.ON_DEMAND), Schedule(kind=ScheduleKind.RECURRING)


def test_by_default_a_recurring_campaign_looks_at_its_own_and_others_at_the_source_for_thirty_days() -> None:
    assert scope_of(None, None, RECURRING) == Scope(kind=DedupeScope.CAMPAIGN)
    assert scope_of(None, None, ON_DEMAND) == Scope(kind=DedupeScope.SOURCE, days=30)


@pytest.mark.parametrize("kind", list(DedupeScope))
@pytest.mark.parametrize("schedule", [ON_DEMAND, RECURRING])
def test_what_is_stated_holds(kind: DedupeScope, schedule: Schedule) -> None:
    assert scope_of(kind, None, schedule).kind is kind


def test_days_are_kept_where_the_scope_is_the_source() -> None:
    assert scope_of(DedupeScope.SOURCE, 7, RECURRING) == Scope(kind=DedupeScope.SOURCE, days=7)
    assert scope_of(DedupeScope.CAMPAIGN, 7, RECURRING).days is None


@pytest.mark.parametrize(
    ("scope", "is_wide", "looks_back"),
    [
        (Scope(kind=DedupeScope.FIRE), False, None),
        (Scope(kind=DedupeScope.CAMPAIGN), True, None),
        (Scope(kind=DedupeScope.SOURCE, days=7), True, timedelta(days=7)),
        (Scope(kind=DedupeScope.SOURCE), True, timedelta(days=30)),
    ],
)
def test_how_far_it_looks_back(scope: Scope, is_wide: bool, looks_back: timedelta | None) -> None:
    assert (scope.is_wide, scope.looks_back) == (is_wide, looks_back)


def test_days_go_with_the_source_alone() -> None:
    assert not list(check_scope(7, scope_of(DedupeScope.SOURCE, 7, RECURRING)))
    assert not list(check_scope(7, scope_of(None, 7, ON_DEMAND)))
    assert not list(check_scope(None, scope_of(DedupeScope.FIRE, None, ON_DEMAND)))
    (problem,) = check_scope(7, scope_of(None, 7, RECURRING))
    assert problem.field == "dedupe_days"
    assert "it is campaign here" in problem.reason


def test_people_get_what_recurs_each_time_and_the_rest_once() -> None:
    assert scope_of(None, None, RECURRING, is_for_people=True).kind is DedupeScope.FIRE
    assert scope_of(None, None, ON_DEMAND, is_for_people=True).kind is DedupeScope.CAMPAIGN
    assert scope_of(DedupeScope.SOURCE, 3, ON_DEMAND, is_for_people=True).days == 3
