"""Which addresses a fetch may connect to, by the IANA special-purpose address registries.

The lists stand here rather than being taken from :mod:`ipaddress`, whose idea of "global" changes
between Python versions and counts multicast in.

>>> is_public(ip_address("93.184.215.14")), is_public(ip_address("169.254.169.254"))
(True, False)
>>> is_public(ip_address("64:ff9b::7f00:1"))    # NAT64 would translate it to 127.0.0.1
False
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from didgate.errors import ResolutionError

Address = IPv4Address | IPv6Address

Lookup = Callable[[str, int], Sequence[str]]
"""Maps a host name and a port to the addresses to connect to, as text."""

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link local, cloud metadata services among them
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private use
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# RFC 4291 2.4: only 2000::/3 is handed out as global unicast; these lie inside it and are not.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the IPv4 address stands in the last 32 bits


def is_public(address: Address) -> bool:
    """Tell whether an address is reachable for everyone, so that connecting to it betrays nothing.

    IPv6 addresses that stand for an IPv4 one (mapped, 6to4, NAT64) are judged by that one.
    """
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _NOT_PUBLIC_V4)
    if (embedded := _embedded(address)) is not None:
        return is_public(embedded)
    # An address with a zone is meant for one link, whatever its bits say.
    return (
        address.scope_id is None
        and address in _GLOBAL_UNICAST
        and not any(address in block for block in _NOT_PUBLIC_V6)
    )


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def system_lookup(host: str, port: int) -> Sequence[str]:
    """Ask the operating system for the addresses of ``host``.

    Raises:
        ResolutionError: ``host_not_found``.
    """
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ResolutionError("host_not_found", f"the host {host} has no address") from error
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))


def checked_addresses(host: str, answers: Sequence[str], *, allow_private: bool) -> list[Address]:
    """Parse what a lookup answered, and refuse the lot if one address of it is not public.

    A name with both public and private addresses is an attempt at getting in, not a mistake to be
    helped over.

    Raises:
        ResolutionError: ``host_not_found`` or ``address_not_allowed``.
    """
    if not answers:
        raise ResolutionError("host_not_found", f"the host {host} has no address")
    try:
        addresses = [ip_address(answer) for answer in answers]
    except ValueError as error:
        raise ResolutionError("host_not_found", f"no address of {host} can be read") from error
    if not allow_private and not all(map(is_public, addresses)):
        raise ResolutionError(
            "address_not_allowed", f"the host {host} has an address that is not public"
        )
    return addresses
