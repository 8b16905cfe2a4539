"""What others carry or keep for us, sealed by our key: they can neither read nor change it.

AES-SIV (RFC 5297) hides and authenticates. The same text under the same purpose and key is always the same.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable


def sealed(text: str, purpose: str, key: str) -> str:
    """The text as only who has the key reads it, fit for addresses and cookies."""
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # here, as few entry points need it

    hidden = AESSIV(_derived(purpose, key)).encrypt(text.encode(), None)
    return base64.urlsafe_b64encode(hidden).decode().rstrip("=")


def unsealed(hidden: str, purpose: str, keys: Iterable[str]) -> str | None:
    """The text that was sealed for this purpose by one of the keys: the present one, or former ones.

    None when it was not, or was cut or changed on its way.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    try:
        content = base64.b64decode(hidden + "=" * (-len(hidden) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    for key in keys:
        try:
            return AESSIV(_derived(purpose, key)).decrypt(content, None).decode()
        except (InvalidTag, ValueError):
            continue
    return None


def _derived(purpose: str, key: str) -> bytes:
    """A key of its own for this purpose, of 64 bytes (AES-256 in SIV mode)."""
    return hashlib.sha512(f"rollcall {purpose}\0{key}".encode()).digest()
