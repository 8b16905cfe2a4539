"""What a change asks of the plan: who is looked at, and whether anybody may come earlier by it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns import window
from shared.domain.campaigns.window import ContactWindow
from shared.domain.record import replace
from shared.domain.sequences.plan_change import PlanChange, change_of_sequence, may_open_more
from tests.kit.plans import ZONES, windows
from tests.kit.sequence_records import a_sequence

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@given(windows(), windows(), st.sampled_from(ZONES), st.lists(st.integers(0, 400 * 86_400), max_size=20))
def test_a_window_that_may_not_open_more_is_open_only_where_it_was(
    before: ContactWindow, other: ContactWindow, zone: str, seconds: list[int]
) -> None:
    narrowed = replace(
        before,
        days=tuple(sorted(set(before.days) & set(other.days))) or before.days,
        closed_days=(*before.closed_days, *other.closed_days),
        opens=max(before.opens, min(other.opens, before.closes)),
        holiday_country="US",
    )
    for after in (narrowed, other):
        if after.opens >= after.closes or may_open_more(before, after):
            continue
        for second in seconds:
            moment = NEW_YEAR + timedelta(seconds=second)
            if window.is_open(after, (zone,), moment):
                assert window.is_open(before, (zone,), moment)


@pytest.mark.parametrize(
    ("changes", "brings_forward"),
    [
        ({"closed_days": (date(2026, 12, 24),)}, False),
        ({"holiday_country": "US"}, False),
        ({"start_time": time(10), "end_time": time(16)}, False),
        ({"days": (1, 2, 3)}, False),
        ({"end_time": time(18)}, True),
        ({"days": (1, 2, 3, 4, 5, 6)}, True),
        ({"start_time": time(10), "end_time": time(18)}, True),
        ({"time_zone": "Europe/Berlin"}, True),
        ({"in_contacts_zone": False}, True),
    ],
)
def test_only_more_room_brings_people_forward(changes: dict[str, Any], brings_forward: bool) -> None:
    change = change_of_sequence(a_sequence(), a_sequence(**changes))
    assert change is not None
    assert change.brings_forward is brings_forward


def test_a_holiday_that_is_lifted_brings_people_forward() -> None:
    closed = a_sequence(closed_days=(date(2026, 12, 24),), holiday_country="US")
    for changes in ({"closed_days": ()}, {"holiday_country": None}, {"holiday_country": "DE"}):
        assert change_of_sequence(closed, replace(closed, **changes)) == PlanChange(brings_forward=True)
