"""Filters that reckon, shorten and speak a language give what people expect, or say what is wrong."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.templates.rendering import KindUnfit, RenderFailed, TemplateInvalid, compile_text, render
from shared.domain.templates.values import Clock, Day, Moment

VALUES: dict[str, object] = {
    "day": Day(2026, 6, 14),
    "at": Moment(2026, 6, 14, 14, 30),
    "hour": Clock(9, 5),
    "word": "abc",
    "n": "4.125",
}


def text_of(template: str, language: str = "en", **values: object) -> str:
    return render(compile_text(template, language), {**VALUES, **values})


# Worked out by hand. Liquid's other implementations: findings/liquid-filters.sh.
@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ 'ENT' | truncate: 3 }}", "ENT"),
        ("{{ 'ENTS' | truncate: 3 }}", "..."),
        ("{{ 'Dr Vega, Clinic' | truncate: 10 }}", "Dr Vega..."),
        ("{{ 'Dr Vega, Clinic' | truncate: 15 }}", "Dr Vega, Clinic"),
        ("{{ 'Dr Vega, Clinic' | truncate: 8, '' }}", "Dr Vega,"),
        ("{{ 'one two three' | truncatewords: 3 }}", "one two three"),
        ("{{ 'one two three' | truncatewords: 2 }}", "one two..."),
        ("{{ 'one  two' | truncatewords: 2 }}", "one  two"),
        ("{{ 'one two three' | truncatewords: 1, '--' }}", "one--"),
        ("{{ 4.125 | round: 2 }}", "4.13"),
        ("{{ n | round: 2 }}", "4.13"),
        ("{{ '2.675' | round: 2 }}", "2.68"),
        ("{{ 2.5 | round }}", "3"),
        ("{{ 3.5 | round }}", "4"),
        ("{{ -2.5 | round }}", "-3"),
        ("{{ 1234 | round: -2 }}", "1200"),
        ("{{ '12.50' | round: 2 }}", "12.50"),
        ("{{ 0.1 | plus: 0.2 }}", "0.3"),
        ("{{ '3.10' | plus: 2.95 }}", "6.05"),
        ("{{ 34.3 | minus: 0.1 }}", "34.2"),
        ("{{ '19.90' | times: 3 }}", "59.70"),
        ("{{ 7 | divided_by: 2 }}", "3"),
        ("{{ -7 | divided_by: 2 }}", "-4"),
        ("{{ 7.0 | divided_by: 2 }}", "3.5"),
        ("{{ 7 | modulo: 3 }} {{ -7 | modulo: 3 }} {{ -7.5 | modulo: 2 }}", "1 2 0.5"),
        ("{{ 1.2 | ceil }} {{ -1.2 | ceil }} {{ 1.8 | floor }} {{ -1.2 | floor }}", "2 -1 1 -2"),
        ("{{ -3.5 | abs }} {{ 3 | at_least: 5 }} {{ 3 | at_most: 2.5 }}", "3.5 5 2.5"),
        ("{{ 'a,b,,' | split: ',' | size }}", "2"),
        ("{{ ',a' | split: ',' | size }}", "2"),
        ("{{ 'ANA MARIA' | titlecase }}", "Ana Maria"),
        ('{{ "o\'neil-smith" | titlecase }}', "O'Neil-Smith"),
        ('{{ "IT\'S D’ANGELO" | titlecase }}', "It's D’Angelo"),
        ("{{ 'Ronald McDonald' | titlecase }}", "Ronald McDonald"),
        ("{{ 'JOSÉ ÁLVAREZ, md' | titlecase }}", "José Álvarez, Md"),
        ("{{ 1234.5 | money }}", "1,234.50"),
        ("{{ n | money }}", "4.13"),
        ("{{ '1234.5' | money: 'USD' }}", "$1,234.50"),
        ("{{ 1234.5 | money: 'JPY' }}", "¥1,235"),
        ("{{ -3 | money: 'USD' }}", "-$3.00"),
        ("{{ day | date: '%A, %B %-d' }}", "Sunday, June 14"),
        ("{{ at | date: '%a %d %b %y %-I:%M %p' }}", "Sun 14 Jun 26 2:30 PM"),
        ("{{ hour | date: '%H:%M %P' }}", "09:05 am"),
        ("{{ day | date: 'long' }}", "June 14, 2026"),
        ("{{ at | date: 'full' }}", "Sunday, June 14, 2026, 2:30 PM"),
        ("{{ hour | date: 'short' }}", "9:05 AM"),
    ],
)
def test_filters(template: str, expected: str) -> None:
    assert text_of(template) == expected


# From CLDR's charts; the spaces are ordinary ones, as others are not in a text message's alphabet.
@pytest.mark.parametrize(
    ("language", "template", "expected"),
    [
        ("es", "{{ day | date: '%A %-d de %B' }}", "domingo 14 de junio"),
        ("es", "{{ day | date: 'long' }}", "14 de junio de 2026"),
        ("es", "{{ at | date: '%-I:%M %p' }}", "2:30 p. m."),
        ("es", "{{ 12345.5 | money: 'EUR' }}", "12.345,50 €"),
        ("es-MX", "{{ 1234.5 | money: 'MXN' }}", "$1,234.50"),
        ("de", "{{ day | date: '%A, %-d. %B' }}", "Sonntag, 14. Juni"),
        ("de", "{{ 1234.5 | money: 'EUR' }}", "1.234,50 €"),
        ("fr", "{{ 1234.5 | money: 'EUR' }}", "1 234,50 €"),
        ("pt-BR", "{{ day | date: '%a, %-d %b' }}", "dom., 14 jun."),
        ("ru", "{{ day | date: '%-d %B' }} {{ day | date: '%B %Y' }}", "14 июня июнь 2026"),
        ("pl", "{{ day | date: '%d %B' }} {{ day | date: '%B' }}", "14 czerwca czerwiec"),
        ("en-GB", "{{ day | date: 'short' }}", "14/06/2026"),
        ("xx", "{{ day | date: '%B' }}", "June"),
    ],
)
def test_dates_and_amounts_are_in_the_templates_language(language: str, template: str, expected: str) -> None:
    assert text_of(template, language) == expected


def test_no_language_takes_the_words_of_another() -> None:
    asked = {"ja": "6月", "he": "יוני", "ar": "يونيو", "hu": "június", "en": "June"}
    for order in (asked, reversed(asked)):  # Babel up to 2.18 gave the words of whom it was asked for first
        assert {name: text_of("{{ day | date: '%B' }}", name) for name in order} == asked


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'x' | plus: 1 }}",
        "{{ n | plus: 'x' }}",
        "{{ n | divided_by: 0 }}",
        "{{ n | modulo: 0.0 }}",
        "{{ n | round: 1.5 }}",
        "{{ n | round: 99 }}",
        "{{ word | truncate: 'x' }}",
        "{{ word | truncatewords: 1.5 }}",
        "{{ n | money: 'XXZ' }}",
        "{{ n | money: 5 }}",
        "{{ day | date: '%Q' }}",
        "{{ day | date: 5 }}",
        "{{ day | date: '%999999999d' }}",
        "{{ '2026-06-14' | date: '%Y' }}",
        "{% assign x = word | upcase | truncate: 'many' %}",
        "{{ n | round: 1, 2 }}",
    ],
)
def test_what_can_never_be_right_is_refused_when_the_template_is_saved(template: str) -> None:
    with pytest.raises(TemplateInvalid) as caught:
        compile_text(template)
    assert caught.value.line == 1


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ("You owe {{ word | plus: 0 }}.", "'abc' is no number such as 1234.50"),
        ("You owe {{ word | money }}.", "'abc' is no number"),
        ("{{ n | truncate: word }}", "'abc' is no number"),
        ("{{ n | truncate: n }}", "give a whole number, not 4.125"),
        ("{{ n | divided_by: zero }}", "nothing can be divided by 0"),
        ("{{ n | money: word }}", "is no currency such as 'USD'"),
    ],
)
def test_what_is_wrong_with_a_row_is_its_failure(template: str, part: str) -> None:
    with pytest.raises(RenderFailed, match=part):
        text_of(template, zero="0")


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ("{{ hour | date: '%A, %B %-d' }}", "a time has no date"),
        ("{{ day | date: '%H:%M' }}", "a date has no time of day"),
        ("{{ word | date: '%Y' }}", "is a text; give the column the type date"),
        ("{{ day | plus: 1 }}", "is no number"),
        ("{{ hour | money }}", "is no number"),
    ],
)
def test_what_a_kind_does_not_have_is_refused(template: str, part: str) -> None:
    with pytest.raises(KindUnfit, match=part):
        text_of(template)


@given(number=st.decimals(-(10**9), 10**9, places=5), decimals=st.integers(0, 4))
def test_rounding_is_never_further_away_than_half_a_step(number: object, decimals: int) -> None:
    rounded = float(text_of("{{ n | round: d }}", n=str(number), d=str(decimals)))
    assert abs(rounded - float(str(number))) <= 0.5 * 10**-decimals + 1e-6


@given(text=st.text(max_size=30), length=st.integers(0, 40))
def test_a_text_that_fits_is_never_cut(text: str, length: int) -> None:
    if not text.strip():
        return
    cut = text_of("{{ word | truncate: n }}", word=text, n=str(length))
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert (cut == plain) if len(plain) <= length else len(cut) <= max(length, 3)


@given(day=st.dates(date(1900, 1, 1), date(2199, 12, 31)), clock=st.times())
def test_english_dates_are_those_of_the_clock(day: date, clock: time) -> None:
    moment = datetime.combine(day, clock)
    pattern = "%A %a %B %b %d %-d %e %j %H %I %l %k %M %S %p %m %y %Y %F %T %R %D %u %w %%"
    assert text_of("{{ at | date: '" + pattern + "' }}", at=Moment.combine(day, clock)) == moment.strftime(
        pattern
    )
