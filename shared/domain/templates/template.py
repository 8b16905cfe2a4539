"""A template: a message format for one channel and language."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from shared.domain.channels.channel import Channel


class Template(Struct, frozen=True, kw_only=True):
    """A message format with `{{ fields }}` in Liquid. `subject` is empty where the channel has none.

    `html` is what mail programs show in place of `body`; empty for a plain text. In what is frozen its CSS is
    in its tags. `body_is_made`: nobody wrote the body, it is made of the HTML. `media_urls` are Liquid too:
    the addresses of pictures; one that comes out empty is none. Where it is spoken in a call,
    `leaves_voicemail` says whether an answering machine gets it too.

    One with a `content_id` is made from the format that the sender's provider keeps under that id:
    `content_values` says in Liquid what stands in each of its places, by name, and `body` is empty.
    """

    id: str
    name: str
    channel: Channel
    body: str
    created_at: datetime
    updated_at: datetime
    subject: str = ""
    language: str = "en"
    html: str = ""
    body_is_made: bool = False
    media_urls: tuple[str, ...] = ()
    leaves_voicemail: bool = True
    content_id: str | None = None
    content_values: Mapping[str, str] = field(default_factory=dict)
