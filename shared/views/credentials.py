"""Credentials: what a sender signs in with. Which are set, and since when; never what they are."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shared.runtime import Runtime
from shared.storage.secrets import LiveValue


class ShownValue(Struct, frozen=True, kw_only=True):
    """One live value: the names of its fields, and when it was added (unknown in a file a person wrote)."""

    keys: tuple[str, ...]
    added_at: datetime | None


class ShownCredentials(Struct, frozen=True, kw_only=True):
    """A sender's live values, the newest first; two while they are being rotated."""

    values: tuple[ShownValue, ...]

    @property
    def live_count(self) -> int:
        """How many values are live."""
        return len(self.values)


async def show_credentials(runtime: Runtime, company_id: str, sender_id: str) -> ShownCredentials:
    """What is set for the sender. Raises NotFound, SecretsUnavailable."""
    sender = await runtime.stores.senders.get(company_id, sender_id)
    return shown(await runtime.secrets.values(company_id, sender.id, fresh=True))


def shown(live: Sequence[LiveValue]) -> ShownCredentials:
    """The values without their secrets."""
    return ShownCredentials(
        values=tuple(ShownValue(keys=tuple(sorted(one.fields)), added_at=one.added_at) for one in live)
    )
