"""Links by which a person refuses messages, without login: who it is for is in the link, sealed by our key.

AES-SIV (RFC 5297) both hides and authenticates it: no address stands in a log of addresses, nobody can make a
link for another, and the same person always gets the same one. It has no end: a link in a mail of years ago
still works, as the law asks, and after the contact was deleted, as nothing is looked up to read it.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.sealing import sealed, unsealed

PREFERENCES_PATH, UNSUBSCRIBE_PATH = "p", "u"
LONGEST_TOKEN = 1_000
LINK_FIELDS = frozenset({"unsubscribe_url", "preferences_url"})  # what templates may name
INVITE_FIELD = "invite_url"  # of a step that invites to a conversation
_PURPOSE = "preference link"
_REFERENCES = b"rollcall invite\0"
_SEPARATOR = "\n"
REFERENCE_CHARACTERS = 16  # of five bits each: A to Z, 2 to 7


def is_preference_path(path: str) -> bool:
    """Whether /messages/`path` is a person's link."""
    kind, slash, token = path.partition("/")
    return kind in (PREFERENCES_PATH, UNSUBSCRIBE_PATH) and bool(slash) and "/" not in token


class LinkInvalid(Exception):
    """The link is none of ours, or was cut or changed on its way."""


class LinkedPerson(Struct, frozen=True, kw_only=True):
    """Whom a link is for: an address of a company's. `topic` is that of the message it stood in, if any."""

    company_id: str
    channel: Channel
    address: str
    topic: str = ""


def token_of(person: LinkedPerson, key: str) -> str:
    """The person as a link carries them."""
    parts = (person.company_id, person.channel, person.address, person.topic)
    return sealed(_SEPARATOR.join(parts), _PURPOSE, key)


def person_in(token: str, keys: Iterable[str]) -> LinkedPerson:
    """Whom the link is for. `keys` are the present one and former ones. Raises LinkInvalid."""
    text = unsealed(token, _PURPOSE, keys) if len(token) <= LONGEST_TOKEN else None
    try:
        company_id, channel, address, topic = (text or "").split(_SEPARATOR)
        return LinkedPerson(company_id=company_id, channel=Channel(channel), address=address, topic=topic)
    except ValueError as error:
        raise LinkInvalid from error


class Links(Struct, frozen=True, kw_only=True):
    """Makes a company's links. `public_url` is where the `messages` function is reached."""

    public_url: str
    key: str
    company_id: str

    def preferences(self, channel: Channel, address: str, topic: str = "") -> str:
        """Where the person sees and changes what they get."""
        return self._url(PREFERENCES_PATH, channel, address, topic)

    def unsubscribe(self, channel: Channel, address: str, topic: str = "") -> str:
        """Where the person refuses messages of the topic, or all: by a button, or by one click (RFC 8058)."""
        return self._url(UNSUBSCRIBE_PATH, channel, address, topic)

    def reference(self, *about: str) -> str:
        """A reference that nobody can guess, and always the same for what it is about."""
        told = "\n".join((self.company_id, *about)).encode()
        digest = hmac.new(self.key.encode(), _REFERENCES + told, hashlib.sha256).digest()
        return base64.b32encode(digest)[:REFERENCE_CHARACTERS].decode()

    def _url(self, path: str, channel: Channel, address: str, topic: str) -> str:
        person = LinkedPerson(company_id=self.company_id, channel=channel, address=address, topic=topic)
        return f"{self.public_url}/messages/{path}/{token_of(person, self.key)}"


def link_fields(
    links: Links, names: Iterable[str], channel: Channel, address: str, topic: str
) -> dict[str, str]:
    """What stands for the fields among `names` that are links, in a message to the address."""
    made = {"unsubscribe_url": links.unsubscribe, "preferences_url": links.preferences}
    return {name: made[name](channel, address, topic) for name in names if name in made}
