"""What a sender signs in with at its provider. Secrets never show in a repr, hence never in a log."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec.structs import fields

from shared.domain.record import Confidential
from shared.domain.senders.sender import Sender


class Credentials(Confidential, frozen=True, kw_only=True):
    """Base of every provider's credentials: texts only."""


C = TypeVar("C", bound=Credentials)


class WrongCredentials(Exception):
    """The credentials kept for a sender are missing, incomplete or another provider's."""


def read_credentials(kind: type[C], sender: Sender, stored: Mapping[str, str]) -> C:
    """A sender's credentials out of their stored fields. Raises WrongCredentials naming what they must be.

    A field with a default may be left out. An empty secret is none: with it anybody could sign.
    """
    names = [field.name for field in fields(kind)]
    needed = {field.name for field in fields(kind) if field.required}
    if not needed <= set(stored) <= set(names) or not all(value.strip() for value in stored.values()):
        raise WrongCredentials(
            f"The {sender.provider} credentials of sender {sender.id!r} must be: {', '.join(names)}."
        )
    return kind(**stored)
