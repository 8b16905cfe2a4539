"""The channel `pager`: a few words to a number that only its provider knows."""

import re
from decimal import Decimal

from shared.domain.channels.address_kinds import AddressInvalid, AddressKind
from shared.domain.channels.channel_record import ChannelRecord

CHARACTERS_A_PAGE = 20


class PagerNumber(AddressKind):
    """Four to eight digits."""

    name = "pager"
    example = "004217"

    def normalize(self, text: str, region: str, *, allows_possible: bool = False) -> str:
        """As AddressKind says."""
        digits = re.sub(r"[\s-]", "", text)
        if not re.fullmatch(r"[0-9]{4,8}", digits):
            raise AddressInvalid("A pager has a number of four to eight digits.")
        return digits


def _pages(text: str) -> int:
    return -(-len(text) // CHARACTERS_A_PAGE)


PAGER = ChannelRecord(
    name="pager",
    noun="a page",
    address=PagerNumber(),
    unit="pages",
    units=_pages,
    price=Decimal("0.0200"),
    group_messages=10,
    highest_rate=1_000.0,
    longest_text=60,
)
