"""Which network addresses webhooks may go to: those of the public internet, and no other.

https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# What Python 3.11 takes for public: site-local addresses (RFC 3879), which old networks still have inside,
# those of documents (RFC 9637), and relays from IPv4 to IPv6 (RFC 7526).
_NOT_PUBLIC = tuple(map(ip_network, ("fec0::/10", "3fff::/20", "192.88.99.0/24")))


def is_public(text: str) -> bool:
    """Whether this is an address of the public internet. False for what is no address at all."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    meant = _meant(address)
    return all(
        one.is_global
        and not one.is_multicast
        and not one.is_reserved
        and not any(one in network for network in _NOT_PUBLIC)
        for one in meant
    )


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
