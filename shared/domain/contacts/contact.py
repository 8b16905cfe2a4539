"""A contact: a person a company knows, with addresses per channel, fields of its own, tags and lists."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.channels.address_search import address_key
from shared.domain.channels.channel import Channel

# What a company's own field holds. A date is "2026-11-30", a moment "2026-11-30T14:00:00Z": as texts they are
# compared as times are.
FieldValue = str | int | float | bool


class Consent(StrEnum):
    """Whether a person agreed to be contacted at an address."""

    UNKNOWN = "unknown"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"  # never stored: it follows from the address's opt-out


class ContactAddress(Struct, frozen=True, kw_only=True, gc=False):
    """One address of a person on one channel, in its one form.

    `consent` is what was said of it apart from refusals, which are opt-outs (see `standing_of`).
    `consent_source` says who noted it, `consent_note` how it was given.
    """

    channel: Channel
    address: str
    is_preferred: bool = False
    consent: Consent = Consent.UNKNOWN
    consent_source: str = ""
    consent_note: str = ""
    consent_at: datetime | None = None

    @property
    def key(self) -> tuple[Channel, str]:
        """Equal for what reaches the same person on the same channel."""
        return self.channel, self.channel.record.address.key(self.address)

    @property
    def search_key(self) -> str:
        """What a contact with it is found by, whatever the channel."""
        return address_key(self.channel, self.address)


class Contact(Struct, frozen=True, kw_only=True, gc=False):
    """A person. `key` is the company's own id of them; `tags` and `list_ids` are sorted, each once.

    `version` counts the writes; one that is not stored yet has 0. What is empty is not known.
    `merged_ids` are contacts that were merged into this one: what was sent to them is its own.
    """

    id: str
    created_at: datetime
    changed_at: datetime
    version: int = 0
    name: str = ""
    key: str = ""
    language: str = ""
    time_zone: str = ""
    tags: tuple[str, ...] = ()
    list_ids: tuple[str, ...] = ()
    fields: dict[str, FieldValue] = field(default_factory=dict)
    addresses: tuple[ContactAddress, ...] = ()
    merged_ids: tuple[str, ...] = ()

    def on(self, channel: Channel) -> Iterator[ContactAddress]:
        """The addresses on one channel, the preferred one first."""
        theirs = [one for one in self.addresses if one.channel == channel]
        yield from sorted(theirs, key=lambda one: not one.is_preferred)


def tag_of(text: str) -> str:
    """A tag in its one form: lower case, single blanks."""
    return " ".join(text.split()).lower()
