"""Looking for an address in any spelling: what records keep to be found by, and what a search looks for.

What is kept is hashed: it is there to be compared, not to be read.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from shared.domain.channels.address_kinds import ADDRESS_CHARACTERS, AddressInvalid, AddressKind, visible
from shared.domain.channels.channel import Channel, all_channels
from shared.domain.ids import computed_id

MOST_TRACES = 100  # of one row; it has few addresses, and may have hundreds of cells
_LEAST_DIGITS, _MOST_DIGITS = 7, 18
_NOT_DIGITS = re.compile(r"\D")


class FoundAddress(Struct, frozen=True):
    """An address in the one form of its kind."""

    kind: AddressKind
    address: str

    @property
    def key(self) -> str:
        """What messages to it are found by, and replies from it."""
        return _hashed(self.kind.name, self.kind.key(self.address))

    @property
    def traces(self) -> tuple[str, ...]:
        """What cells are found by that hold it, as written with and without its country."""
        return tuple(_hashed("cell", form) for form in self.kind.cell_forms(self.address))


def address_key(channel: Channel, address: str) -> str:
    """What a record with this address is found by; empty when it has none any more."""
    return FoundAddress(channel.record.address, address).key if address else ""


def traces_in(cells: Iterable[str]) -> list[str]:
    """What the addresses among a row's cells are found by, however they are written there."""
    found = {_hashed("cell", form) for cell in cells if (form := _form_of(cell))}
    return sorted(found)[:MOST_TRACES]


def read_address(text: str, region: str, channel: Channel | None = None) -> tuple[FoundAddress, ...]:
    """The address in `text`, read as sending reads it, for the channel or for each that there is.

    Raises AddressInvalid when it is none.
    """
    kinds = {one.record.address for one in ((channel,) if channel else all_channels())}
    found, faults = [], []
    for kind in sorted(kinds, key=lambda kind: kind.name):
        try:
            found.append(FoundAddress(kind, kind.normalize(text, region, allows_possible=True)))
        except AddressInvalid as fault:
            faults.append(fault.reason)
    if not found:
        raise AddressInvalid(" ".join(dict.fromkeys(faults)))
    return tuple(found)


def _form_of(cell: str) -> str:
    """A cell as `AddressKind.cell_forms` writes it; empty for one that holds no address."""
    if not cell or len(cell) > ADDRESS_CHARACTERS:
        return ""
    if "@" in cell:
        return visible(cell).casefold()
    digits = _NOT_DIGITS.sub("", cell).lstrip("0")
    return digits if _LEAST_DIGITS <= len(digits) <= _MOST_DIGITS else ""


def _hashed(kind: str, form: str) -> str:
    return computed_id("address", kind, form)
