"""Places in the USA as people write them: a state, a ZIP code, or an address that ends with one."""

import csv
import re
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path

from msgspec import Struct

from shared.domain.place import find_zones

# Of runs of ZIP codes, the state and the zones; tests/kit/us_zips.py makes it.
ZIPS = Path(__file__).with_name("us_zips.csv")
AREA_CODES = Path(__file__).with_name("us_area_codes.csv")  # by state, as phonenumbers names them
_COUNTRY = re.compile(r",?\s+(?:USA?|U\.S\.A?\.|United States(?: of America)?)\s*$", re.IGNORECASE)
_ZIP = re.compile(r"(?:.*[\s,])?(\d{5})(?:-\d{4})?", re.DOTALL)
_LOST_ZERO = re.compile(r"\d{4}")  # spreadsheets make 7102 of 07102
_STATE = re.compile(r".*,\s*([A-Za-z][A-Za-z ]*?)\.?", re.DOTALL)


class UsPlace(Struct, frozen=True):
    """A state, by its two letters, and the zones (IANA) in which the place may be."""

    state: str
    zones: tuple[str, ...]


@lru_cache(maxsize=10_000)
def find_place(text: str) -> UsPlace | None:
    """The place that `text` names, or None: NJ, New Jersey, 07102, 7102, 07102-1234, or an address with one.

    A ZIP code goes before a state, as it knows in which of a state's zones it lies.
    """
    text = _COUNTRY.sub("", text.strip())
    if found := _ZIP.fullmatch(text):
        return _of_zip(found[1])
    if _LOST_ZERO.fullmatch(text):
        return _of_zip(f"0{text}")
    named = _STATE.fullmatch(text)
    state = _states().get((named[1] if named else text).casefold())
    return UsPlace(state, find_zones(state)) if state else None


def state_of_area(code: str) -> str | None:
    """The state, by its two letters, in which numbers with this area code were given out; None: unknown."""
    return _areas().get(code)


@cache
def _areas() -> dict[str, str]:
    with AREA_CODES.open(newline="") as file:
        return {code: row["state"] for row in csv.DictReader(file) for code in row["codes"].split()}


def _of_zip(code: str) -> UsPlace | None:
    firsts, lasts, places = _zips()
    index = bisect_right(firsts, code) - 1
    return places[index] if index >= 0 and code <= lasts[index] else None


@cache
def _zips() -> tuple[list[str], list[str], list[UsPlace]]:
    with ZIPS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    places = [UsPlace(row["state"], tuple(row["zones"].split())) for row in rows]
    return [row["first"] for row in rows], [row["last"] for row in rows], places


@cache
def _states() -> dict[str, str]:
    import us.states  # here, as it takes a quarter of a second and most files have no such column

    every = (*us.states.STATES_AND_TERRITORIES, us.states.DC)
    return {name.casefold(): state.abbr for state in every for name in (state.abbr, state.name)}
