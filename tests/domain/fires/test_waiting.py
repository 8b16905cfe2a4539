"""Until when a message waits, and what for."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.step import AfterDelay, AtField, DelayMeasure, OnlyIf
from shared.domain.campaigns.window import ContactWindow
from shared.domain.fires.waiting import wait_of
from shared.domain.messages.message import Message, MessageState
from shared.domain.record import replace
from tests.domain.campaigns.test_freezing import a_content
from tests.kit.builders import a_campaign, a_message, a_step

MONDAY = datetime(2026, 11, 23, 17, tzinfo=UTC)  # noon in New York
NEW_YORK = ("America/New_York",)
HOURS = "The contact window is from 09:00 to 20:00"
DAYTIME = ContactWindow(opens=time(9), closes=time(20))


def told(
    message: Message, holds: tuple[str, ...] = (), now: datetime = MONDAY, **campaign: Any
) -> tuple[Any, ...]:
    content = a_content(campaign=a_campaign(**{"window": DAYTIME} | campaign))
    wait = wait_of(message, content, list(holds), now)
    assert wait is not None
    return wait.kind, wait.until, wait.words


def waiting(until: datetime, **changes: Any) -> Message:
    return a_message(**{"planned_for": until, "time_zones": NEW_YORK, "step_id": "sms"} | changes)


def test_what_does_not_wait_waits_for_nothing() -> None:
    sent = a_message(state=MessageState.SENT, time_zones=NEW_YORK)
    assert wait_of(sent, a_content(campaign=a_campaign()), [], MONDAY) is None


def test_what_is_paused_comes_first_and_nobody_knows_until_when() -> None:
    message = waiting(MONDAY + timedelta(hours=1))
    assert told(message, ("The campaign is paused.",)) == ("held", None, "The campaign is paused.")


@pytest.mark.parametrize(
    ("until", "window", "places", "expected"),
    [
        (
            datetime(2026, 11, 24, 14, tzinfo=UTC),
            DAYTIME,
            (),
            (
                "outside_window",
                "The contact window is from 09:00 to 20:00 in America/New_York.",
            ),
        ),
        (
            datetime(2026, 11, 27, 5, tzinfo=UTC),
            ContactWindow(opens=time(0), closes=time(0), holiday_country="US"),
            (),
            ("holiday", "It is a holiday: Thanksgiving Day."),
        ),
        (
            datetime(2026, 11, 30, 5, tzinfo=UTC),
            ContactWindow(days=(1, 2, 3, 4, 5), opens=time(0), closes=time(0)),
            (),
            ("closed_day", "Sunday is no contact day."),
        ),
        (
            datetime(2026, 11, 25, 5, tzinfo=UTC),
            ContactWindow(opens=time(0), closes=time(0), closed_days=(date(2026, 11, 24),)),
            (),
            ("closed_day", "2026-11-24 is one of the closed days."),
        ),
        (
            datetime(2026, 11, 24, 13, tzinfo=UTC),
            ContactWindow(opens=time(0), closes=time(0), keeps_quiet_hours=True),
            ("US-FL",),
            ("quiet_hours", None),
        ),
    ],
)
def test_what_kept_the_window_closed_until_then_is_named(
    until: datetime, window: ContactWindow, places: tuple[str, ...], expected: tuple[str, str | None]
) -> None:
    kind, shown, words = told(waiting(until, places=places), window=window)
    assert (kind, shown) == (expected[0], until)
    assert words == expected[1] or (expected[1] is None and words.startswith("The law of ")), words


def test_a_holiday_is_named_and_not_the_night_after_it() -> None:
    thanksgiving = datetime(2026, 11, 26, 17, tzinfo=UTC)
    until = datetime(2026, 11, 27, 14, tzinfo=UTC)
    shown = told(waiting(until), window=replace(DAYTIME, holiday_country="US"), now=thanksgiving)
    assert shown == ("holiday", until, "It is a holiday: Thanksgiving Day.")


def test_a_step_that_is_not_due_says_its_condition() -> None:
    step = a_step(when=AtField(field="appointment_at", days=-3), only_if=OnlyIf.NOT_ANSWERED)
    until = MONDAY + timedelta(hours=3)
    assert told(waiting(until), steps=(step,)) == (
        "not_due",
        until,
        "Its step is not due yet. It goes out if the person has not answered by then.",
    )


def test_a_step_for_the_hour_at_which_the_window_opens_waits_for_that_hour() -> None:
    step = a_step(when=AtField(field="appointment_at", days=-3, clock=time(9)))
    nine = datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert told(waiting(nine), steps=(step,)) == ("not_due", nine, "Its step is not due yet.")
    early = a_step(when=AtField(field="appointment_at", days=-3, clock=time(7)))
    assert told(waiting(nine), steps=(early,))[0] == "outside_window"


def test_a_sender_that_is_busy_says_so_and_a_cap_too() -> None:
    until = MONDAY + timedelta(minutes=10)
    assert told(waiting(until))[0] == "pace"
    assert told(waiting(until, is_over_cap=True))[0] == "cap"


def test_of_one_whose_time_has_come() -> None:
    night = datetime(2026, 11, 24, 3, tzinfo=UTC)
    due = waiting(MONDAY)
    assert told(due) == ("due", MONDAY, "It is due, and goes out within minutes.")
    assert told(due, now=night)[:2] == ("outside_window", datetime(2026, 11, 24, 14, tzinfo=UTC))
    delay = AfterDelay(seconds=60, counted_from=DelayMeasure.RECIPIENT)
    steps = (a_step(id="first"), a_step(when=delay))
    assert told(due, steps=steps)[:2] == ("condition", None)
