"""The address of an endpoint: what it must be like before anything is sent there."""

import re
import unicodedata
from urllib.parse import urlsplit

from shared.domain.characters import control_in
from shared.domain.errors import InvalidInput
from shared.domain.events.public_addresses import is_loopback, is_public

LONGEST_URL, LONGEST_NAME = 2_000, 253
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
# Names that lead nowhere on the internet: RFC 6761, RFC 6762, RFC 8375, and ICANN's of July 2024.
_INSIDE = (".localhost", ".local", ".home.arpa", ".internal")
_DOTS = str.maketrans(dict.fromkeys("。．｡", "."))  # those that IDNA takes for one (RFC 3490, section 3.1)
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")


def check_url(url: str, *, allows_local: bool) -> str:
    """The address as it is kept. Raises InvalidInput saying how to mend it.

    What a name leads to is checked at each try. With `allows_local`, as on the local stack, http to this
    machine will do.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = _one_form(parts.hostname or ""), parts.port
    except ValueError:
        raise InvalidInput.at("url", "is no address; write it as https://example.com/hooks") from None
    if fault := _fault(url, host, parts.scheme, is_local=allows_local and host in LOCAL_HOSTS):
        raise InvalidInput.at("url", fault)
    if "@" in parts.netloc or parts.fragment or port == 0:
        raise InvalidInput.at("url", "must have no user, password, fragment or port 0")
    return url


def _fault(url: str, host: str, scheme: str, *, is_local: bool) -> str | None:
    if len(url) > LONGEST_URL or not host or control_in(url, is_line=True) or " " in url:
        return f"must be an address of at most {LONGEST_URL} characters, such as https://example.com/hooks"
    if not _can_be_looked_up(host):
        return f"has a name that cannot be looked up: {host[:60]!r}; write it as https://example.com/hooks"
    if scheme not in (("https", "http") if is_local else ("https",)):
        return "must begin with https://: what is sent holds personal data"
    if not is_local and (host in LOCAL_HOSTS or is_loopback(host) or _is_inside(host)):
        return "must be reachable from the internet; this is an address inside a network"
    return None


def _one_form(host: str) -> str:
    """The host as it will be looked up: no wide digits, no other dots."""
    return unicodedata.normalize("NFKC", host.translate(_DOTS)).casefold().rstrip(".")


def _can_be_looked_up(host: str) -> bool:
    """Whether its parts are there and short enough: RFC 1034, section 3.1, of its form in ASCII."""
    try:
        return ":" in host or len(host.encode("idna")) <= LONGEST_NAME
    except UnicodeError:
        return False


def _is_inside(host: str) -> bool:
    """Whether the host is an address that is written out, and not a public one; or a name of inside.

    One whose last part is a number is an address, in whatever way: https://url.spec.whatwg.org/#host-parsing.
    """
    is_written_out = ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]) is not None
    if is_written_out:
        return not is_public(host)
    return "." not in host or "%" in host or host.endswith(_INSIDE)
