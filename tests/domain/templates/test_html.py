"""The HTML part of a template: what is refused, its CSS in the tags, the text made of it, and its values."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.templates.html_parts import INLINED_BYTES, inlined, text_of
from shared.domain.templates.rendering import TemplateInvalid, compile_text, render
from shared.domain.templates.values import Number

LETTER = """<!doctype html>
<html><head><title>For {{ name }}</title>
<style>p { color: #333 } td { padding: 3px } @media (max-width: 600px) { p { color: #000 } }</style></head>
<body>
<!--[if mso]><p>{{ name }}</p><![endif]-->
<p>Dear {{ name | default: "patient" }},</p>
{% if late %}<p>You are <b>late</b>.</p>{% endif %}
<p><a href="https://x.example/c?id={{ id | url_encode }}&amp;b=1" style="color: {{ color }}">Confirm</a>
or <a href="https://x.example/n">https://x.example/n</a></p>
<table>{% if late %}<tr><td>{{ day }}</td>{% if at %}<td>{{ at }}</td>{% endif %}</tr>{% endif %}</table>
</body></html>
"""
VALUES = {
    "name": "Ann & Bob", "late": True, "id": "a b", "color": "red", "day": "Monday", "at": "<14:30>"
}  # fmt: skip


def rendered(html: str, **values: object) -> str:
    return render(compile_text(html, is_html=True), values)


def test_css_goes_into_the_tags_and_what_cannot_stays_in_a_style_tag() -> None:
    made = inlined(LETTER)
    assert '<p style="color: #333;">Dear {{ name | default: "patient" }},</p>' in made
    assert '<td style="padding: 3px;">{{ day }}</td>' in made
    assert "@media" in made
    assert "{ color: #333 }" not in made


def test_liquid_stays_where_it_was_written() -> None:
    """HTML moves texts out of tables; what decides on rows must stay around them."""
    liquid = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
    assert liquid.findall(inlined(LETTER)) == liquid.findall(LETTER)
    shown = rendered(inlined(LETTER), **VALUES)
    assert "<td" not in rendered(inlined(LETTER), **{**VALUES, "late": False})
    assert ">Monday</td><td" in shown
    assert 'href="https://x.example/c?id=a+b&amp;b=1"' in shown


def test_every_value_is_escaped_where_it_is_written() -> None:
    shown = rendered(inlined(LETTER), **{**VALUES, "color": '"><script>'})
    assert "Dear Ann &amp; Bob," in shown
    assert "&lt;14:30&gt;" in shown
    assert "<script>" not in shown


def test_the_text_says_the_same_with_its_links_and_plain_values() -> None:
    text = text_of(LETTER)
    assert [line.rstrip() for line in render(compile_text(text), VALUES).rstrip().split("\n")] == [
        "Dear Ann & Bob,", "", "You are late.", "",
        "Confirm (https://x.example/c?id=a+b&b=1) or https://x.example/n", "", "Monday    <14:30>",
    ]  # fmt: skip
    assert render(compile_text(text), {**VALUES, "late": False}).startswith("Dear Ann & Bob,\n\nConfirm (")


@pytest.mark.parametrize(
    ("html", "line", "said"),
    [
        ("<p>\n<script>alert(1)</script>", 2, "<script>"),
        ("<p>a</p>\n\n<form action='x'>", 3, "<form>"),
        ('<link rel="stylesheet" href="https://x.example/a.css">', 1, "stylesheets"),
        ("<style>\n@import url(a.css);</style>", 2, "@import"),
        ("<p>\n<a onclick='x'>b</a>", 2, "onclick"),
        ("<a href=' JavaScript:x'>b</a>", 1, "href"),
        ("<a href='java\nscript:x'>b</a>", 1, "href"),
        ("<a href='&#106;avascript:x'>b</a>", 1, "href"),
        ("<iframe src='x'>", 1, "<iframe>"),
        ("<svg/onload=alert(1)>", 1, "<svg>"),
        ("<meta http-equiv='refresh' content='0;x'>", 1, "<meta>"),
        ("<p {{ x }}>a</p>", 1, "in quotes"),
        ("<p>\n<b class={{ x }}>a</b></p>", 2, "in quotes"),
        ("<style>p { color: {{ x }} }</style>", 1, "CSS"),
        ("<p>\n{{ x | default: '<script>' }}</p>", 2, "outside of the braces"),
        ("<!doctype {{ x }}>", 1, "may not stand here"),
        ("<p>\n\ue001", 2, "private use"),
    ],
)
def test_what_no_email_may_hold_is_refused_with_its_line(html: str, line: int, said: str) -> None:
    with pytest.raises(TemplateInvalid, match=re.escape(said)) as refused:
        inlined(html)
    assert refused.value.line == line


@pytest.mark.parametrize(
    "html",
    [
        '<img src="data:image/png;base64,xx" alt="x">',
        '<p style="background: url(https://x.example/a.png)">{{ lines | join: "<br>" }}</p>',
        "<p>a < b & c {{ x }}</p>",
        "<p>unclosed <b>and so on",
    ],
)
def test_what_mail_programs_show_is_taken(html: str) -> None:
    assert inlined(html).startswith("<html>")


def test_styles_that_would_blow_up_a_mail_are_refused() -> None:
    html = f"<style>td {{ {'color: #123456; ' * 50} font-family: {'x' * 700} }}</style>" + "<td>" * 300
    with pytest.raises(TemplateInvalid, match=f"{INLINED_BYTES:,} bytes"):
        inlined(f"<table><tr>{html}</tr></table>")


def test_nothing_of_no_html() -> None:
    assert inlined("") == ""


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


def tags(html: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = _Tags()
    parser.feed(html)
    return parser.found


WAYS = (
    "{{ x }}", "{{ x | upcase }}", "{{ x | strip }}", "{{ x | append: x }}", "{{ x | truncate: 9 }}",
    "{{ x | replace: 'a', x }}", "{% assign y = x | split: '' %}{% for c in y %}{{ c }}{% endfor %}",
    "{% capture y %}{{ x }}{% endcapture %}{{ y }}", "{{ x | escape }}", "{{ x | titlecase }}",
    "{{ x | slice: 1, 9 }}", "{{ y | default: x }}", "{{ x | split: 'a' | join: x }}", "{{ x | squish }}",
)  # fmt: skip


@given(value=st.text("<>\"'&ab /=;#", min_size=1).filter(str.strip), way=st.sampled_from(WAYS))
def test_no_value_makes_a_tag_or_leaves_an_attribute(value: str, way: str) -> None:
    shown = rendered(f'<p title="{way}">{way}</p>', x=value)
    assert tags(shown) == [("p", ("title",))]


def test_the_fast_way_and_liquid_escape_alike() -> None:
    values = {"x": "<a href=\"b\">'&amp;'</a>", "n": Number("1.50"), "b": True}
    assert rendered("{{ x }} {{ n }} {{ b }}", **values) == rendered(
        "{% if b %}{{ x }} {{ n }} {{ b }}{% endif %}", **values
    )
