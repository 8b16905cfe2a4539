"""Email addresses that are plainly right, found in a microsecond or two; the whole check takes some fifty.

A file holds a hundred thousand of them. What is not plain is not wrong: it needs the whole check.
"""

import re
from functools import lru_cache

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.email_addresses import normalize_email

_LOCAL = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*", re.ASCII)
_LONGEST_LOCAL = 64  # RFC 5321 4.5.3.1.1
_LONGEST_DOMAIN = 190  # far below the limit for the whole address


def plain_email(text: str) -> str | None:
    """`text` as the whole check gives it, if it is surely one: a plain local part at a valid domain."""
    local, _, domain = text.partition("@")
    if len(local) > _LONGEST_LOCAL or _LOCAL.fullmatch(local) is None or (found := _domain(domain)) is None:
        return None
    return f"{local}@{found}"


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str | None:
    """The domain in its one form; None for one that is none, or so long that the whole address counts."""
    try:
        found = normalize_email(f"a@{domain}").removeprefix("a@")
    except AddressInvalid:
        return None
    return found if len(domain) <= _LONGEST_DOMAIN and len(found) <= _LONGEST_DOMAIN else None
