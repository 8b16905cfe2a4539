"""Email addresses that are plainly right, found in a microsecond or two; the whole check takes some fifty.

A file holds a hundred thousand of them. What is not plain is not wrong: it needs the whole check.
"""

import re
from functools import lru_cache

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.email_addresses import normalize_email

_LOCAL = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*", re.ASCII)
_LONGEST_LOCAL = 64  # RFC 5321 4.5.3.1.1


def is_plain_email(text: str) -> bool:
    """Whether `text` is surely an address: a plain local part at a domain that is valid."""
    local, _, domain = text.partition("@")
    return len(local) <= _LONGEST_LOCAL and _LOCAL.fullmatch(local) is not None and _is_domain(domain)


@lru_cache(maxsize=10_000)
def _is_domain(domain: str) -> bool:
    try:
        normalize_email(f"a@{domain}")
    except AddressInvalid:
        return False
    return len(domain) <= 190  # far below the limit for the whole address
