"""A template: a message format for one channel and language."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.channels.channel import Channel


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A message format with `{{ fields }}` in Liquid. `subject` is empty where the channel has none."""

    id: str
    name: str
    channel: Channel
    body: str
    created_at: datetime
    updated_at: datetime
    subject: str = ""
    language: str = "en"
