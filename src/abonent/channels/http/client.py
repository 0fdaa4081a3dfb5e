"""The client's address where proxies stand in front: only those that we trust are believed."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def trusted_networks(text: str) -> tuple[Network, ...]:
    """Read `ABONENT_TRUSTED_PROXIES`: networks or addresses, comma-separated; ValueError if not."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The nearest address on the way that is no trusted proxy; the farthest known if all are.

    `forwarded` holds the values of `X-Forwarded-For` in order. It is read from the right, because
    only what a trusted proxy appended can be believed; reading stops at what is not an address.
    """
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    nearest = _address(peer)
    while nearest is not None and _is_trusted(nearest, trusted) and hops:
        farther = _address(hops.pop())
        if farther is None:
            break
        nearest = farther
    return peer if nearest is None else str(nearest)


class ClientAddress:
    """Puts the client's own address into `scope["client"]`, for attempt counters to count by."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network] = ()) -> None:
        self.app = app
        self.trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client") is not None:
            peer, port = scope["client"]
            if self.trusted or ":" in peer:  # without proxies, an IPv4 peer is itself the client
                forwarded = Headers(scope=scope).getlist("x-forwarded-for")
                found = client_address(peer, forwarded, self.trusted)
                scope["client"] = (found, port if found == peer else 0)
        await self.app(scope, receive, send)


def _address(text: str) -> Address | None:
    """An address, with or without a port or brackets; an IPv4 one mapped into IPv6 becomes IPv4."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)
