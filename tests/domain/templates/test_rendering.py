"""Texts from templates: right, complete, or refused with a reason; never a hole, never a hang."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.files.source import FieldType
from shared.domain.templates import rendering
from shared.domain.templates.rendering import (
    FieldMissing,
    KindUnfit,
    RenderFailed,
    TemplateInvalid,
    check_line,
    compile_text,
    fields_of,
    render,
    render_values,
)
from shared.domain.templates.template_language import RESERVED_WORDS
from tests.kit.work import counting_calls


def text_of(template: str, **values: object) -> str:
    return render(compile_text(template), values)


def test_plain_fields_are_filled_in() -> None:
    assert (
        text_of("Hello {{ name }}, see you {{day}}.", name="Ana", day="Monday")
        == "Hello Ana, see you Monday."
    )


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("Hello {{ name }},", {}),
        ("Hello {{ name }},", {"name": ""}),
        ("Hello {{ name }},", {"name": "  "}),
        ("Hello {{ name }},", {"name": None}),
        ("Hello {{ name | upcase }},", {}),
        ("Hello {{ 'Dr ' | append: name }},", {}),
        ("{% assign n = name %}Hello {{ n }},", {}),
        ("{{ other | default: name }}", {}),
        ("{% if other %}x{% else %}{{ name }}{% endif %}", {}),
        ("{% for n in name %}{{ n }}{% endfor %}", {}),
        ("{{ 1 | plus: name }}", {}),
        ("{% if name != '' %}{{ name }}{% endif %}", {}),
        ("{{ name | size }}", {}),
    ],
)
def test_an_absent_field_fails_the_row_and_is_named(template: str, values: dict[str, object]) -> None:
    with pytest.raises(FieldMissing) as caught:
        render(compile_text(template), values)
    assert caught.value.field == "name"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Hello {{ name | default: 'friend' }}", "Hello friend"),
        ("Hello {{ name | upcase | default: 'friend' }}", "Hello friend"),
        ("Hello{% if name %} {{ name }}{% endif %}", "Hello"),
        ("{% unless name %}Hello{% endunless %}", "Hello"),
        ("{{ name | default: nickname | default: 'you' }}", "you"),
        ("{% if name == 'Ana' %}A{% else %}B{% endif %}", "B"),
    ],
)
def test_a_guarded_absent_field_is_fine(template: str, expected: str) -> None:
    assert text_of(template) == expected
    assert text_of(template, name="") == expected


def test_fields_are_those_the_row_must_bring() -> None:
    template = (
        "{% assign x = a %}{{ x }}{{ b | append: c }}{% if d %}{% for e in f %}{{ e }}{% endfor %}{% endif %}"
    )
    assert fields_of(compile_text(template)) == {"a", "b", "c", "d", "f"}


NAMES = st.sampled_from(["name", "a", "_b", "Größe", "x1", "true", "limit", "now", "forloop", "size"])
LITERALS = st.text(alphabet=st.sampled_from("ab \n\r\t.{}%-|é€😀'\""), max_size=8)
TEMPLATES = st.lists(
    st.one_of(LITERALS, NAMES.map(lambda n: "{{ " + n + " }}"), NAMES.map(lambda n: "{{" + n + "}}")),
    max_size=6,
).map("".join)
VALUES = st.one_of(
    st.text(max_size=8),
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.dates().map(lambda d: render_values({"f": d.isoformat()}, {"f": FieldType.DATE})["f"]),
    st.datetimes(min_value=datetime(1900, 1, 1)).map(  # noqa: DTZ001  # wall time
        lambda d: render_values({"f": d.isoformat()}, {"f": FieldType.DATETIME})["f"]
    ),
)


@given(template=TEMPLATES, values=st.dictionaries(NAMES, VALUES))
def test_the_fast_way_gives_what_liquid_gives(template: str, values: dict[str, object]) -> None:
    try:
        compiled = compile_text(template)
    except TemplateInvalid:
        return
    if compiled.pieces is None:
        return
    results = []
    for way in (render, rendering._render_liquid):
        try:
            results.append(way(compiled, values))
        except FieldMissing as error:
            results.append(f"missing {error.field}")
    assert results[0] == results[1]


def test_plain_texts_take_the_fast_way_and_it_is_fast() -> None:
    compiled = compile_text("Hello {{ name }}, your appointment is on {{ day }} at {{ hour }}.")
    assert compiled.pieces is not None
    values: dict[str, object] = {"name": "Ana", "day": "Monday", "hour": "10:30"}

    _, plain = counting_calls(lambda: render(compiled, values))
    _, liquid = counting_calls(lambda: rendering._render_liquid(compiled, values))
    assert plain * 5 < liquid


@pytest.mark.parametrize("word", sorted(RESERVED_WORDS))
def test_a_reserved_word_is_never_taken_for_a_field(word: str) -> None:
    try:
        compiled = compile_text("{{ " + word + " }}")
    except TemplateInvalid:
        return
    assert compiled.pieces is None
    assert word not in fields_of(compiled)


def test_dates_and_times_read_well_and_take_formats() -> None:
    values = render_values(
        {"at": "2026-11-30T14:30:00", "day": "2026-11-30", "hour": "14:30:00", "amount": "12.50"},
        {"at": FieldType.DATETIME, "day": FieldType.DATE, "hour": FieldType.TIME, "amount": FieldType.NUMBER},
    )
    assert values["at"] == datetime(2026, 11, 30, 14, 30)  # noqa: DTZ001  # wall time
    assert values["day"] == date(2026, 11, 30)
    assert values["hour"] == time(14, 30)
    for template, expected in [
        ("{{ at }} {{ day }} {{ hour }} {{ amount }}", "2026-11-30 14:30 2026-11-30 14:30 12.50"),
        ("{{ at | append: '!' }}", "2026-11-30 14:30!"),
        ("{{ at | date: '%A %-d %B, %-I:%M %p' }}", "Monday 30 November, 2:30 PM"),
        ("{{ day | date: '%d/%m/%y' }} {{ hour | date: '%I:%M %p' }}", "30/11/26 02:30 PM"),
    ]:
        assert render(compile_text(template), values) == expected


def test_a_moment_is_shown_in_the_rows_zone() -> None:
    values = render_values(
        {"at": "2026-11-30T19:30:00+00:00"}, {"at": FieldType.DATETIME}, "America/New_York"
    )
    assert render(compile_text("{{ at }}"), values) == "2026-11-30 14:30"
    assert render(compile_text("{{ at | date: '%H:%M' }}"), values) == "14:30"


def test_date_neither_guesses_nor_looks_at_the_clock() -> None:
    with pytest.raises(TemplateInvalid, match="'now' is a text"):
        compile_text("{{ 'now' | date: '%Y' }}")
    for template in ("{{ day | date: '%Y' }}", "{{ day | date: 'long' }}"):
        with pytest.raises(KindUnfit, match="'30 November' is a text"):
            text_of(template, day="30 November")


@pytest.mark.parametrize("template", ["{{ now }}", "{{ today }}", "{{ now | date: '%Y' }}"])
def test_there_is_no_clock(template: str) -> None:
    with pytest.raises(FieldMissing):
        text_of(template)


@pytest.mark.parametrize("mark", ["\n", "\r", "\r\n", "\x00", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_line_break_in_a_subject_is_refused(mark: str) -> None:
    with pytest.raises(RenderFailed, match="subject"):
        check_line(f"Your bill{mark}Bcc: all@example.com", "subject")


def test_an_ordinary_subject_passes() -> None:
    assert check_line("Ihr Termin am 3.\tMai – Größe", "subject") == "Ihr Termin am 3.\tMai – Größe"


def test_compiled_templates_are_kept() -> None:
    assert compile_text("Hi {{ name }}") is compile_text("Hi {{ name }}")
