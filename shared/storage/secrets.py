"""A sender's provider credentials, wherever they are kept: the values that are live, and how they change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from shared.domain.errors import Unavailable
from shared.domain.record import Confidential


class CredentialsMissing(Exception):
    """There are no credentials for this sender; its messages cannot be sent or verified."""


class SecretsUnavailable(Unavailable):
    """Where the credentials are kept cannot be read or written now; the text says why. Try again later."""


class LiveValue(Confidential, frozen=True, kw_only=True):
    """One set of a sender's credentials that counts.

    `version` names it where it is kept; `added_at` is unknown in a file that a person wrote. The fields
    never show in a repr, hence never in a log.
    """

    version: str
    added_at: datetime | None
    fields: Mapping[str, str]


class Secrets(Protocol):
    """What keeps credentials. All raise SecretsUnavailable."""

    async def values(self, company_id: str, sender_id: str, *, fresh: bool = False) -> Sequence[LiveValue]:
        """The sender's live values, the newest first: one, two during a rotation, or none.

        They may be a minute old; with `fresh`, as after a refusal, seconds.
        """
        ...

    async def add(self, company_id: str, sender_id: str, fields: Mapping[str, str], now: datetime) -> None:
        """Add a value beside those that are live."""
        ...

    async def end(self, company_id: str, sender_id: str, version: str) -> None:
        """End one value for good; one that has ended already stays so."""
        ...

    async def delete(self, company_id: str, sender_id: str) -> None:
        """Remove all that is kept for the sender."""
        ...


def read_fields(text: str | bytes) -> dict[str, str]:
    """The fields of one stored value; none when it is no JSON object of texts, which then lacks them all."""
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError:
        return {}
