"""Filters change texts as told, and cannot blow them up."""

import pytest

from shared.domain.templates.filters import apply_filters, check_filters
from shared.domain.templates.message_filter import FilterKind, MessageFilter
from shared.domain.templates.rendering import RenderFailed

CUT = MessageFilter(kind=FilterKind.CUT_FROM, text="Bill amt:")
STRIP = MessageFilter(kind=FilterKind.STRIP)


def replace(text: str, replacement: str) -> MessageFilter:
    return MessageFilter(kind=FilterKind.REPLACE, text=text, replacement=replacement)


@pytest.mark.parametrize(
    ("text", "filters", "expected"),
    [
        ("Visit on Monday. Bill amt: 12. Bill amt: 13", (CUT,), "Visit on Monday. "),
        ("Visit on Monday. Bill amt: 12", (CUT, STRIP), "Visit on Monday."),
        ("bill amt: 12", (CUT,), "bill amt: 12"),
        ("Dr. A, Dr. B", (replace("Dr.", "Doctor"),), "Doctor A, Doctor B"),
        ("  a \t b\n  c  ", (STRIP,), "a b\n c"),
        ("abc", (replace("a", "b"), replace("b", "c")), "ccc"),
        ("abc", (MessageFilter(kind=FilterKind.CUT_FROM), replace("", "x")), "abc"),
        ("Bill amt: 12", (CUT,), ""),
        ("abc", (), "abc"),
    ],
)
def test_filters_apply_in_order(text: str, filters: tuple[MessageFilter, ...], expected: str) -> None:
    assert apply_filters(text, filters) == expected


def test_a_text_cannot_grow_without_end() -> None:
    with pytest.raises(RenderFailed):
        apply_filters("aaaaaaaaaa", tuple(replace("a", "a" * 50) for _ in range(20)))


def test_filters_that_look_for_nothing_are_refused_at_save() -> None:
    assert check_filters((CUT, STRIP, replace("a", ""))) == ()
    problems = check_filters((CUT, replace("", "x")) + (STRIP,) * 20)
    assert [problem.field for problem in problems] == ["filters[1].text", "filters"]
