"""Templates and values that mean harm, or are simply wrong: refused with a reason, and never a hang."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.templates import rendering
from shared.domain.templates.rendering import (
    FieldMissing,
    RenderFailed,
    TemplateInvalid,
    compile_text,
    render,
)
from shared.domain.templates.template_language import OUTPUT_BYTES
from tests.kit.work import counting_calls


def text_of(template: str, **values: object) -> str:
    return render(compile_text(template), values)


@pytest.mark.parametrize(
    ("template", "line", "part"),
    [
        ("Hello {{ name", 1, "not closed"),
        ("Hello\n{{ }}", 2, "no field"),
        ("Hello\n\n{{ first name }}", 3, ""),
        ("a\n{% if x %}b", None, ""),
        ("a\n{{ x | shout }}", 2, "no filter 'shout'"),
        ("{{ x | title_case }}", 1, "Did you mean titlecase"),
        ("{% nonsense %}", 1, "nonsense"),
        ("{% if name == blank %}x{% endif %}", 1, "{% if field %}"),
        ("\n{{ person.name }}", 2, "no field person.name"),
        ("{{ x }}" + "y" * rendering.TEMPLATE_CHARACTERS, None, "longer"),
        ("{{ " + "x" * 2000 + " }}", 1, "longer"),
        ("{{ x }}\n" * rendering.TAGS + "{{ x }}", rendering.TAGS + 1, "more than 2,000 fields and tags"),
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


@pytest.mark.timeout(100)  # holds what C does in one call
@pytest.mark.parametrize("template", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_templates_do_no_harm(template: str) -> None:
    def said() -> tuple[str, int]:
        """The text or the refusal, and how long it may be."""
        try:
            return text_of(template, name="Ana", long="ab" * 5_000), OUTPUT_BYTES
        except (TemplateInvalid, FieldMissing, RenderFailed) as error:
            return str(error), 3_000

    (text, limit), calls = counting_calls(said)
    assert calls < 20_000_000  # some ten seconds: else it would be a way to stop us
    assert len(text) <= limit
    assert not any(word in text for word in ("<class", "root:", "/usr", "subclasses of", "built-in"))


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
