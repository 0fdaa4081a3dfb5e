"""A provider of payments that keeps its word, however badly it answers.

What it has taken it has taken, whether we heard of it or not: its books are what ours must come to.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from abonent.kernel.money import Money
from abonent.kernel.time import Instant
from abonent.operations.ports import PaymentEvent, PaymentOrder, PaymentState
from tests.fixtures.payments import Provider

Mood = Literal["paid", "failed", "pending", "away", "lost", "killed"]
"""What asking for money comes to. Away: nothing happens. Lost: it is done, and the answer is lost.
Killed: the same, and whoever asked dies of it."""


_DECIDED: dict[Mood, PaymentState] = {"failed": "failed", "pending": "pending"}


class Killed(BaseException):
    """Whoever asks the bank is no more."""


class Away(Exception):
    """The bank does not answer."""


@dataclass
class Bank(Provider):
    """Does what it is asked for once, by our id; `mood` is that of the next answers."""

    clock: Callable[[], Instant] = lambda: Instant(0)
    mood: Mood = "paid"
    has: Counter[int] = field(default_factory=Counter)
    """Minor units that it has for us now, by payment."""
    took: Counter[int] = field(default_factory=Counter)
    """How often it has taken money for a payment."""
    said: list[PaymentEvent] = field(default_factory=list)
    """What has happened to payments, as its webhooks tell it: in time, late or never."""
    _orders: dict[int, tuple[Money, str]] = field(default_factory=dict)
    _states: dict[int, PaymentState] = field(default_factory=dict)
    _returned: dict[int, PaymentEvent] = field(default_factory=dict)

    @property
    def asked(self) -> list[int]:
        """Payments that it was asked to take, oldest first."""
        return list(self._orders)

    async def charge(self, order: PaymentOrder, token: str) -> PaymentEvent:
        wanted = (order.amount, token)
        known = self._orders.setdefault(order.payment, wanted)
        assert known == wanted, "what is asked for again is the same"
        if self.mood == "away":
            raise Away
        state = self._states.get(order.payment, "pending")
        if state == "pending":
            state = self._decide(order)
        event = self._told("charge", order.payment, state, order.amount)
        return self._answered(event)

    async def refund(self, payment: int, reference: str, amount: Money) -> PaymentEvent:
        if self.mood == "away":
            raise Away
        event = self._told("refund", payment, "refunded", amount)
        assert reference, "what was paid has a name there"
        assert self._returned.setdefault(payment, event) == event, "it is given back once"
        return self._answered(event)

    def take_back(self, payment: int, state: PaymentState) -> PaymentEvent:
        """The payer has the money again, by the shop's wish or the payer's bank's."""
        amount, _ = self._orders[payment]
        self.has[payment] = 0
        self._states[payment] = state
        return self._told("back", payment, state, amount)

    def file(self) -> list[str]:
        """What it has for us, as lines of the file of a day."""
        return [f"{payment},ref-{payment},{has}" for payment, has in self.has.items() if has]

    def _decide(self, order: PaymentOrder) -> PaymentState:
        decided: PaymentState = _DECIDED.get(self.mood, "paid")
        if decided == "paid":
            self.has[order.payment] = order.amount.amount_minor
            self.took[order.payment] += 1
        self._states[order.payment] = decided
        return decided

    def _told(self, what: str, payment: int, state: PaymentState, amount: Money) -> PaymentEvent:
        """The event, which is the same however often it is told."""
        id = f"{what}-{payment}-{state}"
        known = next((each for each in self.said if each.id == id), None)
        if known is not None:
            return known
        event = PaymentEvent(id, payment, state, amount, f"ref-{payment}", self.clock())
        self.said.append(event)
        return event

    def _answered(self, event: PaymentEvent) -> PaymentEvent:
        if self.mood == "lost":
            raise TimeoutError
        if self.mood == "killed":
            raise Killed
        return event
