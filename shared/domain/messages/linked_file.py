"""A file that a message carries, or that its provider fetches: where its link led when we last asked."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.channels.channel_record import ChannelRecord
from shared.domain.channels.file_kinds import MEDIA_TYPES, Declared, is_page, kind_of
from shared.domain.ids import computed_id
from shared.domain.messages.message import Message
from shared.domain.record import replace

_PIN = re.compile(r"([a-z]{3,4})-([0-9a-f]{64})")
_UNFIT = re.compile(r"[^\w.\-]+")
LONGEST_NAME = 60
_MB = 1_000_000


class LinkedFile(Struct, frozen=True, kw_only=True):
    """What a campaign's link on a channel led to at `fetched_at`; None while it is first fetched.

    Either `fault` says why the file cannot be sent, or `kind`, `size` (bytes) and `digest` (SHA-256, hex) say
    what it is. `recipient_key` is the only recipient whom it was asked for; empty once there are several.
    Whoever fetches it has a lease.
    """

    id: str
    recipient_key: str = ""
    fetched_at: datetime | None = None
    kind: str = ""
    size: int = 0
    digest: str = ""
    fault: str = ""
    attempt: int = 0
    lease_token: str | None = None
    lease_until: datetime | None = None

    def is_known(self, since: datetime, *, renews: bool) -> bool:
        """Whether nobody need ask now: it was fetched since then, or before, unless that was in vain.

        Who `renews` wants what is there now in any case.
        """
        if self.fetched_at is None:
            return False
        return self.fetched_at >= since or not (renews or self.fault)

    def wanted_by(self, recipient_key: str) -> "LinkedFile":
        """The same, once it was asked for this recipient, or for several (an empty key)."""
        is_theirs = not self.attempt or self.recipient_key == recipient_key
        return replace(self, recipient_key=recipient_key if is_theirs else "")


class Wanted(NamedTuple):
    """A link beside a text on a channel."""

    channel: Channel
    link: str


class Pin(NamedTuple):
    """Which content of a link is meant."""

    link: str
    kind: str
    digest: str

    @property
    def name(self) -> str:
        """What the file is called: the end of its address, with the ending of its kind."""
        last = unquote(urlsplit(self.link).path.rpartition("/")[2])
        stem, _, ending = last.rpartition(".")
        stem = stem if ending.lower() in (self.kind, "jpeg") else last
        stem = _UNFIT.sub("_", stem).strip("._")[:LONGEST_NAME]
        return f"{stem or 'file'}.{self.kind}"

    @property
    def media_type(self) -> str:
        """Its type, as mails name it."""
        return MEDIA_TYPES[self.kind]


def linked_file_id(campaign_id: str, channel: Channel, link: str) -> str:
    """Whoever plans the campaign finds what was fetched for it."""
    return computed_id(campaign_id, channel, "linked file", link)


def object_name(company_id: str, item_id: str, digest: str) -> str:
    """Where the content is kept. It has a name of its own: what waits keeps what it was planned with."""
    return f"{object_prefix(company_id, item_id)}{digest}"


def object_prefix(company_id: str, item_id: str) -> str:
    """How the names of all contents of a link begin."""
    return f"companies/{company_id}/linked_files/{item_id}/"


def pinned(link: str, file: LinkedFile) -> str:
    """The link with the content that is meant behind a `#`, which goes to no server and is sealed."""
    return f"{link}#{file.kind}-{file.digest}"


def pin_of(url: str) -> Pin | None:
    """What a message's link means; None where its content was not fetched."""
    link, _, fragment = url.partition("#")
    found = _PIN.fullmatch(fragment)
    return Pin(link, found[1], found[2]) if found and found[1] in MEDIA_TYPES else None


def own_files(message: Message) -> list[str]:
    """The ids of what its links led to."""
    links = (url.partition("#")[0] for url in message.media_urls)
    return [linked_file_id(message.campaign_id, message.channel, link) for link in links]


def judged(record: ChannelRecord, content: bytes, link: str, media_type: str) -> tuple[str, str]:
    """The kind of what was fetched for the channel, and what speaks against it; one of the two is empty."""
    if not content:
        return "", "It is empty."
    if len(content) > record.most_media_bytes:
        return "", too_large(record)
    declared = Declared(media_type.partition(";")[0].strip().lower(), urlsplit(link).path.rpartition("/")[2])
    kind = kind_of(content, declared)
    if kind in record.media_kinds:
        if record.provider_fetches_media and declared.media_type != MEDIA_TYPES[kind]:
            return "", f"Its server calls it {media_type or 'nothing'}, and it is {MEDIA_TYPES[kind]}."
        return kind, ""
    what = "a web page" if is_page(content) else f"a {kind}" if kind else "of no such kind"
    return "", f"{_kinds(record)} can be sent; this is {what}."


def too_large(record: ChannelRecord) -> str:
    """What is said of a file that is too large."""
    return f"It has more than {record.most_media_bytes / _MB:g} MB, which is the most that can be sent."


def together_too_large(record: ChannelRecord, files: Iterable[LinkedFile]) -> str | None:
    """Why these cannot be sent in one message."""
    size = sum(one.size for one in files)
    if size <= record.most_media_bytes:
        return None
    most = f"{record.most_media_bytes / _MB:g}"
    return f"They have {size / _MB:.1f} MB together; {record.noun} holds {most} MB of them at most."


def _kinds(record: ChannelRecord) -> str:
    *first, last = sorted(record.media_kinds)
    return f"Only {', '.join(first)} and {last}"
