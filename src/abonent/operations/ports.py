"""What we need of the world outside, and what may be missing from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from abonent.kernel.text import Value
from abonent.kernel.time import Instant
from abonent.store.errors import Unavailable as Unavailable


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something that must reach a peer. Delivery is at least once: the peer knows it by `id`.

    For the peer `sms`, `kind` is worded as `sms.KIND` in `language`, with `secret` as one more
    value where there is one. For `network` it is an order: `forwarding`, `bar`, `service_on` …
    """

    id: int
    peer: str
    number: str
    kind: str
    values: Mapping[str, Value]
    secret: str | None
    language: str
    at: Instant


class Undeliverable(Exception):
    """The peer will never take it: trying again is no use."""


class Peer(Protocol):
    """A peer of the outbox. Raises Undeliverable; any other exception means: later."""

    async def __call__(self, outgoing: Outgoing) -> None: ...
