"""What an address answered to a list that asks for double opt-in (double_opt_in.py says how it asks)."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from shared.domain.channels.address_kinds import AddressKind
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.ids import computed_id
from shared.domain.record import replace


class ListConsent(Struct, frozen=True, kw_only=True):
    """What one address answered to one list. It names no address: its `id` is computed of it.

    `expires_at` is until when the question may be answered; `confirmed_at` None as long as it was not.
    """

    id: str
    list_id: str
    asked_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None = None
    source: OptOutSource | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be confirmed."""
        return self.confirmed_at is None and now < self.expires_at


def list_consent_id(list_id: str, kind: AddressKind, address: str) -> str:
    """One for a list and an address, whatever the channel."""
    return computed_id("list consent", list_id, kind.name, kind.key(address))


def confirmed(stored: Iterable[ListConsent], source: OptOutSource, now: datetime) -> list[ListConsent]:
    """Those that the person confirms now."""
    return [replace(one, confirmed_at=now, source=source) for one in stored if one.is_open(now)]
