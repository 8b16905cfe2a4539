"""What is peculiar to one channel. What differs between channels is a field here, and a branch nowhere."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.channels.address_kinds import AddressKind


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelRecord:
    """A channel, by its name in the API and in what is stored.

    `noun` is what people call one of its messages ("a text message"). A text has at most `longest_text`
    characters (None: as many as a template can make), and a subject where `has_subject`. With
    `takes_reply_to` a sender may have answers go to another address.

    Providers bill by `unit`, the name of the sum in reports; `units` says how many a text takes, and `price`
    is the list price of one in USD. `group_messages` is how many messages' intent may share one transaction:
    all of them are in doubt when a process dies, so many only where one call carries them all. A sender may
    have `highest_rate` messages a second at most: what providers give to their largest accounts.
    """

    name: str
    noun: str
    address: AddressKind
    unit: str
    units: Callable[[str], int]
    price: Decimal
    group_messages: int
    highest_rate: float
    longest_text: int | None = None
    has_subject: bool = False
    takes_reply_to: bool = False

    def lacks_subject(self, subject: str) -> bool:
        """Whether a text with this subject lacks one."""
        return self.has_subject and not subject.strip()

    def is_too_long(self, text: str) -> bool:
        """Whether providers would refuse the text for its length."""
        return self.longest_text is not None and len(text) > self.longest_text
