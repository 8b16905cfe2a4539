"""Holidays are those of the places named, and what a place lacks is said."""

from datetime import date

import holidays
import pytest

from shared.domain.campaigns.public_holidays import (
    Holiday,
    check_holidays,
    holiday_hint,
    holidays_of,
    is_holiday,
)


def test_wrong_places_are_told() -> None:
    assert [check_holidays(places) for places in ("US", "us-ca", "US+US-CA", "GB + GB-SCT")] == [None] * 4
    for wrong in ("ZZ", "US-ZZ", "US+ZZ", "US+", ""):
        assert "There is no holiday calendar for" in (check_holidays(wrong) or "")
    assert "5 places at most" in (check_holidays("US+CA+GB+DE+FR+IT") or "")


# Days as the governments publish them: canada.ca, gov.uk/bank-holidays, opm.gov, Florida's statute 110.117.
@pytest.mark.parametrize(
    ("places", "day", "expected"),
    [
        ("CA", date(2027, 10, 11), False),  # Thanksgiving is the provinces'
        ("CA-ON", date(2027, 10, 11), True),
        ("CA+CA-ON", date(2027, 10, 11), True),
        ("GB", date(2027, 3, 29), False),  # Easter Monday is not Scotland's
        ("GB-ENG", date(2027, 3, 29), True),
        ("US", date(2027, 2, 15), True),
        ("US-FL", date(2027, 11, 26), True),
        ("US+US-FL", date(2027, 10, 11), True),
    ],
)
def test_a_union_has_the_days_of_both(places: str, day: date, expected: bool) -> None:
    assert is_holiday(places, day) is expected


def test_the_holidays_of_a_year_are_listed_by_day() -> None:
    listed = holidays_of("US", date(2026, 12, 1))
    assert [(holiday.day.isoformat(), holiday.name) for holiday in listed] == [
        ("2026-12-25", "Christmas Day"),
        ("2027-01-01", "New Year's Day"),
        ("2027-01-18", "Martin Luther King Jr. Day"),
        ("2027-02-15", "Washington's Birthday"),
        ("2027-05-31", "Memorial Day"),
        ("2027-06-18", "Juneteenth National Independence Day (observed)"),
        ("2027-06-19", "Juneteenth National Independence Day"),
        ("2027-07-04", "Independence Day"),
        ("2027-07-05", "Independence Day (observed)"),
        ("2027-09-06", "Labor Day"),
        ("2027-10-11", "Columbus Day"),
        ("2027-11-11", "Veterans Day"),
        ("2027-11-25", "Thanksgiving Day"),
    ]
    both = holidays_of("US+US-FL", date(2026, 12, 1))
    assert set(listed) <= set(both)
    assert Holiday(day=date(2027, 11, 26), name="Friday After Thanksgiving") in both


@pytest.mark.parametrize(
    ("places", "parts"),
    [
        ("CA", ["Thanksgiving Day", "CA-AB", "CA+CA-AB"]),
        ("GB", ["Easter Monday", "GB-ENG"]),
        ("US-FL", ["Washington's Birthday (2026-02-16)", "Columbus Day (2026-10-12)", "US+US-FL"]),
        ("US-GA", ["Washington's Birthday", "US+US-GA"]),
    ],
)
def test_what_a_place_lacks_is_hinted_at(places: str, parts: list[str]) -> None:
    hint = holiday_hint(places, 2026) or ""
    assert [part for part in parts if part not in hint] == []


@pytest.mark.parametrize("places", ["US+US-FL", "MX", "CA-ON", "US-NY", "DE-BY"])
def test_a_place_that_lacks_nothing_has_no_hint(places: str) -> None:
    assert holiday_hint(places, 2027) is None


def test_every_country_there_is_can_be_hinted_at() -> None:
    """Some parts are written with small letters too: AU has "NSW Western"."""
    countries = holidays.list_supported_countries()
    assert len(countries) > 200
    hints = [holiday_hint(country, 2026) for country in countries]
    assert any(hint and "AU-" in hint for hint in hints)
    for country, parts in countries.items():
        assert [part for part in parts if check_holidays(f"{country}-{part}")] == []
