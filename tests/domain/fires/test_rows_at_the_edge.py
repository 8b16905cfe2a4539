"""Rows that are nearly right: each is that row's failure, or is taken as its sender meant it."""

from datetime import UTC, datetime

import pytest

from shared.domain.campaigns.window import ContactWindow
from shared.domain.fires.planning import PlannedFailure, PlannedMessage
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.skip_reason import SkipReason
from tests.domain.fires.test_planning import plan
from tests.kit.builders import ALWAYS, NOON, a_template

BY_STATE = {"window": ContactWindow(opens=ALWAYS.opens, closes=ALWAYS.closes, time_zone_field="zone")}
BY_TIME = {"expires_field": "appointment_at"}


@pytest.mark.parametrize(
    "zone", ["NY, Nowhere/Land", "Nowhere/Land, NY", "America/New_York,,CA", "NY, ZZ, CA", "Mars"]
)
def test_one_unreadable_zone_among_several_fails_the_row(zone: str) -> None:
    failure = plan(BY_STATE, zone=zone)
    assert isinstance(failure, PlannedFailure)
    assert (failure.failed_at, failure.field, failure.value) == (FailureStep.TIME_ZONE, "zone", zone)


def test_several_zones_are_all_kept_each_once() -> None:
    planned = plan(BY_STATE, zone="America/New_York, America/Los_Angeles, NY")
    assert isinstance(planned, PlannedMessage)
    assert planned.where.zones == ("America/New_York", "America/Los_Angeles")


@pytest.mark.parametrize(
    "broken", ["Dr Vega\nBcc: all@example.com", "Dr\rVega", "Dr\u2028Vega", "Dr\x00Vega"]
)
def test_a_subject_with_a_line_break_fails_the_row(broken: str) -> None:
    content = {"templates": {"reminder": a_template(subject="Your visit to {{ doctor }}", body="Hello")}}
    failure = plan(content=content, doctor=broken)
    assert isinstance(failure, PlannedFailure)
    assert failure.failed_at is FailureStep.RENDER
    assert "line break" in failure.reason


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        ("America/New_York", "2026-12-24T14:30:00", datetime(2026, 12, 24, 19, 30, tzinfo=UTC)),
        ("America/Los_Angeles", "2026-12-24T14:30:00", datetime(2026, 12, 24, 22, 30, tzinfo=UTC)),
        ("America/New_York", "2026-07-24T14:30:00", datetime(2026, 7, 24, 18, 30, tzinfo=UTC)),
        ("America/Los_Angeles", "2026-12-24T14:30:00-05:00", datetime(2026, 12, 24, 19, 30, tzinfo=UTC)),
        ("Asia/Tokyo", "2026-12-24T14:30:00Z", datetime(2026, 12, 24, 14, 30, tzinfo=UTC)),
        ("America/New_York", "2026-12-24", datetime(2026, 12, 25, 4, 59, 59, tzinfo=UTC)),
    ],
)
def test_an_expiry_without_an_offset_is_the_rows_own_time(zone: str, text: str, expected: datetime) -> None:
    planned = plan(
        {**BY_STATE, **BY_TIME}, zone=zone, appointment_at=text, now=datetime(2026, 6, 1, tzinfo=UTC)
    )
    assert isinstance(planned, PlannedMessage)
    assert planned.not_after == expected


@pytest.mark.parametrize("text", ["", "soon", "14:30", "2026-13-01", "2026-12-24T25:00:00"])
def test_an_expiry_that_is_no_time_fails_the_row(text: str) -> None:
    failure = plan(BY_TIME, appointment_at=text)
    assert isinstance(failure, PlannedFailure)
    assert failure.failed_at is FailureStep.EXPIRY


def test_what_ends_this_very_moment_is_over() -> None:
    planned = plan(BY_TIME, appointment_at=NOON.isoformat())
    assert isinstance(planned, PlannedMessage)
    assert planned.skip is SkipReason.EXPIRED
