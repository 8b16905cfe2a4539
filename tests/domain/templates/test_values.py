"""A field is what its column says: true or false, a number, a date; and it is written as the row has it."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.files.source import FieldType
from shared.domain.templates.rendering import KindUnfit, RenderFailed, compile_text, render, render_values

TYPES = {
    "may_text": FieldType.BOOLEAN,
    "visits": FieldType.NUMBER,
    "balance": FieldType.NUMBER,
    "day": FieldType.DATE,
    "at": FieldType.DATETIME,
    "hour": FieldType.TIME,
    "code": FieldType.TEXT,
}
ROW = {
    "may_text": "false",
    "visits": "1",
    "balance": "19.90",
    "day": "2026-11-30",
    "at": "2026-12-24T14:30:00-05:00",
    "hour": "09:05:00",
    "code": "007",
}


def text_of(template: str, **changes: str) -> str:
    return render(compile_text(template), render_values({**ROW, **changes}, TYPES))


def is_true(condition: str, **changes: str) -> bool:
    return text_of("{% if " + condition + " %}yes{% else %}no{% endif %}", **changes) == "yes"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("may_text", False),
        ("may_text == true", False),
        ("may_text == false", True),
        ("visits == 1", True),
        ("visits != 1", False),
        ("visits == 1.0", True),
        ("visits == '1'", True),
        ("visits == 'one'", False),
        ("visits > 0", True),
        ("visits >= 2", False),
        ("2 > visits", True),
        ("balance > 0", True),
        ("balance == 19.9", True),
        ("19.9 >= balance", True),
        ("balance > 19.9", False),
        ("balance < 19.91", True),
        ("balance > visits", True),
        ("balance == code", False),
        ("code == '007'", True),
        ("day == '2026-11-30'", True),
        ("day > '2026-11-29'", True),
        ("day < '2026-02-01'", False),
        ("'2026-12-01' > day", True),
        ("at > day", True),
        ("at == '2026-12-24'", True),
        ("at <= '2026-12-24'", True),
        ("at < '2026-12-24 14:31'", True),
        ("at == '2026-12-24 14:30'", True),
        ("at == '2026-12-24T19:30:00Z'", True),
        ("at != '2026-12-25'", True),
        ("hour < '10:00'", True),
        ("hour == '09:05'", True),
        ("may_text == true or visits == 1 and balance > 5", True),
    ],
)
def test_fields_compare_as_what_they_are(condition: str, expected: bool) -> None:
    assert is_true(condition) is expected


@pytest.mark.parametrize(
    ("visits", "expected"), [("1", "first"), ("2", "second"), ("2.0", "second"), ("3", "later")]
)
def test_a_case_finds_the_number(visits: str, expected: str) -> None:
    template = "{% case visits %}{% when 1 %}first{% when 2 %}second{% else %}later{% endcase %}"
    assert text_of(template, visits=visits) == expected


def test_they_are_written_as_the_row_has_them() -> None:
    template = "{{ may_text }} {{ visits }} {{ balance }} {{ day }} {{ at }} {{ hour }} {{ code }}"
    expected = "false 1 19.90 2026-11-30 2026-12-24 14:30 09:05 007"
    assert text_of(template) == expected
    assert text_of(template + "{% if visits %}{% endif %}") == expected  # by Liquid itself
    assert text_of("{{ balance | append: '!' }} {{ balance | size }} {{ day | size }}") == "19.90! 5 10"
    assert text_of("{{ may_text | upcase }}") == "FALSE"
    assert text_of("{{ at | default: 'soon' | date: '%d' }}") == "24"


@given(
    whole=st.integers(0, 10**12), decimals=st.text(alphabet="0123456789", max_size=8), more=st.integers(-5, 5)
)
def test_numbers_are_exact(whole: int, decimals: str, more: int) -> None:
    text = f"{whole}.{decimals}" if decimals else str(whole)
    assert text_of("{{ balance }}", balance=text) == text
    assert is_true(f"balance >= {whole}", balance=text)
    assert is_true(f"balance < {whole + 1}", balance=text)
    assert text_of(f"{{{{ balance | plus: {more} | minus: {more} }}}}", balance=text) == text


@pytest.mark.parametrize("text", ["1e999999999", "1e5", "inf", "nan", "1" * 31, "0x10", "1_000", "٣"])
def test_what_is_no_plain_number_stays_a_text(text: str) -> None:
    assert text_of("{{ balance }}", balance=text) == text
    with pytest.raises(RenderFailed, match="is no number"):
        text_of("{{ balance | plus: 1 }}", balance=text)


@pytest.mark.parametrize(
    ("condition", "part"),
    [
        ("day > '12/01/2026'", "is no date such as 2026-11-30"),
        ("hour > '9:00'", "is no time such as 14:30"),
        ("day > hour", "a time is compared with a date"),
        ("day > 5", "not supported"),
        ("code > 5", "not supported"),
        ("visits contains 1", "not supported"),
    ],
)
def test_what_cannot_be_compared_fails_the_row_with_the_reason(condition: str, part: str) -> None:
    with pytest.raises(KindUnfit, match=part):
        is_true(condition)


def test_moments_compare_by_the_clock_of_the_world_and_walls_by_the_wall() -> None:
    values = render_values(
        {"a": "2026-12-24T14:30:00-05:00", "b": "2026-12-24T20:00:00+01:00", "wall": "2026-12-24T14:30:00"},
        dict.fromkeys(("a", "b", "wall"), FieldType.DATETIME),
    )
    template = "{% if a > b %}later{% endif %} {% if a == wall %}same{% endif %}"
    assert render(compile_text(template), values) == "later same"
    assert values["wall"] == datetime(2026, 12, 24, 14, 30)  # noqa: DTZ001  # wall time
