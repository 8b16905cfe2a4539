"""Which appointments a file withdraws, and which word of several files holds."""

from datetime import timedelta

import pytest

from shared.domain.files.appointments import Visit, appointment_key, visit_of
from shared.domain.files.withdrawal import (
    PER_RECORD,
    Withdrawal,
    Withdrawals,
    Withdrawn,
    holds_for,
    records_of,
)
from tests.kit.builders import NOON

AT_TEN, AT_TWO = "2026-11-30T10:00:00-05:00", "2026-11-30T14:00:00-05:00"
VISIT = Visit(key="a", series_key="s", at=AT_TEN)


@pytest.mark.parametrize(
    ("withdrawal", "holds"),
    [
        (Withdrawal(key="a"), True),
        (Withdrawal(key="s"), True),
        (Withdrawal(key="b"), False),
        (Withdrawal(key="a", still_at=AT_TWO), True),  # it was moved to two
        (Withdrawal(key="a", still_at=AT_TEN), False),  # it is where it was moved to
        (Withdrawal(key="a", still_at="2026-11-30T15:00:00Z"), False),  # the same moment
        (Withdrawal(key="a", still_at="2026-11-30T10:00:00Z"), True),
        (Withdrawal(key="a", still_at="no time"), True),
    ],
)
def test_a_cancellation_concerns_the_visit_and_a_move_every_other_time_of_it(
    withdrawal: Withdrawal, holds: bool
) -> None:
    assert holds_for(withdrawal, VISIT) is holds


def test_a_visit_without_a_time_is_withdrawn_by_a_cancellation_alone() -> None:
    assert holds_for(Withdrawal(key="a"), Visit(key="a"))
    assert not holds_for(Withdrawal(key="a", still_at=AT_TWO), Visit(key="a"))


def test_times_that_cannot_be_read_are_compared_as_texts() -> None:
    assert not holds_for(Withdrawal(key="a", still_at="noon"), Visit(key="a", at="noon"))
    assert holds_for(Withdrawal(key="a", still_at="noon"), Visit(key="a", at="one"))


def record(file_id: str, days: int, *withdrawals: Withdrawal) -> Withdrawals:
    (made,) = records_of("appointments", file_id, NOON + timedelta(days=days), withdrawals)
    return made


def test_of_two_files_the_newer_ones_word_holds_in_whatever_order_they_are_read() -> None:
    old, new = record("old", 0, Withdrawal(key="a")), record("new", 1, Withdrawal(key="a", still_at=AT_TEN))
    assert Withdrawn([old, new]).of(VISIT) is None
    assert Withdrawn([new, old]).of(VISIT) is None
    assert Withdrawn([old]).of(VISIT) == (Withdrawal(key="a"), "old")


def test_a_series_is_withdrawn_with_all_its_visits() -> None:
    withdrawn = Withdrawn([record("f", 0, Withdrawal(key="s"))])
    assert withdrawn.of(VISIT) == (Withdrawal(key="s"), "f")
    assert withdrawn.of(Visit(key="b", at=AT_TEN)) is None


def test_a_visit_that_was_moved_there_may_still_be_of_a_canceled_series() -> None:
    both = record("f", 0, Withdrawal(key="a", still_at=AT_TEN), Withdrawal(key="s"))
    assert Withdrawn([both]).of(VISIT) == (Withdrawal(key="s"), "f")


def test_many_are_kept_in_several_records_and_storing_again_changes_nothing() -> None:
    many = [Withdrawal(key=str(number)) for number in range(PER_RECORD + 1)]
    records = list(records_of("appointments", "f", NOON, many))
    assert [(one.source_id, one.file_id, one.file_at) for one in records] == [("appointments", "f", NOON)] * 2
    assert len({one.id for one in records}) == 2
    assert records == list(records_of("appointments", "f", NOON, many))
    withdrawn = Withdrawn(records)
    assert all(withdrawn.of(Visit(key=one.key)) == (one, "f") for one in many)


def test_an_appointment_is_found_by_its_id_and_that_of_its_series() -> None:
    values = {"appointment_id": "7", "series_id": "70", "useful_until": AT_TEN, "name": "Ana"}
    assert visit_of("appointments", values) == Visit(
        key=appointment_key("appointments", "7"),
        series_key=appointment_key("appointments", "70"),
        at=AT_TEN,
    )
    timeless = [visit_of("appointments", {"appointment_id": "7", "room": room}) for room in ("4", "5", "4")]
    assert timeless[0] == timeless[2] != timeless[1]
    assert visit_of("appointments", {"series_id": "70"}) is None
    assert appointment_key("north", "7") != appointment_key("south", "7")
