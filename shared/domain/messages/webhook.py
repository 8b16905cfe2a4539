"""A webhook as it was received, and what is answered: no provider's own words, no web framework."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct


class WebhookRequest(Struct, frozen=True, kw_only=True):
    """What was posted, before anything of it is believed.

    `url` is our public address by the settings, with path and query as received; `body` are the very bytes.
    The names of `headers` have no case.
    """

    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


class WebhookAnswer(Struct, frozen=True, kw_only=True):
    """What a provider is answered once all it told is stored."""

    status: int = 204
    body: str = ""
    media_type: str | None = None
