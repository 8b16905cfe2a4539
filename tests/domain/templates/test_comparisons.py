"""What a template compares a column with, and which values can never be that."""

import pytest

from shared.domain.files.source import FieldType
from shared.domain.templates.rendering import compile_text
from shared.domain.templates.template_checks import comparison_faults
from shared.domain.templates.values import is_comparable

BOOLEAN, NUMBER, TEXT = FieldType.BOOLEAN, FieldType.NUMBER, FieldType.TEXT
DATE, DATETIME, TIME = FieldType.DATE, FieldType.DATETIME, FieldType.TIME


@pytest.mark.parametrize(
    ("kind", "literal", "is_so"),
    [
        (BOOLEAN, True, True),
        (BOOLEAN, "true", False),
        (BOOLEAN, 1, False),
        (NUMBER, 5, True),
        (NUMBER, 5.5, True),
        (NUMBER, "5.50", True),
        (NUMBER, "much", False),
        (NUMBER, True, False),
        (NUMBER, None, False),
        (TEXT, "5", True),
        (TEXT, 5, False),
        (TEXT, True, False),
        (TIME, "14:30", True),
        (TIME, "2 PM", False),
        (TIME, "2026-11-30", False),
        (DATE, "2026-11-30", True),
        (DATE, "2026-11-30 14:30", True),
        (DATE, "11/30/2026", False),
        (DATETIME, "2026-11-30", True),
        (DATETIME, "2026-11-30 14:30", True),
        (DATETIME, "14:30", False),
        (FieldType.PHONE, "+12125550187", True),
    ],
)
def test_what_a_value_of_a_column_can_equal(kind: FieldType, literal: object, is_so: bool) -> None:
    assert is_comparable(kind, literal) is is_so


TYPES = {"may": BOOLEAN, "n": NUMBER, "t": TEXT, "d": DATE, "at": DATETIME, "clock": TIME}


def faults(body: str) -> list[str]:
    return list(comparison_faults(compile_text(body, "en").liquid, TYPES))


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (
            "{% if may == 'yes' %}x{% endif %}",
            "'may' is true or false: write {% if may %}, or compare it with true or false, unquoted, not "
            "with 'yes'",
        ),
        (
            "{% if n > 'much' %}x{% endif %}",
            "'n' is a number: compare it with a number such as 5 or 12.50, not with 'much'",
        ),
        (
            "{% if 'much' < n %}x{% endif %}",
            "'n' is a number: compare it with a number such as 5 or 12.50, not with 'much'",
        ),
        (
            "{% if t == 5 %}x{% endif %}",
            "'t' is a text: compare it with a text in quotes, or give its column the type number, not with 5",
        ),
        (
            "{% if d == 'tomorrow' %}x{% endif %}",
            "'d' is a date: compare it with one such as '2026-11-30', not with 'tomorrow'",
        ),
        (
            "{% if at < '14:30' %}x{% endif %}",
            "'at' is a date and time: compare it with one such as '2026-11-30 14:30' or '2026-11-30', not "
            "with '14:30'",
        ),
        (
            "{% if clock < '2 PM' %}x{% endif %}",
            "'clock' is a time: compare it with one such as '14:30', not with '2 PM'",
        ),
        (
            "{% case n %}{% when 1 %}a{% when 'two' %}b{% endcase %}",
            "'n' is a number: compare it with a number such as 5 or 12.50, not with 'two'",
        ),
    ],
)
def test_a_comparison_that_is_always_wrong(body: str, fault: str) -> None:
    assert faults(body) == [fault]


@pytest.mark.parametrize(
    "body",
    [
        "{% if may %}x{% endif %}",
        "{% if may == true and n >= 5 or t == 'x' %}x{% endif %}",
        "{% if elsewhere == 5 %}x{% endif %}",
        "{% if n == t %}x{% endif %}",
        "{% assign t = 5 %}{% if t == 5 %}x{% endif %}",
        "{% case n %}{% when 1, 2 %}a{% endcase %}",
    ],
)
def test_others_are_left_alone(body: str) -> None:
    assert faults(body) == []
