"""Messages that are due at times of their own start one after the other, at their sender's pace."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.senders.own_starts import MOST_HELD, Piece, pieces_of, reserve_pieces
from shared.domain.senders.sender_timeline import SenderTimeline
from tests.kit.builders import NOON

EMPTY = SenderTimeline(id="t")
# Minutes after noon at which something is due, and for how many messages.
CHUNKS = st.lists(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 300)), min_size=1, max_size=6), max_size=8
)


@given(chunks=CHUNKS, rate=st.sampled_from([0.1, 1.0, 3.0, 40.0]))
def test_no_two_share_a_moment_and_none_starts_before_it_is_due(
    chunks: list[list[tuple[int, int]]], rate: float
) -> None:
    timeline, taken = EMPTY, []
    for number, chunk in enumerate(chunks):
        pieces = [
            piece
            for minute, count in chunk
            for piece in pieces_of(NOON + timedelta(minutes=minute), count, 0, None, rate)
        ]
        timeline, starts = reserve_pieces(timeline, f"c{number}", "f1", pieces, NOON)
        for piece, start in zip(pieces, starts, strict=True):
            assert start >= piece.earliest
            taken.append((start, start + timedelta(seconds=piece.seconds)))
    taken.sort()
    for (_, end), (start, _) in pairwise(taken):
        assert start >= end


def test_who_comes_to_be_due_one_after_the_other_is_not_planned_before_that() -> None:
    pieces = pieces_of(NOON, 150, first=300, pace=1.0, rate=10.0)
    assert [(piece.earliest - NOON).total_seconds() for piece in pieces] == [300, 400]
    assert [piece.seconds for piece in pieces] == [10, 5]


def test_a_chunk_that_is_planned_again_gets_what_it_had() -> None:
    piece = Piece(earliest=NOON, seconds=10)
    timeline, first = reserve_pieces(EMPTY, "c0", "f1", [piece], NOON)
    timeline, other = reserve_pieces(timeline, "c1", "f2", [piece], NOON)
    assert (first, other) == ([NOON], [NOON + timedelta(seconds=10)])
    assert reserve_pieces(timeline, "c0", "f1", [piece], NOON) == (timeline, first)


def test_stretches_that_touch_are_one_and_there_is_a_bound() -> None:
    pieces = [Piece(earliest=NOON, seconds=1)] * 100
    timeline, _ = reserve_pieces(EMPTY, "c0", "f1", pieces, NOON)
    assert len(timeline.reservations) == 1
    apart = [Piece(earliest=NOON + timedelta(minutes=number), seconds=1) for number in range(MOST_HELD + 50)]
    timeline, starts = reserve_pieces(EMPTY, "c0", "f1", apart, NOON)
    assert len(timeline.reservations) == MOST_HELD
    assert starts == [piece.earliest for piece in apart]
