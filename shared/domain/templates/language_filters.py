"""Filters whose result depends on the template's language: dates, times and money (CLDR, by Babel)."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError, dates, numbers
from liquid.exceptions import FilterArgumentError, LiquidTypeError

from shared.domain.templates.number_filters import number_of

# strftime of C also takes widths ("%999999999d"); only plain directives may pass.
_DATE_FORMAT = re.compile(r"(?:[^%]|%-?[aAbBdejHIklmMpPSuwyYDFTR%])*")
_DIRECTIVE = re.compile(r"%-?(.)")
_OF_A_DAY, _OF_A_CLOCK = frozenset("aAbBdejmuwyYDF"), frozenset("HIklMpPSTR")
_Width = Literal["short", "medium", "long", "full"]
_WIDTHS: Mapping[object, _Width] = {"short": "short", "medium": "medium", "long": "long", "full": "full"}
# CLDR's narrow and hard spaces are not in GSM-7: one of them would more than halve a text message.
_HARD_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})


def format_date(value: object, pattern: object, *, language: str) -> str:
    """Liquid's `date` for the row's own dates and times, without its "now" and its guesses at texts.

    `pattern` has strftime's directives, with days and months named in `language`, or is one of short,
    medium, long and full: as people there write it. Raises LiquidTypeError for what is no date or time, and
    for a part the value does not have.
    """
    if not isinstance(value, date | time):
        shown = str(value)[:40]
        raise LiquidTypeError(
            f"date: {shown!r} is a text; give the column the type date, time or datetime", token=None
        )
    if isinstance(pattern, str) and (width := _WIDTHS.get(pattern)):
        return _as_written(value, width, _locale(language)).translate(_HARD_SPACES)
    if not isinstance(pattern, str) or len(pattern) > 100 or not _DATE_FORMAT.fullmatch(pattern):
        raise FilterArgumentError(f"date: {str(pattern)[:40]!r} is not a format such as '%B %-d'", token=None)
    asked = {found[1] for found in _DIRECTIVE.finditer(pattern)}
    if isinstance(value, time) and (wrong := asked & _OF_A_DAY):
        raise LiquidTypeError(f"date: a time has no date, which %{min(wrong)} asks for", token=None)
    if not isinstance(value, datetime | time) and (wrong := asked & _OF_A_CLOCK):
        raise LiquidTypeError(f"date: a date has no time of day, which %{min(wrong)} asks for", token=None)
    names = _Names(_locale(language), has_day=bool(asked & frozenset("dej")))
    text = _DIRECTIVE.sub(lambda found: names.of(found[1], value) or value.strftime(found[0]), pattern)
    return text.translate(_HARD_SPACES)


def format_money(value: object, currency: object = None, *, language: str) -> str:
    """An amount as people who speak `language` write it: with two decimals, or in `currency` (ISO 4217).

    A half cent goes away from zero. Raises FilterArgumentError for what is no number or no currency.
    """
    amount, locale = number_of("money", value), _locale(language)
    if currency is None:
        shown = numbers.format_decimal(_cents(amount, 2), format="#,##0.00", locale=locale)
    elif isinstance(currency, str) and numbers.is_currency(currency):
        exact = _cents(amount, numbers.get_currency_precision(currency))
        shown = numbers.format_currency(exact, currency, locale=locale)
    else:
        raise FilterArgumentError(f"money: {str(currency)[:40]!r} is no currency such as 'USD'", token=None)
    return shown.translate(_HARD_SPACES)


class _Names:
    """The words of one language for parts of dates."""

    def __init__(self, locale: Locale, *, has_day: bool) -> None:
        self._locale = locale
        # Many languages decline a month beside its day: "14 июня", but "июнь".
        self._context: Literal["format", "stand-alone"] = "format" if has_day else "stand-alone"

    def of(self, directive: str, value: date | time) -> str | None:
        """The word that `directive` asks for; None when it asks for a number."""
        if directive in "aA" and isinstance(value, date):
            return str(dates.get_day_names(_name_width(directive), "format", self._locale)[value.weekday()])
        if directive in "bB" and isinstance(value, date):
            names = dates.get_month_names(_name_width(directive), self._context, self._locale)
            return str(names[value.month])
        if directive in "pP" and isinstance(value, datetime | time):
            periods = dates.get_period_names("abbreviated", "format", self._locale)
            name = str(periods["am" if value.hour < 12 else "pm"])
            return name.lower() if directive == "P" else name
        return None


def _name_width(directive: str) -> Literal["wide", "abbreviated"]:
    return "wide" if directive.isupper() else "abbreviated"


def _as_written(value: date | time, width: _Width, locale: Locale) -> str:
    if isinstance(value, time):
        return str(dates.format_time(value.replace(tzinfo=None), "short", locale=locale))
    day = str(dates.format_date(value, width, locale=locale))
    if not isinstance(value, datetime):
        return day
    clock = str(dates.format_time(value.time(), "short", locale=locale))
    both = str(dates.get_datetime_format(width, locale=locale))
    return both.replace("'", "").replace("{1}", day).replace("{0}", clock)


def _cents(amount: Decimal, decimals: int) -> Decimal:
    return Decimal(amount).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    """What CLDR knows of the language; English for one it does not know."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
