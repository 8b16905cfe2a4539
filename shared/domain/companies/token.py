"""Tokens of the portal: `<company>.<secret>`. Who holds one gets in, so only its digest is stored.

The company's id is a part of the token: a token of one company names nothing in another.
"""

import hashlib
import re
import secrets

from msgspec import Struct

from shared.domain.ids import ID_LENGTH

_FORM = re.compile(rf"([0-9a-f]{{{ID_LENGTH}}}|[A-Za-z0-9-]{{1,64}})\.([A-Za-z0-9_-]{{43}})", re.ASCII)


class Token(Struct, frozen=True):
    """A token: `text` is what its holder keeps, `digest` the id of what is stored."""

    company_id: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 suffices for 256 random bits (OWASP ASVS 6.5.2)."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def new_token(company_id: str) -> Token:
    """A token nobody can guess."""
    return Token(company_id, f"{company_id}.{secrets.token_urlsafe(32)}")


def read_token(text: str) -> Token | None:
    """The token somebody sent, or None when the text is none."""
    found = _FORM.fullmatch(text)
    return Token(found[1], text) if found else None
