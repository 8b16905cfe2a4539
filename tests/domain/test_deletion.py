"""The record of a deletion over its runs."""

from datetime import timedelta

from shared.domain.deletion import Deletion, DeletionState, ended, started, with_removed
from tests.kit.builders import NOON

LATER = NOON + timedelta(hours=1)
FIRST = Deletion(id="x", asked_by="key", started_at=NOON)


def test_it_begins() -> None:
    assert started(None, "x", "key", NOON) == FIRST
    assert (FIRST.state, FIRST.runs) == (DeletionState.RUNNING, 1)


def test_what_was_removed_is_added_up() -> None:
    once = with_removed(FIRST, {"messages": 2, "replies": 1})
    assert with_removed(once, {"messages": 3}).removed == {"messages": 5, "replies": 1}


def test_it_is_done_when_nothing_is_left() -> None:
    done = ended(FIRST, {"messages": 0}, LATER)
    assert (done.state, done.ended_at, done.left) == (DeletionState.DONE, LATER, {})


def test_what_is_left_is_named_and_asked_again_it_goes_on() -> None:
    left = ended(with_removed(FIRST, {"messages": 2}), {"messages": 1, "replies": 0}, LATER)
    assert (left.state, left.ended_at, left.left) == (DeletionState.RUNNING, LATER, {"messages": 1})
    again = started(left, "x", "another", LATER)
    assert again == Deletion(id="x", asked_by="key", started_at=NOON, runs=2, removed={"messages": 2})
    done = started(ended(FIRST, {}, LATER), "x", "key", LATER)
    assert (done.state, done.ended_at, done.runs) == (DeletionState.RUNNING, None, 2)
