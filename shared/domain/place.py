"""Time zones and regions: as companies, sources and senders name them, and as rows do."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from tzdata import IANA_VERSION

from shared.domain.errors import Problem


def zone_data() -> str:
    """Which release of the time zone rules holds in this process, such as 2026f."""
    return str(IANA_VERSION)


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def check_time_zone(field: str, name: str) -> tuple[Problem, ...]:
    """What is wrong with an IANA time zone."""
    if name in _zones():
        return ()
    reason = f"{name[:50]!r} is not a time zone; write one as America/New_York"
    return (Problem(field=field, reason=reason),)


def check_region(field: str, region: str) -> tuple[Problem, ...]:
    """What is wrong with a region (ISO 3166) in which numbers without a country code are read."""
    from phonenumbers import SUPPORTED_REGIONS  # here, as few who need zones need its tables

    if region in SUPPORTED_REGIONS:
        return ()
    reason = f"{region[:50]!r} is not a region; write two capital letters, such as US"
    return (Problem(field=field, reason=reason),)


def find_zones(text: str) -> tuple[str, ...]:
    """The IANA zones `text` names: a zone, or a US state's code or name. None found: empty.

    Case does not matter. A state that spans zones gives all of them. Bare abbreviations such as EST
    are not taken: they name a fixed offset, and people mean the zone with summer time.
    """
    key = " ".join(text.split()).casefold()
    zone = _iana_names().get(key.replace(" ", "_"))
    return (zone,) if zone else _state_zones().get(key, ())


def find_all_zones(text: str) -> tuple[str, ...]:
    """The zones that a list such as America/New_York,America/Chicago names; empty when a name is none."""
    found = [find_zones(part) for part in text.split(",")]
    return tuple(dict.fromkeys(zone for zones in found for zone in zones)) if all(found) else ()


@lru_cache(maxsize=4096)
def main_zone(zones: tuple[str, ...], home: str, year: int) -> str:
    """The one zone in which a row's times are read and shown, when its place allows several.

    `home` (the source's or the company's) when its clocks are those of one of them. Else the one whose clocks
    are furthest ahead: a time read there comes first, so that nothing goes out too late.
    """
    if len(zones) == 1:
        return zones[0]
    own = {zone: clocks(zone, year) for zone in zones}
    return home if clocks(home, year) in own.values() else max(zones, key=own.__getitem__)


@lru_cache(maxsize=1000)
def clocks(zone: str, year: int) -> tuple[timedelta, ...]:
    """The zone's offsets in winter and in summer: two zones with the same clocks have the same."""
    days = (datetime(year, month, 15, tzinfo=ZoneInfo(zone)) for month in (1, 7))
    return tuple(day.utcoffset() or timedelta() for day in days)


@lru_cache(maxsize=300)
def zones_in(region: str) -> tuple[str, ...]:
    """The zones of a country (ISO 3166), its main one first; empty when it is not known.

    From the zone data's own table (zone.tab).
    """
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text()
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == region.upper())


def apart(zones: Iterable[str], year: int) -> tuple[str, ...]:
    """The zones whose clocks differ: of several with the same clocks the first."""
    by_clocks: dict[tuple[timedelta, ...], str] = {}
    for zone in zones:
        by_clocks.setdefault(clocks(zone, year), zone)
    return tuple(by_clocks.values())


@cache
def _iana_names() -> Mapping[str, str]:
    return {name.casefold(): name for name in (*_zones(), "GMT")}


@cache
def _state_zones() -> Mapping[str, tuple[str, ...]]:
    import us.states  # here, as it takes a quarter of a second and most files have no such column

    # Not us.states.lookup: it falls back to names that merely sound alike.
    zones: dict[str, tuple[str, ...]] = {}
    for state in (*us.states.STATES_AND_TERRITORIES, us.states.DC):
        zones[state.abbr.casefold()] = zones[state.name.casefold()] = tuple(state.time_zones)
    return zones
