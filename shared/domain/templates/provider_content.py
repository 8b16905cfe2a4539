"""Message formats that a provider keeps and a network approves: what may begin a conversation.

Where they came from is frozen with a campaign: what their body says with a recipient's values is what is
previewed, sealed and sent.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class Approval(StrEnum):
    """What the network says of a format. Only an approved one may begin a conversation."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"
    NOT_SUBMITTED = "not_submitted"
    UNKNOWN = "unknown"  # a word we do not know


class ContentButton(Struct, frozen=True, kw_only=True):
    """A button below the text: `id` comes back as the reply's choice, with the `title` as its text."""

    id: str
    title: str


class ProviderContent(Struct, frozen=True, kw_only=True):
    """A format as its provider keeps it. `id` and `kind` are the provider's own words.

    `body` has places such as {{1}}; `samples` are the values that the provider has for them. `reason` says
    why it was rejected, where that is known.
    """

    id: str
    name: str
    language: str
    kind: str
    body: str
    approval: Approval
    buttons: tuple[ContentButton, ...] = ()
    samples: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the places in body and buttons, in their order."""
        texts = (self.body, *(f"{one.title} {one.id}" for one in self.buttons))
        return tuple(dict.fromkeys(name for text in texts for name in _PLACE.findall(text)))


class ContentPage(Struct, frozen=True, kw_only=True):
    """Some formats of an account, and where the next ones are (None at the end)."""

    items: tuple[ProviderContent, ...]
    next_after: str | None


class FilledContent(Struct, frozen=True, kw_only=True):
    """A format with one recipient's values: what is sent in place of a text of one's own."""

    content_id: str
    values: Mapping[str, str]

    @property
    def sealed(self) -> tuple[str, ...]:
        """What of it the seal of a rendering covers beside the text that it makes."""
        return (self.content_id, *(text for pair in sorted(self.values.items()) for text in pair))


def filled(body: str, values: Mapping[str, str]) -> str:
    """The body with these values in its places; a place without a value stays."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), body)
