"""A list: contacts that somebody, or an import, put together. Its members are the contacts that name it."""

from datetime import datetime

from msgspec import Struct


class ContactList(Struct, frozen=True, kw_only=True):
    """A list by its name.

    With a `confirm_sender_id` it asks for double opt-in: who joins is sent `confirm_text` from there, once,
    and is on the list when they have confirmed within `confirm_days` (see double_opt_in.py).
    """

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    confirm_sender_id: str = ""
    confirm_text: str = ""
    confirm_days: int = 7

    @property
    def asks_to_confirm(self) -> bool:
        """Whether who joins must confirm it."""
        return bool(self.confirm_sender_id)
