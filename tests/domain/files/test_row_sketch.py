"""Rows are seen again in another file, however large either is, in a few kilobytes."""

import random
from array import array

import pytest

from shared.domain.files.row_sketch import MOST, KnownRows, RowSketch, Sketching, row_hash


def sketch_of(numbers: list[int]) -> RowSketch:
    sketching = Sketching()
    for number in numbers:
        sketching.add(row_hash({"id": str(number)}))
    return sketching.sketch()


def share(numbers: list[int], *earlier: RowSketch) -> float:
    known = KnownRows({str(place): sketch for place, sketch in enumerate(earlier)})
    for number in numbers:
        known.look(row_hash({"id": str(number)}), number)
    return known.share


@pytest.mark.parametrize(
    ("before", "now", "expected", "near"),
    [
        (range(4), range(1, 5), 0.75, 0),
        (range(MOST), range(MOST // 2, MOST), 1.0, 0),
        (range(20_000), range(500), 1.0, 0),
        (range(20_000), range(10_000, 30_000), 0.5, 0.03),
        (range(30), range(20_000), 30 / 20_000, 0.0001),
        (range(20_000), range(20_000, 40_000), 0.0, 0),
    ],
)
def test_the_share_of_known_rows(before: range, now: range, expected: float, near: float) -> None:
    assert share(list(now), sketch_of(list(before))) == pytest.approx(expected, abs=near)


def test_known_rows_of_several_files_are_counted_once() -> None:
    assert share(list(range(10)), sketch_of(list(range(5))), sketch_of(list(range(3, 8)))) == 0.8


def test_the_same_rows_in_another_order() -> None:
    numbers = list(range(5_000))
    one = sketch_of(numbers)
    random.Random(5).shuffle(numbers)  # noqa: S311 - no secret
    other = sketch_of(numbers)
    assert (one.sum, one.count, one.hashes) == (other.sum, other.count, other.hashes)
    assert one.order != other.order


def test_a_sketch_is_bounded_and_keeps_the_smallest() -> None:
    sketch = sketch_of(list(range(50_000)))
    assert len(sketch.hashes) == 8 * MOST
    kept = list(array("Q", sketch.hashes))
    every = sorted(row_hash({"id": str(number)}) for number in range(50_000))
    assert (kept, sketch.limit) == (every[:MOST], every[MOST])
