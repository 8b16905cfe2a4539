"""The address of a picture, which the provider fetches: https, and one that everybody may ask for."""

import ipaddress
from urllib.parse import urlsplit

LONGEST = 2_000


def fault_of(url: str) -> str | None:
    """Why the provider could not fetch a picture there; None when it could."""
    if len(url) > LONGEST:
        return f"The address is longer than {LONGEST:,} characters."
    if not url.isascii() or not url.isprintable() or " " in url:
        return "The address has blanks or characters that must be written as %20 and the like."
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "It is no address."
    if parts.scheme != "https":
        return "The address must begin with https://."
    if parts.username is not None or "." not in host or _is_number(host):
        return "The address must name a public host, such as https://pictures.example.com/map.png."
    return None


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
