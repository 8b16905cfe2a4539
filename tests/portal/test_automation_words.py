"""Triggers, steps and waits of automations as the portal says them."""

from datetime import time

import pytest

from functions.portal.automation_events import entry_words, event_words, trigger_words
from functions.portal.automation_words import duration, wait_words
from shared.domain.automations.steps import Wait, WaitFor, WaitUntilDate, WaitUntilEvent, WaitUntilTime
from shared.domain.automations.trigger import HEARD, DateReached, Happened
from shared.domain.contacts.criterion_words import Names
from shared.domain.events.event import EventType

NAMES = Names(lists={"l1": "Regulars"}, fields={"born": "Birthday"})
LEFT = Happened(event=EventType.LIST_LEFT, what="l1")


@pytest.mark.parametrize("event", HEARD)
def test_every_event_has_words_with_what_it_is_about_and_without(event: EventType) -> None:
    about, any_of_it = event_words(Happened(event=event, what="x"), NAMES), Happened(event=event)
    assert "x" in about
    assert event_words(any_of_it, NAMES) not in ("", about)
    assert entry_words(f"{event} x", NAMES) == about


def test_what_let_somebody_in_is_said_by_the_names_of_lists_and_fields() -> None:
    assert event_words(LEFT, NAMES) == "they leave the list “Regulars”"
    assert entry_words("date born", NAMES) == "the date in Birthday"
    assert entry_words("by hand", NAMES) == "by hand"
    before = DateReached(field="born", days=-1, clock=time(8, 30))
    assert trigger_words(before, NAMES) == "1 day before Birthday, at 08:30"


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (WaitFor(seconds=5_400), "90 minutes"),
        (WaitUntilTime(clock=time(9), weekdays=(1, 5)), "until 09:00 on Mon, Fri"),
        (WaitUntilDate(field="born"), "until the day of Birthday"),
        (WaitUntilDate(field="born", days=2, clock=time(7)), "until 2 days after Birthday at 07:00"),
        (
            WaitUntilEvent(event=LEFT, limit_seconds=86_400),
            "until they leave the list “Regulars”, 1 day at most",
        ),
    ],
)
def test_a_wait_is_said_with_its_time(wait: Wait, said: str) -> None:
    assert wait_words(wait, NAMES) == said


def test_a_duration_has_the_largest_whole_unit() -> None:
    assert [duration(one) for one in (1, 61, 7_200, 172_800)] == [
        "1 second",
        "61 seconds",
        "2 hours",
        "2 days",
    ]
