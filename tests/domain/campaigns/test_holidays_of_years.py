"""Holidays move: each year has its own."""

from datetime import date

import pytest

from shared.domain.campaigns.public_holidays import holidays_of, is_holiday


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 26), True),  # Thanksgiving, the fourth Thursday of November
        (date(2027, 11, 25), True),
        (date(2027, 11, 26), False),
        (date(2031, 11, 27), True),
        (date(2031, 11, 26), False),
        (date(2028, 1, 17), True),  # Martin Luther King's day, the third Monday of January
        (date(2028, 1, 19), False),
        (date(2030, 1, 21), True),
        (date(2027, 12, 24), True),  # Christmas is on a Saturday, and kept on the Friday
        (date(2026, 12, 24), False),
    ],
)
def test_a_day_is_looked_up_in_its_own_year(day: date, expected: bool) -> None:
    assert is_holiday("US", day) is expected


def test_a_list_goes_over_the_end_of_the_year() -> None:
    days = {one.day for one in holidays_of("US", date(2027, 7, 1))}
    assert {date(2027, 7, 5), date(2027, 11, 25), date(2028, 1, 17), date(2028, 5, 29)} <= days
    assert date(2027, 5, 31) not in days
    assert max(days) <= date(2028, 6, 30)
