"""What we need of the world outside, and what may be missing from it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from abonent.kernel.money import Money
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


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment that a provider is asked to take.

    `payment` is our id, which the provider keeps and repeats: asking twice for one id takes money
    once. `amount` is what the payer pays, commission included.
    """

    payment: int
    amount: Money
    language: str
    back_url: str
    """Where the payer returns to, whatever came of it."""
    callback_url: str
    """Where the provider tells what came of it."""
    keep_means: bool = False
    """Whether the payer wants the means of payment kept for later."""
    phone: str = ""
    """The payer's own number, where a provider may ask its owner; "" where it is not known."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The provider's own page: a link to follow, or with `fields` a form to be sent there."""

    url: str
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """A means of payment that the provider keeps for us: its token, and what to call it."""

    token: str
    label: str
    """What its owner knows it by, such as `Visa •• 4242`; never a whole card number."""


PaymentState = Literal["pending", "paid", "failed", "refunded", "charged_back"]


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """What a provider says became of a payment. `id` is unique per provider for ever.

    `amount` is what the event is about: what was paid, or what was given back.
    """

    id: str
    payment: int
    """0 where the provider names only its own `reference`, as in a dispute."""
    state: PaymentState
    amount: Money
    reference: str
    """The provider's own id of the payment."""
    at: Instant
    reason: str = ""
    """Why it failed: `declined`, `no_funds`, `expired`, `abandoned`, `fraud` or `other`."""
    means: Means | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """One line of a provider's file: a payment or (negative) what was given back."""

    line: int
    payment: int
    reference: str
    amount: Money
    by_bank: bool = False
    """Whether the payer's bank took it back."""


class NotSigned(Exception):
    """A message that claims to be a provider's and is not signed, or too old, or not readable."""


class PaymentGateway(Protocol):
    """A provider of payments. Whatever else than the named errors it raises means: try later.

    It may be asked for the same charge or refund for a day; then some providers have forgotten.
    """

    name: str
    origins: tuple[str, ...]
    """Where a payer's browser is led to (`https://host`), for the content security policy."""

    async def open(self, order: PaymentOrder) -> Checkout:
        """The page on which the payer pays. Repeatable."""
        ...

    async def charge(self, order: PaymentOrder, token: str) -> PaymentEvent:
        """Take the payment from a kept means of payment. Repeatable."""
        ...

    async def refund(self, payment: int, reference: str, amount: Money) -> PaymentEvent:
        """Give back what a payment brought. Repeatable: one refund per payment."""
        ...

    def read(self, body: bytes, headers: Mapping[str, str]) -> tuple[PaymentEvent, ...]:
        """The events of a webhook, whose header names are lower case; raises NotSigned."""
        ...

    def settled(self, lines: Iterable[str]) -> Iterator[Settled]:
        """The lines of the provider's file of a day; raises ValueError at one that is none."""
        ...
