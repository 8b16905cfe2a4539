"""Passwords: argon2id, and what makes one too easy to guess. The libraries are imported on first use."""

from functools import cache
from typing import TYPE_CHECKING

from shared.domain.errors import Problem

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST_CHARACTERS, MOST_CHARACTERS = 12, 128
LEAST_SCORE = 3  # of zxcvbn's 0 to 4: safely unguessable for who has stolen hashes of a slow kind
_LOOKED_AT = 72  # zxcvbn takes time that grows with the square


def hash_password(password: str) -> str:
    """What is stored of a password: argon2's own text, with its parameters and salt."""
    return _hasher().hash(password)


def is_password(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobodys_hash() -> str:
    """A hash that takes as long to compare as anybody's, for who has no account."""
    return hash_password("nobody has this password")


def check_password(password: str, known: tuple[str, ...] = ()) -> Problem | None:
    """What is wrong with a new password. `known` are words that others know of its owner."""
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        reason = f"must have {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters"
        return Problem(field="password", reason=reason)
    from zxcvbn import zxcvbn

    if zxcvbn(password[:_LOOKED_AT], user_inputs=[word for word in known if word])["score"] < LEAST_SCORE:
        reason = "is easy to guess; take several words that do not belong together"
        return Problem(field="password", reason=reason)
    return None


@cache
def _hasher() -> "PasswordHasher":
    """OWASP's parameters for argon2id with 19 MiB, so that many sign-ins at once fit one machine.

    https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
    """
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
