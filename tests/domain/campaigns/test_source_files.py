"""Which files of a source a campaign fires, which it leaves out, and for which it waits."""

from datetime import timedelta

import pytest

from shared.domain.campaigns.audience import (
    DueAudience,
    FilePart,
    FoundAudience,
    LeftOut,
    RowsPiece,
    left_out_words,
)
from shared.domain.campaigns.source_files import (
    NOT_NEWEST,
    OLDER,
    due_files,
    files_since,
    found,
    newest_file,
)
from shared.domain.files.file import File, FileHold, FileState
from shared.domain.files.firing import has_nobody, why_not_fired, why_not_read
from shared.domain.record import replace
from tests.kit.builders import NOON, a_campaign

DAY = timedelta(days=1)
KEPT = 30.0  # days


def a_file(name: str, days: float = 0, **changes: object) -> File:
    """A loaded file of three rows, announced and loaded so many days before noon."""
    at = NOON - days * DAY
    file = File(
        id=name,
        source_id="appointments",
        name=f"{name}.csv",
        object_name=name,
        created_at=at,
        loaded_at=at,
        state=FileState.LOADED,
        row_count=3,
        chunk_count=1,
    )
    return replace(file, **changes)  # type: ignore[arg-type]


def why_not(file: File) -> str | None:
    return why_not_fired(file, NOON, KEPT)


def due(
    *recent: File, older: tuple[File, ...] = (), fired: tuple[str, ...] = (), last_days: float = -1
) -> DueAudience:
    """`last_days`: how many days ago the campaign last fired, if it has."""
    last = None if last_days < 0 else NOON - last_days * DAY
    return due_files(recent, older, fired, last, why_not)


REFUSED = a_file("bad", state=FileState.REFUSED, refusal="it is empty", loaded_at=None)
HELD = a_file("held", hold=FileHold.HELD)
LOADING = a_file("slow", state=FileState.LOADING, loaded_at=None)


def test_a_campaigns_files_are_those_since_a_day_before_it_was_made() -> None:
    assert files_since(a_campaign(created_at=NOON)) == NOON - DAY


def test_every_file_is_fired_once_in_order_of_arrival() -> None:
    south, north = a_file("south", 1), a_file("north", 2)
    assert due(south, north).audience.file_ids == ("north", "south")
    assert due(south, north, fired=("north",)).audience.file_ids == ("south",)
    assert due(south, north, fired=("north", "south")) == DueAudience(audience=FoundAudience())


def test_of_files_that_came_at_once_the_order_is_always_the_same() -> None:
    assert due(a_file("b"), a_file("a")).audience.file_ids == ("a", "b")


def test_it_arrived_when_it_was_loaded() -> None:
    late = a_file("late", 2, loaded_at=NOON)
    assert due(late, a_file("early", 1)).audience.file_ids == ("early", "late")


def test_what_it_comes_to() -> None:
    parts = found([a_file("a", row_count=400, chunk_count=2), a_file("b", row_count=5)]).audience
    assert parts.parts == (
        FilePart(file_id="a", recipient_count=400, chunk_count=2),
        FilePart(file_id="b", recipient_count=5, chunk_count=1),
    )
    assert (parts.recipient_count, parts.chunk_count) == (405, 3)
    assert [parts.piece(number) for number in range(3)] == [
        RowsPiece(file_id="a", number=0),
        RowsPiece(file_id="a", number=1),
        RowsPiece(file_id="b", number=0),
    ]
    with pytest.raises(ValueError, match="no piece"):
        parts.piece(3)


def test_a_file_that_brings_nobody_is_not_fired_and_not_told_of() -> None:
    assert due(a_file("empty", row_count=0), a_file("wrong", hold=FileHold.REJECTED)) == DueAudience(
        audience=FoundAudience()
    )


def test_a_held_file_is_waited_for_where_there_is_no_other() -> None:
    outcome = due(HELD)
    assert outcome.audience.file_ids == ()
    assert outcome.waits_for is not None
    assert outcome.waits_for.startswith("The file 'held.csv' is held")
    assert [one.file_id for one in outcome.left_out] == ["held"]


def test_so_is_one_that_is_loading() -> None:
    outcome = due(LOADING)
    assert outcome.waits_for == "The file 'slow.csv' is loading; only a loaded file can be fired for."


def test_one_that_can_be_fired_goes_without_those() -> None:
    outcome = due(a_file("good"), HELD, LOADING)
    assert (outcome.audience.file_ids, outcome.waits_for) == (("good",), None)
    assert outcome.left_out == (
        LeftOut(file_id="held", name="held.csv", reason="it is held; look at it, then release or reject it"),
        LeftOut(file_id="slow", name="slow.csv", reason="it is still loading"),
    )


def test_a_refused_file_is_told_of_once() -> None:
    waiting = replace(REFUSED, id="not there", state=FileState.AWAITING_UPLOAD, refusal=None)
    assert [one.reason for one in due(REFUSED, waiting).left_out] == [
        "it was refused: it is empty",
        "it is not uploaded yet",
    ]
    assert due(REFUSED, waiting, last_days=0).left_out == ()
    assert len(due(REFUSED, waiting, last_days=1).left_out) == 2  # since then


def test_a_held_file_is_told_of_each_time() -> None:
    assert [one.file_id for one in due(HELD, last_days=0).left_out] == ["held"]


def test_the_first_fire_takes_the_newest_older_file_where_there_is_no_other() -> None:
    older = (a_file("old", 9), a_file("newer", 8))
    outcome = due(older=older)
    assert outcome.audience.file_ids == ("newer",)
    assert outcome.left_out == (LeftOut(file_id="old", name="old.csv", reason=OLDER),)


@pytest.mark.parametrize("coming", [a_file("new"), HELD, LOADING])
def test_and_none_of_them_where_there_is(coming: File) -> None:
    outcome = due(coming, older=(a_file("old", 9),))
    assert "old" not in outcome.audience.file_ids
    assert LeftOut(file_id="old", name="old.csv", reason=OLDER) in outcome.left_out


def test_a_campaign_that_has_fired_leaves_older_files_alone() -> None:
    assert due(older=(a_file("old", 9),), fired=("x",)) == DueAudience(audience=FoundAudience())


def test_older_files_that_cannot_be_fired_are_none() -> None:
    older = (a_file("gone", 40), a_file("empty", 9, row_count=0))
    assert due(older=older) == DueAudience(audience=FoundAudience())


def newest(*newest_first: File, recent: tuple[File, ...] = (), fired: tuple[str, ...] = ()) -> DueAudience:
    return newest_file(
        recent, newest_first, fired, None, why_not, lambda file: why_not_read(file, NOON, KEPT) is None
    )


def test_another_campaign_fires_the_newest_that_brings_somebody() -> None:
    good, older = a_file("good", 1), a_file("older", 2)
    outcome = newest(a_file("empty", row_count=0), good, older, recent=(good, older, REFUSED))
    assert outcome.audience.file_ids == ("good",)
    assert outcome.left_out == (
        LeftOut(file_id="bad", name="bad.csv", reason="it was refused: it is empty"),
        LeftOut(file_id="older", name="older.csv", reason=NOT_NEWEST),
    )


def test_what_was_fired_is_not_said_to_be_left_out() -> None:
    good, older = a_file("good", 1), a_file("older", 2)
    assert newest(good, older, recent=(good, older), fired=("older",)).left_out == ()


def test_the_newest_is_chosen_be_it_held_and_not_if_its_rows_are_gone() -> None:
    assert newest(HELD, a_file("old", 1)).audience.file_ids == ("held",)
    assert newest(a_file("gone", 40), a_file("old", 1)).audience.file_ids == ()
    assert newest().audience.file_ids == ()


def test_fifty_left_out_files_are_kept_and_five_named() -> None:
    many = [LeftOut(file_id=str(n), name=f"{n}.csv", reason="it was refused.") for n in range(60)]
    kept = found([], many).left_out
    assert kept == tuple(many[:50])
    assert left_out_words(kept).startswith("0.csv was left out: it was refused. 1.csv was left out:")
    assert left_out_words(kept).endswith("4.csv was left out: it was refused. And 45 more.")
    assert left_out_words(many[:5]).endswith("4.csv was left out: it was refused.")
    assert left_out_words(many[:6]).endswith("And 1 more.")
    assert left_out_words([]) == ""


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (a_file("a"), None),
        (REFUSED, "it was refused: it is empty"),
        (LOADING, "it is still loading"),
        (replace(LOADING, state=FileState.AWAITING_UPLOAD), "it is not uploaded yet"),
        # Rows are kept for 30 days; a fire that begins two days before may still need them.
        (a_file("a", 28), "its rows are deleted by now, as their time is over. Upload the file again"),
        (a_file("a", 27.9), None),
        (
            a_file("a", loaded_at=None),
            "its rows are deleted by now, as their time is over. Upload the file again",
        ),
    ],
)
def test_why_a_files_rows_cannot_be_read(file: File, reason: str | None) -> None:
    assert why_not_read(file, NOON, KEPT) == reason
    assert why_not_fired(file, NOON, KEPT) == reason


def test_a_held_or_rejected_file_can_be_read_and_not_fired() -> None:
    rejected = replace(HELD, hold=FileHold.REJECTED)
    assert why_not_read(HELD, NOON, KEPT) is why_not_read(rejected, NOON, KEPT) is None
    assert why_not(HELD) == "it is held; look at it, then release or reject it"
    assert why_not(rejected) == "it was rejected as wrong"
    assert why_not(replace(HELD, hold=FileHold.RELEASED)) is None


@pytest.mark.parametrize(
    ("file", "is_so"),
    [
        (a_file("a"), False),
        (a_file("a", row_count=0), True),
        (a_file("a", hold=FileHold.REJECTED), True),
        (HELD, False),
        (replace(LOADING, row_count=0), False),
    ],
)
def test_which_file_brings_nobody(file: File, is_so: bool) -> None:
    assert has_nobody(file) is is_so
