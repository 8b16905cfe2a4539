"""From where a request comes: for counting tries to sign in, and for the audit log."""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

_OF_ONE_CUSTOMER = 64  # a line gets at least so large a network: RFC 6177
_LONGEST = 64


def address_of(request: Request, hops: int) -> str:
    """The address that our own front saw, `hops` entries from the end of X-Forwarded-For; 0: the peer's.

    Each front of ours adds one entry at the end. What stands before them was sent by the caller, who may
    write anything. Of IPv6 it is the network of one customer, who may take any address in it.
    https://cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
    """
    peer = request.client.host if request.client else ""
    seen = ",".join(request.headers.getlist("x-forwarded-for")).split(",") if hops else []
    told = [one.strip() for one in seen if one.strip()]
    return _network_of(told[-min(hops, len(told))] if told else peer)


def _network_of(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return text[:_LONGEST]  # a name that a server of the tests has
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _OF_ONE_CUSTOMER), strict=False))
