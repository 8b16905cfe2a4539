"""When a step is due for a recipient: by a field of theirs, or after what was sent to them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import AfterDelay, AtField, DelayMeasure, IfLate, Step, When
from shared.domain.campaigns.window import ContactWindow
from shared.domain.files.source import FieldType
from shared.domain.fires.planning import Plan, PlannedFailure, PlannedMessage, Planner
from shared.domain.fires.recipient import Recipient
from shared.domain.fires.step_times import GRACE
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.skip_reason import SkipReason
from tests.domain.campaigns.test_freezing import a_content
from tests.domain.fires.test_planning import VALUES
from tests.kit.builders import ALWAYS, NOON, a_campaign, a_step

NEW_YORK = ZoneInfo("America/New_York")
BEFORE = AtField(field="appointment_at", days=-3, clock=time(17))
TWO_HOURS_BEFORE = AtField(field="appointment_at", seconds=-7200)
FOUR_HOURS = AfterDelay(seconds=4 * 3600, counted_from=DelayMeasure.RECIPIENT)
OFFICE = ContactWindow(opens=time(9), closes=time(20))
TYPES = {"name": FieldType.TEXT, "doctor": FieldType.TEXT, "phone": FieldType.PHONE}


def content_of(*whens: When, **campaign: Any) -> CampaignContent:
    steps = tuple(a_step(id=f"s{place}", when=when) for place, when in enumerate(whens))
    types = {**TYPES, "appointment_at": FieldType.DATETIME, "due_on": FieldType.DATE}
    return a_content(content_hash="h", campaign=a_campaign(steps=steps, **campaign), field_types=types)


def planned(
    content: CampaignContent, step: Step, now: datetime = NOON, *, fired_at: datetime = NOON, **values: str
) -> Plan:
    recipient = Recipient(key="r", values={**VALUES, **values}, row_number=2)
    return Planner(content, step, now, fired_at).plan(recipient)


def message(
    when: When, *, now: datetime = NOON, window: ContactWindow = ALWAYS, **values: str
) -> PlannedMessage:
    content = content_of(when, window=window)
    plan = planned(content, content.campaign.steps[0], now, fired_at=now, **values)
    assert isinstance(plan, PlannedMessage), plan
    return plan


def test_days_before_at_a_clock_time_are_days_of_the_calendar_at_the_place() -> None:
    plan = message(BEFORE, appointment_at="2026-12-01T09:00:00-05:00")
    assert plan.opens_at == datetime(2026, 11, 28, 17, tzinfo=NEW_YORK)
    assert plan.not_after == datetime(2026, 12, 1, 9, tzinfo=NEW_YORK)  # it is no use after that
    assert (plan.skip, plan.about_at) == (None, plan.not_after)


def test_a_clock_change_in_between_moves_nothing() -> None:
    now = datetime(2026, 10, 20, 17, tzinfo=UTC)
    at_nine = message(AtField(field="appointment_at", days=-3), now=now, appointment_at="2026-11-03T09:00")
    assert at_nine.opens_at == datetime(2026, 10, 31, 9, tzinfo=NEW_YORK)
    hours = message(
        AtField(field="appointment_at", seconds=-72 * 3600), now=now, appointment_at="2026-11-03T09:00"
    )
    assert hours.opens_at == datetime(2026, 10, 31, 10, tzinfo=NEW_YORK)  # 72 hours, one of them doubled


@given(day=st.dates(date(2026, 11, 30), date(2027, 10, 1)), days=st.integers(-5, 5), hour=st.integers(0, 23))
def test_a_day_and_a_clock_say_the_moment(day: date, days: int, hour: int) -> None:
    when = AtField(field="due_on", days=days, clock=time(hour))
    plan = message(when, due_on=day.isoformat())
    local = plan.opens_at.astimezone(NEW_YORK)
    assert local.date() == day + timedelta(days=days)
    assert local.hour == hour or plan.opens_at == datetime.combine(local.date(), time(hour), NEW_YORK)
    assert (plan.not_after is not None) == (days <= 0)


def test_a_time_outside_the_window_waits_for_its_opening_but_not_beyond_the_visit() -> None:
    late = message(TWO_HOURS_BEFORE, window=OFFICE, appointment_at="2026-11-25T10:30")
    assert late.opens_at == datetime(2026, 11, 25, 9, tzinfo=NEW_YORK)
    early = message(TWO_HOURS_BEFORE, window=OFFICE, appointment_at="2026-11-25T08:00")
    assert early.skip is SkipReason.WINDOW_CLOSED


def test_what_has_passed_is_skipped_or_sent_at_once_as_the_step_says() -> None:
    tomorrow = "2026-11-24T14:30"
    assert message(BEFORE, appointment_at=tomorrow).skip is SkipReason.TOO_LATE
    at_once = AtField(field="appointment_at", days=-3, clock=time(17), if_late=IfLate.SEND_AT_ONCE)
    plan = message(at_once, appointment_at=tomorrow)
    assert (plan.skip, plan.opens_at) == (None, NOON)
    assert message(at_once, appointment_at="2026-11-23T11:59").skip is SkipReason.EXPIRED


def test_what_has_just_passed_is_not_late() -> None:
    target = datetime(2026, 11, 28, 17, tzinfo=NEW_YORK)
    visit = "2026-12-01T09:00:00-05:00"
    for late, skip in ((timedelta(), None), (GRACE, None), (GRACE * 2, SkipReason.TOO_LATE)):
        assert message(BEFORE, now=target + late, appointment_at=visit).skip is skip
    # A chunk that is planned long after the fire began plans as the others did.
    content = content_of(BEFORE)
    plan = planned(
        content, content.campaign.steps[0], target + 4 * GRACE, fired_at=target, appointment_at=visit
    )
    assert isinstance(plan, PlannedMessage)
    assert (plan.skip, plan.opens_at) == (None, target + 4 * GRACE)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-40"])
def test_a_row_that_says_no_time_is_a_failure_of_that_step(text: str) -> None:
    content = content_of(TWO_HOURS_BEFORE)
    plan = planned(content, content.campaign.steps[0], appointment_at=text)
    assert isinstance(plan, PlannedFailure)
    assert (plan.failed_at, plan.field, plan.value) == (FailureStep.TIMING, "appointment_at", text)


def test_delays_add_up_and_each_waits_for_its_opening() -> None:
    content = content_of(BEFORE, FOUR_HOURS, FOUR_HOURS, window=OFFICE)
    visit = "2026-12-01T09:00:00-05:00"
    plans = [planned(content, step, appointment_at=visit) for step in content.campaign.steps]
    opens = [plan.opens_at for plan in plans if isinstance(plan, PlannedMessage)]
    assert opens == [
        datetime(2026, 11, 28, 17, tzinfo=NEW_YORK),
        datetime(2026, 11, 29, 9, tzinfo=NEW_YORK),  # 21:00 is closed
        datetime(2026, 11, 29, 13, tzinfo=NEW_YORK),
    ]


def test_what_follows_a_step_that_came_too_late_goes_out_if_its_own_time_is_to_come() -> None:
    content = content_of(BEFORE, FOUR_HOURS, window=ALWAYS)
    fired_at = datetime(2026, 11, 28, 18, tzinfo=NEW_YORK)
    visit = "2026-12-01T09:00:00-05:00"
    first, second = (
        planned(content, step, fired_at, fired_at=fired_at, appointment_at=visit)
        for step in content.campaign.steps
    )
    assert isinstance(first, PlannedMessage)
    assert isinstance(second, PlannedMessage)
    assert first.skip is SkipReason.TOO_LATE
    assert (second.skip, second.opens_at) == (None, datetime(2026, 11, 28, 21, tzinfo=NEW_YORK))


def test_a_message_knows_by_what_the_earlier_ones_are_found() -> None:
    content = content_of(BEFORE, FOUR_HOURS, FOUR_HOURS)
    recipient = Recipient(key="r", values=VALUES)
    first, second, third = (Planner(content, step, NOON).plan(recipient) for step in content.campaign.steps)
    assert isinstance(first, PlannedMessage)
    assert isinstance(second, PlannedMessage)
    assert isinstance(third, PlannedMessage)
    assert (first.before, [one.step_id for one in third.before]) == ((), ["s0", "s1"])
    assert [one.dedupe for one in third.before] == [first.dedupe, second.dedupe]


def test_a_step_that_has_no_message_for_somebody_is_not_looked_for() -> None:
    content = content_of(BEFORE, FOUR_HOURS)
    mail = a_step(id="mail", channel="email", template_id="reminder", address_field="email", when=BEFORE)
    both = (mail, content.campaign.steps[1])
    content = a_content(content_hash="h", campaign=a_campaign(steps=both), field_types=content.field_types)
    plan = planned(content, both[1])
    assert isinstance(plan, PlannedMessage)
    assert [one.dedupe for one in plan.before] == [None]
