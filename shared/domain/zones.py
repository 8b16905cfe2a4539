"""Time zones by their IANA name or by US state."""

import functools
import zoneinfo
from collections.abc import Mapping


def find_zones(text: str) -> tuple[str, ...]:
    """The IANA zones `text` names: a zone, or a US state's code or name. None found: empty.

    Case does not matter. A state that spans zones gives all of them. Bare abbreviations such as EST
    are not taken: they name a fixed offset, and people mean the zone with summer time.
    """
    key = " ".join(text.split()).casefold()
    zone = _iana_names().get(key.replace(" ", "_"))
    return (zone,) if zone else _state_zones().get(key, ())


@functools.cache
def _iana_names() -> Mapping[str, str]:
    names = zoneinfo.available_timezones()
    return {name.casefold(): name for name in names if "/" in name or name in ("UTC", "GMT")}


@functools.cache
def _state_zones() -> Mapping[str, tuple[str, ...]]:
    import us.states  # here, as it takes a quarter of a second and most files have no such column

    # Not us.states.lookup: it falls back to names that merely sound alike.
    zones: dict[str, tuple[str, ...]] = {}
    for state in (*us.states.STATES_AND_TERRITORIES, us.states.DC):
        zones[state.abbr.casefold()] = zones[state.name.casefold()] = tuple(state.time_zones)
    return zones
