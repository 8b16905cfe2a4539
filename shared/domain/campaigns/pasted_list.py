"""A list of people that somebody pasted: which addresses its lines hold, and which lines hold none."""

import re
from collections.abc import Iterator

from msgspec import Struct

from shared.domain.campaigns.audience import PastedAddresses
from shared.domain.channels.address_kinds import EMAIL_ADDRESS, PHONE_NUMBER, AddressInvalid, AddressKind
from shared.domain.channels.channel import Channel, all_channels

MOST_TOGETHER = 1_000  # addresses of one part of an audience
MOST_ADDRESSES = 10_000  # of a whole list; more are loaded as a file
SHOWN_FAULTS = 100
SHOWN_VALUE = 100
_BETWEEN = re.compile(r"[,;|\t]")
_IN_BRACKETS = re.compile(r"<([^<>]*)>")  # Ana Vega <ana@example.com>


class PastedFault(Struct, frozen=True):
    """What is no address: on which line, counted from 1, and why."""

    line: int
    value: str
    reason: str


class PastedList(Struct, frozen=True, kw_only=True):
    """What a pasted list came to. `parts` are for an audience: the addresses of each kind, each once.

    `repeated` counts those that stood there before, in whatever spelling; `faulty` what is no address, of
    which `faults` are the first hundred.
    """

    parts: tuple[PastedAddresses, ...]
    repeated: int = 0
    faulty: int = 0
    faults: tuple[PastedFault, ...] = ()

    @property
    def count(self) -> int:
        """How many addresses there are."""
        return sum(len(part.addresses) for part in self.parts)


def read_pasted(text: str, region: str, channel: Channel | None = None) -> PastedList:
    """Read a text of an address a line, or several parted by commas, semicolons, bars or tabs.

    Without a `channel` phone numbers and emails may stand beside each other. `region` (ISO 3166) holds where
    a number names no country.
    """
    found: dict[AddressKind, dict[str, str]] = {}
    repeated, faults = 0, list[PastedFault]()
    for line, piece in _pieces(text):
        kind = channel.record.address if channel else EMAIL_ADDRESS if "@" in piece else PHONE_NUMBER
        try:
            address = kind.normalize(piece, region, allows_possible=True)
        except AddressInvalid as invalid:
            faults.append(PastedFault(line, piece[:SHOWN_VALUE], invalid.reason))
            continue
        theirs = found.setdefault(kind, {})
        repeated += kind.key(address) in theirs
        theirs.setdefault(kind.key(address), address)
    return PastedList(
        parts=tuple(
            part for kind, theirs in found.items() for part in _parts(_channel(kind, channel), theirs)
        ),
        repeated=repeated,
        faulty=len(faults),
        faults=tuple(faults[:SHOWN_FAULTS]),
    )


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """What should be an address, with its line."""
    for line, content in enumerate(text.splitlines(), 1):
        several = _IN_BRACKETS.findall(content) or _BETWEEN.split(content)
        yield from ((line, piece.strip()) for piece in several if piece.strip())


def _channel(kind: AddressKind, channel: Channel | None) -> Channel:
    return channel or next(one for one in all_channels() if one.record.address is kind)


def _parts(channel: Channel, addresses: dict[str, str]) -> Iterator[PastedAddresses]:
    every = tuple(addresses.values())
    for first in range(0, len(every), MOST_TOGETHER):
        yield PastedAddresses(channel=channel, addresses=every[first : first + MOST_TOGETHER])
