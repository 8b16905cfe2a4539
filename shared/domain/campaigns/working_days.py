"""A company's next working day, by its calendar."""

from collections.abc import Iterator
from datetime import date, timedelta

from shared.domain.campaigns.public_holidays import check_holidays, is_holiday
from shared.domain.companies.company import Company
from shared.domain.companies.work_calendar import WorkCalendar
from shared.domain.errors import Problem

SEARCHED = 400  # longer than a year, so that the one working day of a year is found


def next_working_day(company: Company, after: date) -> date | None:
    """The first working day after that day; None when there is none within 400 days."""
    following = (after + timedelta(days=number) for number in range(1, SEARCHED + 1))
    return next((day for day in following if is_working_day(company, day)), None)


def is_working_day(company: Company, day: date) -> bool:
    """Whether the company works on that day."""
    calendar = company.calendar
    if day.isoweekday() not in calendar.days or day in calendar.closed_days:
        return False
    places = calendar.holiday_country or company.default_region
    is_listed = check_holidays(places) is None  # of some regions nobody lists the holidays
    if not calendar.keeps_holidays or not is_listed:
        return True
    return not is_holiday(places, day)


def check_calendar(calendar: WorkCalendar) -> Iterator[Problem]:
    """What is wrong with a calendar."""
    if not calendar.days:
        yield Problem(field="days", reason="give at least one weekday, 1 (Monday) to 7")
    if len(set(calendar.days)) < len(calendar.days):
        yield Problem(field="days", reason="names a weekday twice")
    if calendar.holiday_country is not None and (fault := check_holidays(calendar.holiday_country)):
        yield Problem(field="holiday_country", reason=fault)
