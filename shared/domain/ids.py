"""Identifiers: computed where the same thing must get the same id twice, random elsewhere."""

import hashlib
import secrets

ID_LENGTH = 24


def computed_id(*parts: str | int) -> str:
    """The same 24 hex characters for the same parts: writing twice writes once, and keys scatter.

    Parts are length-prefixed, so ("ab", "c") and ("a", "bc") differ.
    """
    text = "".join([f"{len(part)}:{part}" for part in map(str, parts)])
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


def random_id() -> str:
    """24 hex characters nobody can guess (96 random bits)."""
    return secrets.token_hex(ID_LENGTH // 2)
