"""API keys: `rk_<company>_<key>_<secret>`. Shown once, stored as a digest, and the company comes from it."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

PREFIX = "rk"
NOTED_EVERY = timedelta(minutes=5)  # that a key is used must not be a write each time


class Scope(StrEnum):
    """What a key may do. ADMIN includes the others, WRITE and SEND include READ."""

    READ = "read"
    WRITE = "write"
    SEND = "send"
    ADMIN = "admin"


def is_allowed(held: Collection[Scope], scope: Scope) -> bool:
    """Whether who holds these scopes may do what needs `scope`."""
    return scope in held or Scope.ADMIN in held or (scope is Scope.READ and bool(held))


class ApiKey(Struct, frozen=True, kw_only=True):
    """A stored key. `prefix` is the part that may be shown, to tell keys apart.

    `last_used_at` is noted every few minutes; None: never, or not since this is noted. `rotated_to` is the id
    of the key that takes its place. `made_by` are the ids of the users who made it, or the key that it was
    made with; empty: nobody knows, of keys by ops and of those from before this was kept.
    """

    id: str
    name: str
    prefix: str
    digest: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    rotated_to: str | None = None
    made_by: tuple[str, ...] = ()

    def allows(self, scope: Scope) -> bool:
        """Whether the key may do what needs `scope`."""
        return is_allowed(self.scopes, scope)

    def is_live(self, now: datetime) -> bool:
        """Whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def digest_of(text: str) -> str:
    """What is stored of a key. SHA-256 suffices for 256 random bits (OWASP ASVS 6.5.2)."""
    return hashlib.sha256(text.encode()).hexdigest()


def matches(key: ApiKey, text: str) -> bool:
    """Whether `text` is this key, in constant time."""
    return hmac.compare_digest(key.digest, digest_of(text))


def new_key_text(company_id: str, key_id: str) -> str:
    """A new key's full text. It is shown to its owner once and never stored."""
    return f"{PREFIX}_{company_id}_{key_id}_{secrets.token_hex(32)}"


def split_key_text(text: str) -> tuple[str, str] | None:
    """The company's and the key's id, or None when `text` does not have a key's form."""
    parts = text.split("_")
    if len(parts) != 4 or parts[0] != PREFIX or not all(part.isalnum() for part in parts):
        return None
    return parts[1], parts[2]


def makers_of_next(key: ApiKey, made_by: tuple[str, ...]) -> tuple[str, ...]:
    """The makers of what takes this key's place, when these rotate it: both know of it.

    Nobody knows them where nobody knows who rotates it, for the new text is shown to them alone.
    """
    return tuple(dict.fromkeys((*key.made_by, *made_by))) if made_by else ()


def new_key(
    company_id: str,
    key_id: str,
    name: str,
    scopes: Collection[Scope],
    now: datetime,
    expires_at: datetime | None,
    made_by: tuple[str, ...],
) -> tuple[ApiKey, str]:
    """A new key, and its text."""
    text = new_key_text(company_id, key_id)
    key = ApiKey(
        id=key_id,
        name=name,
        prefix=f"{PREFIX}_{company_id}_{key_id}",
        digest=digest_of(text),
        scopes=tuple(dict.fromkeys(scopes)),
        created_at=now,
        expires_at=expires_at,
        made_by=made_by,
    )
    return key, text
