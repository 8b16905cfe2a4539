"""A list: contacts that somebody, or an import, put together. Its members are the contacts that name it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactList:
    """A list by its name."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
