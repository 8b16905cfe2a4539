"""The emails of a plan, counted by mailbox and day, as they are kept with it: compressed JSON."""

import zlib
from collections.abc import Mapping
from datetime import date

import orjson


def packed_loads(loads: Mapping[tuple[str, int], int]) -> bytes:
    """The counts by mailbox and day (date.toordinal)."""
    by_mailbox: dict[str, dict[str, int]] = {}
    for (mailbox_id, day), count in sorted(loads.items()):
        by_mailbox.setdefault(mailbox_id, {})[date.fromordinal(day).isoformat()] = count
    return zlib.compress(orjson.dumps(by_mailbox))


def loads_in(packed: bytes) -> dict[tuple[str, date], int]:
    """The counts by mailbox and day again; none of an empty plan."""
    by_mailbox = orjson.loads(zlib.decompress(packed)) if packed else {}
    return {
        (mailbox_id, date.fromisoformat(day)): count
        for mailbox_id, days in by_mailbox.items()
        for day, count in days.items()
    }
