"""Which network addresses webhooks may go to: those of the public internet, and no other.

https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from ipaddress import IPv4Address, IPv6Address, ip_address


def is_public(text: str) -> bool:
    """Whether this is an address of the public internet. False for what is no address at all."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    meant = _meant(address)
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in meant)


def is_loopback(text: str) -> bool:
    """Whether this is an address of this very machine."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return all(one.is_loopback for one in _meant(address))


def _meant(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address and the IPv4 one it stands for. A mapped one is only what it stands for.

    Those that gateways translate (64:ff9b::/96) and compatible ones (::/96) are reserved ones by themselves.
    """
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    return [address, address.sixtofour] if address.sixtofour is not None else [address]
