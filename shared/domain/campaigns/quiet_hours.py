"""Quiet hours: when the law of a person's place forbids what a company would send unasked.

The rules are data, each with its law and where that is read: quiet_hours.toml.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from functools import cache, lru_cache
from pathlib import Path

from msgspec import Struct

from shared.domain.campaigns.public_holidays import is_holiday

_RULES = Path(__file__).with_name("quiet_hours.toml")
_SATURDAY, _SUNDAY = 6, 7

Hours = tuple[tuple[time, time], ...]


class QuietRule(Struct, frozen=True, kw_only=True):
    """When people of a place may be contacted, by the day of their week. `place` is US, or US-FL.

    Hours are half-open stretches of a day; none: not at all. `holiday` None: its holidays are as other days.
    """

    place: str
    name: str
    law: str
    source: str
    weekday: Hours
    saturday: Hours
    sunday: Hours
    holiday: Hours | None

    def hours(self, day: date) -> Hours:
        """The stretches of `day` in which people may be contacted."""
        if self.holiday is not None and is_holiday(self.place, day):
            return self.holiday
        return {_SATURDAY: self.saturday, _SUNDAY: self.sunday}.get(day.isoweekday(), self.weekday)


@cache
def quiet_rules() -> Mapping[str, QuietRule]:
    """The rules by place."""
    return {place: _rule(place, given) for place, given in tomllib.loads(_RULES.read_text()).items()}


@lru_cache(maxsize=1024)
def rules_of(places: tuple[str, ...]) -> tuple[QuietRule, ...]:
    """The rules that hold in any of the places; a state's beside its country's."""
    named = dict.fromkeys(name for place in places for name in (place.partition("-")[0], place))
    return tuple(quiet_rules()[name] for name in named if name in quiet_rules())


def _rule(place: str, given: Mapping[str, str]) -> QuietRule:
    return QuietRule(
        place=place,
        name=given["name"],
        law=given["law"],
        source=given["source"],
        weekday=_hours(given["weekday"]),
        saturday=_hours(given["saturday"]),
        sunday=_hours(given["sunday"]),
        holiday=_hours(given["holiday"]) if "holiday" in given else None,
    )


def _hours(text: str) -> Hours:
    """`08:00-12:00 13:00-20:00`."""
    pairs = (stretch.split("-") for stretch in text.split())
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs)
