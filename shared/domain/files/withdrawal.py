"""Withdrawals: appointments that a file cancels or moves; nothing more is sent of what they were before."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from msgspec import Struct

from shared.domain.files.appointments import Visit
from shared.domain.ids import computed_id

PER_RECORD = 3_000
PRINT = "row "  # what a print begins with (row_print of appointments)


class Withdrawals(Struct, frozen=True, kw_only=True):
    """Some of a file's withdrawals. `file_at` is when the file was announced: a later file's word is newer.

    `entries` is compressed JSON: by an appointment's key the time at which it still holds, "" for none.
    """

    id: str
    source_id: str
    file_id: str
    file_at: datetime
    entries: bytes


class Withdrawal(Struct, frozen=True, kw_only=True):
    """One appointment, or a whole series, that a file cancels or moves.

    `still_at` (ISO 8601, or a print as in Visit) is the time at which a moved one still holds; "" for one
    that is canceled.
    """

    key: str
    still_at: str = ""


class WithdrawnBy(NamedTuple):
    """The file that took back what a message is about; `is_change`: it says it anew, else it cancels it."""

    file_id: str
    is_change: bool = False


class Withdrawn:
    """What files of a source withdrew: by key the withdrawal and its file."""

    def __init__(self, records: Sequence[Withdrawals] = ()) -> None:
        """`records` in any order; of two on one appointment the newer file's holds."""
        self._by_key: dict[str, tuple[Withdrawal, str]] = {}
        for record in sorted(records, key=lambda record: record.file_at):
            for key, still_at in orjson.loads(zlib.decompress(record.entries)).items():
                self._by_key[key] = (Withdrawal(key=key, still_at=still_at), record.file_id)

    def of(self, visit: Visit) -> tuple[Withdrawal, str] | None:
        """What withdrew the visit as it is, and in which file; None when nothing did."""
        for key in (visit.key, visit.series_key or ""):
            found = self._by_key.get(key)
            if found is not None and holds_for(found[0], visit):
                return found
        return None


def holds_for(withdrawal: Withdrawal, visit: Visit) -> bool:
    """Whether the withdrawal concerns the visit as it is: not one that is at the time that still holds."""
    if withdrawal.key not in (visit.key, visit.series_key):
        return False
    still_at, at = withdrawal.still_at, visit.at
    if not still_at or not at:
        return not still_at
    try:
        return datetime.fromisoformat(still_at) != datetime.fromisoformat(at)
    except ValueError:
        return still_at != at


def settled(withdrawals: Iterable[Withdrawal]) -> list[Withdrawal]:
    """One word on each appointment: the last. Where rows of one file differ, nobody knows which one moved.

    Those rows are of several people, or of an id that is none: nothing is withdrawn for them.
    """
    last: dict[str, Withdrawal] = {}
    unclear: set[str] = set()
    for one in withdrawals:
        before = last.get(one.key)
        if before is not None and before.still_at != one.still_at and before.still_at.startswith(PRINT):
            unclear.add(one.key)
        last[one.key] = one
    return [one for one in last.values() if one.key not in unclear or not one.still_at]


def records_of(
    source_id: str, file_id: str, file_at: datetime, withdrawals: Sequence[Withdrawal]
) -> Iterator[Withdrawals]:
    """The records that keep a file's withdrawals. Ids are computed: storing again changes nothing."""
    for number, first in enumerate(range(0, len(withdrawals), PER_RECORD)):
        part = {one.key: one.still_at for one in withdrawals[first : first + PER_RECORD]}
        yield Withdrawals(
            id=computed_id(file_id, "withdrawals", number),
            source_id=source_id,
            file_id=file_id,
            file_at=file_at,
            entries=zlib.compress(orjson.dumps(part), 1),
        )
