"""Texts from templates: right, complete, or refused with a reason; never a hole, never a hang."""

import time as clock
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import rendering
from shared.domain.rendering import (
    FieldMissing,
    RenderFailed,
    TemplateInvalid,
    check_line,
    compile_text,
    fields_of,
    render,
    render_values,
)
from shared.domain.source import FieldType
from shared.domain.template_language import OUTPUT_BYTES, RESERVED_WORDS


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

    def seconds(way: object) -> float:
        start = clock.perf_counter()
        for _ in range(300):
            way(compiled, values)  # type: ignore[operator]
        return clock.perf_counter() - start

    assert min(seconds(render) for _ in range(3)) * 5 < min(
        seconds(rendering._render_liquid) for _ in range(3)
    )


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


@pytest.mark.parametrize(
    "template", ["{{ 'now' | date: '%Y' }}", "{{ day | date: '%Y' }}", "{{ day | date: 5 }}"]
)
def test_date_neither_guesses_nor_looks_at_the_clock(template: str) -> None:
    with pytest.raises(RenderFailed):
        text_of(template, day="30 November")


def test_a_date_format_with_a_width_is_refused() -> None:
    with pytest.raises(RenderFailed):
        text_of("{{ day | date: '%999999999d' }}", day=date(2026, 1, 1))


@pytest.mark.parametrize("template", ["{{ now }}", "{{ today }}", "{{ now | date: '%Y' }}"])
def test_there_is_no_clock(template: str) -> None:
    with pytest.raises(FieldMissing):
        text_of(template)


@pytest.mark.parametrize(
    ("template", "line", "part"),
    [
        ("Hello {{ name", 1, "not closed"),
        ("Hello\n{{ }}", 2, "no field"),
        ("Hello\n\n{{ first name }}", 3, ""),
        ("a\n{% if x %}b", None, ""),
        ("a\n{{ x | shout }}", 2, "no filter 'shout'"),
        ("{% nonsense %}", 1, "nonsense"),
        ("{% if name == blank %}x{% endif %}", 1, "{% if field %}"),
        ("\n{{ person.name }}", 2, "no field person.name"),
        ("{{ x }}" + "y" * rendering.TEMPLATE_CHARACTERS, None, "longer"),
        ("{{ " + "x" * 2000 + " }}", 1, "longer"),
    ],
)
def test_a_bad_template_is_refused_with_reason_and_line(template: str, line: int | None, part: str) -> None:
    with pytest.raises(TemplateInvalid) as caught:
        compile_text(template)
    assert part in caught.value.reason
    if line is not None:
        assert caught.value.line == line


HOSTILE = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ name.__class__ }}",
    "{{ name['__class__'] }}",
    "{{ name.format }}",
    "{{ self }}",
    "{{ config }}",
    "{{ env.PATH }}",
    "{{ settings.signing_key }}",
    "{{ request.application.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ 7*7 }}",
    "${7*7}",
    "<%= 7*7 %>",
    "#{7*7}",
    "{% include '/etc/passwd' %}",
    "{% include name %}",
    "{% render '../settings' %}",
    "{% render 'x' for name %}",
    "{% layout 'x' %}",
    "{% extends 'x' %}",
    "{% import os %}",
    "{% macro x() %}{% endmacro %}",
    "{% liquid\n assign x = 1\n echo x %}",
    "{% tablerow i in (1..1000000) %}x{% endtablerow %}",
    "{% increment x %}",
    "{% raw %}{{ name }}",
    "{% doc %}" * 1000,
    "{% for i in (1..1000000000) %}x{% endfor %}",
    "{% for i in (1..9999999999) reversed %}x{% endfor %}",
    "{% assign r = (1..9999999999) %}{{ r | join: '' }}",
    "{% if (1..9999999999) contains name %}x{% endif %}",
    "{% assign l = long | split: '' %}{% for a in l %}{% for b in l %}{{ b }}{% endfor %}{% endfor %}",
    "{% assign l = 'a,b,c,d,e,f,g,h' | split: ',' %}" + "{% for a in l %}" * 9 + "x" + "{% endfor %}" * 9,
    "{% assign l = 'a,b,c' | split: ',' %}" + "{% for a in l %}" * 40 + "{% endfor %}" * 40,
    "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x | append: x %}" * 500,
    "{% assign x = 9 %}" + "{% assign x = x | times: x | times: x %}" * 500 + "{{ x }}",
    "{{ 10 " + "| times: 10000000000 " * 50 + "}}",
    "{{ '1e999999' | times: 2 | ceil }}",
    "{{ 2.5 | times: '1e9999999' }}",
    "{{ " + "9" * 900 + " | plus: 1 }}",
    "{{ 'a' " + "| replace: 'a', 'aaaaaaaaaa' " * 30 + "}}",
    "{{ long | replace: '', long }}",
    "{{ long | split: '' | join: long }}",
    "{{ 'x' | truncate: 99999999999999999999 }}",
    "{{ 'x' | slice: 0, 99999999999999999999 }}",
    "{{ 5 | divided_by: 0 }}",
    "{{ 5 | modulo: 0 }}",
    "{{ name | round: 99999999999 }}",
    "{% if " + "name and " * 100 + "name %}x{% endif %}",
    "{% if name %}" * 200 + "{% endif %}" * 200,
    "{{ " + "a[" * 400 + "]" * 400 + " }}",
    "{{ " * 30_000,
    "{% " * 30_000,
    "}}" * 20_000 + "{{" * 20_000,
    "{{" + " " * 990 + "}}",
    "{{ x" + " " * 900 + "}}",
    ("{{ x" + " " * 900 + "- }}") * 100,
    "{% raw %}" * 10_000,
    "{% comment %}" * 5_000,
    "{% comment %}" * 5_000 + "{% endcomment %}",
    "{{ long | escape | url_encode | escape | url_encode }}" * 200,
    "{{ long }}" * 100,
    "{{ long | upcase }}" * 400,
    "{% capture x %}{{ long }}{% endcapture %}{{ x }}",
    "".join("{% assign a" + str(i) + " = 1 %}" for i in range(4000)),
    "{% assign name = 'x' %}" * 4000,
    "\x00{{ name }}\x00",
    "{{ name | date: '%Y' }}",
    "{{ name | where: 'a', 'b' }}",
    "{{ name | map: '__class__' }}",
    "{{ name | safe }}",
    "{{ name | base64_decode }}",
    "{% case name %}{% when 'Ana' %}{{ 'now' | date: '%s' }}{% endcase %}",
    "{% break %}",
    "{{ name | default: 'x', allow_false: 3, other: 4 }}",
    "{{ name | upcase: 1, 2, 3 }}",
    "{{ name | append }}",
]


@pytest.mark.parametrize("template", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_templates_do_no_harm(template: str) -> None:
    start = clock.process_time()
    try:
        text = text_of(template, name="Ana", long="ab" * 5_000)
    except (TemplateInvalid, FieldMissing, RenderFailed) as error:
        text = str(error)
        assert len(text) < 3_000
    assert len(text) <= OUTPUT_BYTES
    assert not any(word in text for word in ("<class", "root:", "/usr", "subclasses of", "built-in"))
    assert clock.process_time() - start < 2


@pytest.mark.parametrize(
    ("template", "part"),
    [
        (
            "{% assign l = long | truncate: 101, '' | split: '' %}{% for a in l %}{% endfor %}",
            "loops may run",
        ),
        ("{% for i in three %}x{% endfor %}" * 101, "loops may run"),
        ("{{ long | upcase }}" * 19, ""),
        ("{% assign x = long | upcase | size %}" * 200, "too much computing"),
        ("{% assign x = long | replace: 'a', long | size %}", "grow too long"),
        ("{% assign x = long | split: 'b' | join: long | size %}", "grow too long"),
        ("{% assign x = 10 | times: 1000000000000000 | times: 10000000000000000 | times: 1 %}", "too large"),
        ("{{ long }}" * 21, "output stream limit"),
        ("{{ long | upcase }}" * 21, "output stream limit"),
        (
            "{% capture x %}{{ long }}{% endcapture %}" + "{% assign x = x | append: x %}" * 9,
            "namespace limit",
        ),
    ],
)
def test_each_limit_holds(template: str, part: str) -> None:
    values = {"long": "ab" * 5_000, "three": "1"}
    if not part:
        assert text_of(template, **values)
        return
    with pytest.raises(RenderFailed, match=part):
        text_of(template, **values)


@given(value=st.text())
def test_a_value_is_never_a_template(value: str) -> None:
    for template in ("{{ name }}", "{{ name | default: 'x' }}"):
        if value.strip():
            assert text_of(template, name=value) == value.replace("\r\n", "\n").replace("\r", "\n")
    assert text_of("{{ name | append: '' }}", name="{{ other }}") == "{{ other }}"


@pytest.mark.parametrize("mark", ["\n", "\r", "\r\n", "\x00", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_line_break_in_a_subject_is_refused(mark: str) -> None:
    with pytest.raises(RenderFailed, match="subject"):
        check_line(f"Your bill{mark}Bcc: all@example.com", "subject")


def test_an_ordinary_subject_passes() -> None:
    assert check_line("Ihr Termin am 3.\tMai – Größe", "subject") == "Ihr Termin am 3.\tMai – Größe"


def test_compiled_templates_are_kept() -> None:
    assert compile_text("Hi {{ name }}") is compile_text("Hi {{ name }}")
