"""The public holidays of places as companies name them: US, US-FL, or US+US-FL for the days of both."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from msgspec import Struct

SHOWN_DAYS = 365  # how far ahead holidays are listed
_MOST_PLACES = 5  # in one union
_SAMPLED_PARTS = 13  # parts of a country looked at for a hint: all of Canada's, every fourth of the USA's
_NAMED_DAYS = 3
_HALF = "half_day"  # what the library calls them


class Holiday(Struct, frozen=True, kw_only=True):
    """A day on which nobody is contacted, and what it is called in English."""

    day: date
    name: str


def is_holiday(places: str, day: date) -> bool:
    """Whether `day` is one in any of the places. Raises NotImplementedError for a place that is none."""
    return any(day in _days(place, day.year) for place in _split(places))


def is_half_day(places: str, day: date) -> bool:
    """Whether `day` is known as a half holiday in any of the places: few countries' are."""
    return any(day in _days(place, day.year, _HALF) for place in _split(places))


def check_holidays(places: str) -> str | None:
    """What is wrong with a window's `holiday_country`, or None."""
    if len(_split(places)) > _MOST_PLACES:
        return f"Join {_MOST_PLACES} places at most."
    for place in _split(places):
        try:
            _days(place, 2026)
        except NotImplementedError:
            return (
                f"There is no holiday calendar for {place!r}. Write a country such as US, US-CA for a state, "
                "or US+US-CA for the days of both."
            )
    return None


def holidays_of(places: str, since: date) -> tuple[Holiday, ...]:
    """The holidays of a year from `since` on, by day."""
    until = since + timedelta(days=SHOWN_DAYS)
    names = {
        day: name  # by the place that is named first
        for place in reversed(_split(places))
        for year in range(since.year, until.year + 1)
        for day, name in _days(place, year).items()
        if since <= day <= until
    }
    return tuple(Holiday(day=day, name=names[day]) for day in sorted(names))


@lru_cache(maxsize=64)
def holiday_hint(places: str, year: int) -> str | None:
    """What a company may not expect of this calendar, and what to write instead; None when nothing is odd.

    A country alone has only the days all of it keeps; a state may not keep the country's.
    """
    if len(_split(places)) > 1:
        return None
    country, _, part = places.upper().partition("-")
    return _hint_of_part(country, part, year) if part else _hint_of_country(country, year)


def _hint_of_part(country: str, part: str, year: int) -> str | None:
    own = _days(f"{country}-{part}", year)
    lacking = {day: name for day, name in _days(country, year).items() if day not in own}
    if not lacking:
        return None
    return (
        f"{country}-{part} does not keep {_named(lacking)}. "
        f"Write {country}+{country}-{part} to close on the days of {country} too."
    )


def _hint_of_country(country: str, year: int) -> str | None:
    parts = _parts(country)[:: max(1, len(_parts(country)) // _SAMPLED_PARTS)]
    common = _days(country, year)
    kept: dict[date, list[str]] = {}
    for part in parts:
        for day, name in _days(f"{country}-{part}", year).items():
            if day not in common:
                kept.setdefault(day, []).append(name)
    often = {day: names[0] for day, names in sorted(kept.items()) if 2 * len(names) >= len(parts)}
    if not kept:
        return None
    lacks = f", which lack {_named(often)}" if often else ""
    return (
        f"{country} alone has only the days that the whole country keeps{lacks}. Name a part for its own: "
        f"{country}-{parts[0]}, or {country}+{country}-{parts[0]} for both."
    )


def _named(days: Mapping[date, str]) -> str:
    named = [f"{name} ({day:%Y-%m-%d})" for day, name in sorted(days.items())][:_NAMED_DAYS]
    return ", ".join(named) + (f" and {len(days) - _NAMED_DAYS} more" if len(days) > _NAMED_DAYS else "")


def _split(places: str) -> list[str]:
    return [place.strip() for place in places.split("+")]


@lru_cache(maxsize=512)
def _parts(country: str) -> tuple[str, ...]:
    import holidays

    return tuple(holidays.country_holidays(country).subdivisions)


@lru_cache(maxsize=512)
def _days(place: str, year: int, category: str = "public") -> Mapping[date, str]:
    """The public holidays of "US" or "US-CA" in a year. Raises NotImplementedError for no such place.

    Of another category those that the library knows of the place, which may be none.
    """
    import holidays  # here, as it takes half a second and most windows name no country

    country, _, part = place.upper().partition("-")
    if part:  # some are written in small letters too: AU has "NSW Western"
        part = next((one for one in _parts(country) if one.upper() == part), part)
    if category not in holidays.country_holidays(country).supported_categories:
        return {}
    days = holidays.country_holidays(
        country, subdiv=part or None, years=year, language="en_US", categories=(category,)
    )
    return dict(days)
