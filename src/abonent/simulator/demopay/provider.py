"""Demopay: the demo's provider of payments, behind the same port as real ones.

It signs what it tells with a key of its own (HMAC-SHA256 over time and body) and tells it through
the program's real webhook. Cards are known by their last four digits; no other part of a card is
kept.
"""

import csv
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from abonent.kernel.money import Money, parse_money
from abonent.kernel.time import SECOND_US, Clock, Instant
from abonent.operations.ports import (
    Checkout,
    Means,
    NotSigned,
    PaymentEvent,
    PaymentOrder,
    Settled,
)
from abonent.simulator.demopay import sql
from abonent.simulator.demopay.sql import Slip
from abonent.store.database import Database

NAME = "demo"
"""The name by which profiles offer it."""

SIGNATURE = "demopay-signature"
_OLDEST_S = 300
HEADER = ("payment", "reference", "amount", "currency")

REFUSED = {"0002": "declined", "9995": "no_funds"}
"""Cards that never pay, by their last four digits, and why."""
REFUSED_WHEN_KEPT = {**REFUSED, "0341": "declined"}
"""One more pays once, and refuses when it is charged again."""


class Demopay:
    """`clock` is the demo's own, `key` what webhooks are signed with."""

    name = NAME
    origins: tuple[str, ...] = ()

    def __init__(self, db: Database, clock: Clock, key: bytes) -> None:
        self._db = db
        self._clock = clock
        self._key = key

    async def open(self, order: PaymentOrder) -> Checkout:
        """Its page is one of the demo's own."""
        await self._written(order)
        return Checkout(f"/simulator/demopay/{order.payment}")

    async def charge(self, order: PaymentOrder, token: str) -> PaymentEvent:
        """Take it from a kept card."""
        slip = await self._written(order)
        if slip.state == "open":
            card = token.split("_")[1]
            slip = ended(slip, card, REFUSED_WHEN_KEPT, self._clock.now())
            await self._db.write(lambda tx: sql.settle(tx, slip))
        return event_of(slip)

    async def refund(self, payment: int, reference: str, amount: Money) -> PaymentEvent:
        """Give all of it back; the reference and the amount have to be those of the payment."""
        now = self._clock.now()
        await self._db.write(lambda tx: sql.give_back(tx, payment, now))
        slip = await self._db.read(lambda tx: sql.find(tx, payment))
        if slip is None or slip.state != "refunded":
            raise LookupError("nothing was paid")
        if (reference_of(payment), slip.amount) != (reference, amount):
            raise ValueError("this is not what was paid")
        return event_of(slip)

    def read(self, body: bytes, headers: Mapping[str, str]) -> tuple[PaymentEvent, ...]:
        """One event a message; raises NotSigned."""
        self._check(body, headers.get(SIGNATURE, ""))
        try:
            return (_event_from(json.loads(body, object_pairs_hook=_once)),)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise NotSigned("not readable") from error

    def settled(self, lines: Iterable[str]) -> Iterator[Settled]:
        """The daily file: a header, then a payment a line; raises ValueError."""
        rows = csv.reader(lines, strict=True)
        if tuple(next(rows, ())) != HEADER:
            raise ValueError(f"the header is not {','.join(HEADER)}")
        for row in rows:
            try:
                payment, reference, amount, currency = row
                yield Settled(rows.line_num, int(payment), reference, _signed(amount, currency))
            except (ValueError, KeyError):
                raise ValueError(f"line {rows.line_num} is not as it must be") from None

    def sign(self, body: bytes) -> Mapping[str, str]:
        """The header of a message that is sent now."""
        at = self._clock.now() // SECOND_US
        return {SIGNATURE: f"t={at},v1={self._mac(at, body)}"}

    def _check(self, body: bytes, signature: str) -> None:
        at, _, mac = signature.removeprefix("t=").partition(",v1=")
        if not (at.isascii() and at.isdigit() and len(at) < 16 and mac.isascii()):
            raise NotSigned("no signature")
        if not hmac.compare_digest(mac, self._mac(int(at), body)):
            raise NotSigned("another signature")
        if abs(self._clock.now() // SECOND_US - int(at)) > _OLDEST_S:
            raise NotSigned("an old signature")

    def _mac(self, at: int, body: bytes) -> str:
        return hmac.digest(self._key, b"%d." % at + body, hashlib.sha256).hex()

    async def _written(self, order: PaymentOrder) -> Slip:
        asked = Slip(
            payment=order.payment,
            amount=order.amount,
            back_path=urlsplit(order.back_url).path,
            keep=order.keep_means,
            state="open",
            reason="",
            card="",
            at=self._clock.now(),
        )
        await self._db.write(lambda tx: sql.add(tx, asked))
        found = await self._db.read(lambda tx: sql.find(tx, order.payment))
        assert found is not None, "written a moment ago"
        return found


def ended(slip: Slip, card: str, refused: Mapping[str, str], at: Instant) -> Slip:
    """What a card makes of an open payment."""
    reason = refused.get(card, "")
    state = "failed" if reason else "paid"
    return Slip(slip.payment, slip.amount, slip.back_path, slip.keep, state, reason, card, at)


def reference_of(payment: int) -> str:
    """The provider's own id of a payment."""
    return f"dp_{payment}"


def event_of(slip: Slip) -> PaymentEvent:
    """What there is to tell of a payment that is no longer open."""
    return _event_from(json.loads(body_of(slip)))


def body_of(slip: Slip, again: str = "") -> str:
    """The message about it; `again` makes it another message about the same."""
    at = slip.returned_at or slip.at
    told: dict[str, Any] = {
        "id": f"{slip.payment}-{slip.state}-{at}{again}",
        "payment": slip.payment,
        "state": slip.state,
        "amount": slip.amount.decimal(),
        "currency": slip.amount.currency,
        "reference": reference_of(slip.payment),
        "at": at,
        "reason": slip.reason,
    }
    if slip.keep and slip.state == "paid":
        told["means"] = {"token": f"dp_{slip.card}_{slip.card}", "label": f"Visa •• {slip.card}"}
    return json.dumps(told, ensure_ascii=False)


def _event_from(told: Mapping[str, Any]) -> PaymentEvent:
    if told["state"] not in {"paid", "failed", "refunded"} or type(told["payment"]) is not int:
        raise ValueError("another state")
    means = told.get("means")
    return PaymentEvent(
        id=str(told["id"]),
        payment=told["payment"],
        state=told["state"],
        amount=parse_money(told["amount"], told["currency"]),
        reference=str(told["reference"]),
        at=Instant(int(told["at"])),
        reason=str(told["reason"]),
        means=None if means is None else Means(means["token"], means["label"]),
    )


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key is repeated")
    return fields


def _signed(amount: str, currency: str) -> Money:
    money = parse_money(amount.removeprefix("-"), currency)
    return -money if amount.startswith("-") else money
