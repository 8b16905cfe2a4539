"""Working days, by the company's own calendar."""

from datetime import date
from typing import Any

import pytest

from shared.domain.campaigns.working_days import check_calendar, next_working_day
from shared.domain.companies.company import Company
from shared.domain.companies.work_calendar import WorkCalendar
from tests.kit.builders import a_company


def at(*, region: str = "US", **calendar: Any) -> Company:
    return a_company(default_region=region, calendar=WorkCalendar(**calendar))


@pytest.mark.parametrize(
    ("company", "after", "following"),
    [
        (at(), date(2026, 11, 23), date(2026, 11, 24)),
        (at(), date(2026, 11, 27), date(2026, 11, 30)),  # over a weekend
        (at(), date(2026, 11, 25), date(2026, 11, 27)),  # over Thanksgiving, without a word about holidays
        (at(keeps_holidays=False), date(2026, 11, 25), date(2026, 11, 26)),
        (at(holiday_country="DE"), date(2026, 11, 25), date(2026, 11, 26)),
        (at(closed_days=(date(2026, 11, 27),)), date(2026, 11, 25), date(2026, 11, 30)),
        (at(days=(7,)), date(2026, 11, 29), date(2026, 12, 6)),
        (at(), date(2026, 12, 31), date(2027, 1, 4)),  # over a year's end
        (at(region="AQ"), date(2026, 11, 25), date(2026, 11, 26)),  # nobody has listed its holidays
    ],
)
def test_the_next_working_day(company: Company, after: date, following: date) -> None:
    assert next_working_day(company, after) == following


def test_a_company_that_never_works_has_none() -> None:
    closed = tuple(date.fromordinal(date(2026, 1, 1).toordinal() + number) for number in range(800))
    assert next_working_day(at(closed_days=closed), date(2026, 11, 23)) is None


def test_what_is_wrong_with_a_calendar_is_said_by_its_field() -> None:
    wrong = WorkCalendar(days=(1, 1), holiday_country="Atlantis")
    assert [one.field for one in check_calendar(wrong)] == ["days", "holiday_country"]
    assert [one.field for one in check_calendar(WorkCalendar(days=()))] == ["days"]
    assert list(check_calendar(WorkCalendar(holiday_country="US+US-FL"))) == []
