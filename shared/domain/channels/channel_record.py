"""What is peculiar to one channel. What differs between channels is a field here, and a branch nowhere."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from shared.domain.channels.address_kinds import AddressKind
from shared.domain.channels.deep_links import DeepLink


def one_each(text: str) -> int:
    """One unit a message, however long it is: how most channels bill."""
    return 1


class ChannelRecord(Struct, frozen=True, kw_only=True):
    """A channel, by its name in the API and in what is stored.

    `noun` is what people call one of its messages ("a text message"). A text has at most `longest_text`
    characters, and `longest_bytes` in UTF-8 (None: as many as a template can make), and a subject where
    `has_subject`. With
    `takes_reply_to` a sender may have answers go to another address, and with `takes_html` a text may have
    an HTML part, of which programs show only the first `shown_html` bytes. Laws ask for the company's postal
    address in an advertisement where it `shows_postal_address`.

    Up to `most_media` files of the `media_kinds` (file_kinds.py) may lie beside a text, of `most_media_bytes`
    together; people call one a `media_noun`. A text with some is billed as `media_units` whatever it says, or
    as without, where that is 0. With `provider_fetches_media` the provider gets their addresses; else it gets
    what they led to when the message was planned.

    Providers bill by `unit`, the name of the sum in reports; `units` says how many a text takes, and `price`
    is the list price of one in USD. `group_messages` is how many messages' intent may share one transaction:
    all of them are in doubt when a process dies, so many only where one call carries them all
    (`shares_calls`). A sender may have `highest_rate` messages a second at most: what providers give to their
    largest accounts.

    With `conversation_hours` a text of one's own words is taken only for so long since the person last wrote
    to that sender; None where no such rule holds. What a provider keeps and the network has approved goes out
    at any time `with_approval`, and stays within the hours without. Nothing goes out in the last
    `closing_seconds` of a window: so long it may take to arrive. Up to `most_choices` of a campaign's answers
    are shown as buttons below a text, where its provider shows any.

    A text that `is_spoken` is heard in a call: people answer by keys, and a machine may take the call. It
    must be in one of `languages` (None: any; the first part of BCP 47 tags).

    Where `confirms_opt_outs`, a refusal in a reply is confirmed by one message. With `has_unsubscribe_header`
    a message carries beside its text where one click refuses it.

    `deep_link` makes a link that opens a conversation with a sender: by its `link_name`, where it
    `needs_link_name`.
    """

    name: str
    noun: str
    address: AddressKind
    unit: str
    units: Callable[[str], int]
    price: Decimal
    group_messages: int
    highest_rate: float
    shares_calls: bool = False
    longest_text: int | None = None
    longest_bytes: int | None = None
    has_subject: bool = False
    takes_reply_to: bool = False
    conversation_hours: int | None = None
    with_approval: bool = False
    takes_html: bool = False
    shows_postal_address: bool = False
    most_media: int = 0
    most_media_bytes: int = 0
    media_kinds: frozenset[str] = frozenset()
    media_noun: str = "file"
    media_units: int = 0
    provider_fetches_media: bool = False
    shown_html: int | None = None
    closing_seconds: int = 5
    is_spoken: bool = False
    languages: frozenset[str] | None = None
    confirms_opt_outs: bool = False
    has_unsubscribe_header: bool = False
    most_choices: int = 0
    deep_link: DeepLink | None = None
    needs_link_name: bool = False

    def billed(self, text: str, media_count: int) -> int:
        """How many units a text with so many files beside it takes."""
        return (self.media_units if media_count else 0) or self.units(text)

    def lacks_subject(self, subject: str) -> bool:
        """Whether a text with this subject lacks one."""
        return self.has_subject and not subject.strip()

    def is_too_long(self, text: str) -> bool:
        """Whether providers would refuse the text for its length."""
        if self.longest_bytes is not None and len(text.encode()) > self.longest_bytes:
            return True
        return self.longest_text is not None and len(text) > self.longest_text

    @property
    def length_limit(self) -> str:
        """The longest text in words; empty where there is no such limit."""
        if self.longest_bytes is not None:
            return f"{self.longest_bytes:,} bytes (letters beyond a to z take two to four)"
        return "" if self.longest_text is None else f"{self.longest_text:,} characters"

    def conversation_ends(self, written_at: datetime) -> datetime | None:
        """Until when a text is taken after the person wrote at that time; None where it always is."""
        return (
            None if self.conversation_hours is None else written_at + timedelta(hours=self.conversation_hours)
        )

    def has_language(self, tag: str) -> bool:
        """Whether a text in that language (BCP 47, such as es-MX) can go out."""
        return self.languages is None or tag.split("-")[0].lower() in self.languages

    def needs_conversation(self, *, is_kept: bool) -> bool:
        """Whether a text may go out only within those hours. `is_kept`: it is a provider's own format."""
        return self.conversation_hours is not None and not (is_kept and self.with_approval)
