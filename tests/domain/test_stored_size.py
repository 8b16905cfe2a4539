"""Items are cut in order, in parts within both limits; the same items always give the same parts."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from shared.domain.stored_size import COMMIT_BYTES, cut, stored_bytes
from tests.kit.builders import a_message

SIZES = st.lists(st.integers(0, 50), max_size=40)


@given(SIZES, st.integers(1, 10), st.integers(0, 100))
def test_every_item_is_in_one_part_in_order_and_within_both_limits(
    sizes: list[int], most: int, most_bytes: int
) -> None:
    parts = list(cut(sizes, int, most=most, most_bytes=most_bytes))
    assert [size for part in parts for size in part] == sizes
    assert all(0 < len(part) <= most for part in parts)
    assert all(sum(part) <= most_bytes or len(part) == 1 for part in parts)
    assert list(cut(sizes, int, most=most, most_bytes=most_bytes)) == parts


@given(SIZES, st.integers(1, 10), st.integers(0, 100))
def test_no_part_is_smaller_than_it_must_be(sizes: list[int], most: int, most_bytes: int) -> None:
    parts = list(cut(sizes, int, most=most, most_bytes=most_bytes))
    for part, following in pairwise(parts):
        assert len(part) == most or sum(part) + following[0] > most_bytes


def test_a_limit_is_reached_and_not_passed() -> None:
    assert list(cut([3, 3, 3, 4], int, most=9, most_bytes=9)) == [[3, 3, 3], [4]]
    assert list(cut([10, 1], int, most=9, most_bytes=9)) == [[10], [1]]


def test_a_hundred_ordinary_messages_fit_one_commit() -> None:
    longest = a_message(body="ü" * 1600, subject="x" * 200)
    assert 100 * stored_bytes(longest) < COMMIT_BYTES / 2


def test_a_text_counts_by_its_bytes() -> None:
    short, long = (stored_bytes(a_message(body=body)) for body in ("", "я" * 500))
    assert long == short + 1000


class _Record(Struct, frozen=True):
    name: str
    count: int
    gone: str | None = None
    parts: tuple[str, ...] = ()


def test_the_size_is_that_of_names_values_and_what_surrounds_them() -> None:
    """1,024 for the write; 12 and its name for each field in the mask; 24 and its name for each value."""
    mask = (12 + 4) + (12 + 5) + (12 + 4) + (12 + 5)
    values = (24 + 4 + 3) + (24 + 5 + 16) + (24 + 5 + 12 + 2)
    assert stored_bytes(_Record(name="Ana", count=5, parts=("\u00e9",))) == 1_024 + mask + values
