"""Both sides of a condition are found among a file's rows, and shown as they stand."""

import pytest

from functions.portal.text_sides import has_sides, marked, row_of_each_way, way_of
from shared.domain.files.file import Row
from shared.domain.templates.rendering import compile_text, render


def _rows(*doctors: str) -> list[Row]:
    return [Row(number=number, values={"doctor": name}) for number, name in enumerate(doctors, 2)]


def _found(text: str, *doctors: str) -> list[int]:
    compiled = compile_text(marked(text))
    return [row.number for row in row_of_each_way(_rows(*doctors), lambda row: render(compiled, row.values))]


def test_the_first_row_of_each_side_is_found() -> None:
    text = "Hello{% if doctor == 'Vega' %}, Dr. Vega{% else %}, a colleague{% endif %}"
    assert _found(text, "Vega", "Vega", "Okafor", "Patel") == [2, 4]


def test_one_side_alone_is_one_row() -> None:
    assert _found("Hello{% if doctor == 'Vega' %}, Dr. Vega{% endif %}", "Patel", "Okafor") == [2]
    assert _found("Hello{% if doctor == 'Vega' %}, Dr. Vega{% endif %}", "Patel", "Vega") == [2, 3]


def test_several_conditions_have_several_ways() -> None:
    text = (
        "{% if doctor == 'A' %}a{% elsif doctor == 'B' %}b{% else %}c{% endif %}"
        "{% unless doctor == 'B' %}d{% endunless %}"
    )
    assert _found(text, "A", "A", "B", "C", "C") == [2, 4, 5]


def test_a_row_without_a_text_is_passed_over() -> None:
    assert (
        row_of_each_way(_rows("A", "B"), lambda row: None if row.number == 2 else "x") == _rows("A", "B")[1:]
    )


@pytest.mark.parametrize(
    ("text", "is_so"),
    [("Hello {{ name }}", False), ("{%- if a -%}x{%- endif -%}", True), ("{% assign if_a = 1 %}", False)],
)
def test_a_text_has_sides_where_a_condition_stands(text: str, is_so: bool) -> None:
    assert has_sides(text) is is_so
    assert way_of(text) == frozenset()
