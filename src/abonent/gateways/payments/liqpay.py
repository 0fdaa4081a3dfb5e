"""Payments by LiqPay: its checkout page, card tokens, refunds and signed callbacks.

By its public protocol, version 3 (liqpay.ua/documentation): what is said is JSON in base64, called
`data`, and its `signature` is the base64 of a digest of private key, data, private key. Requests
carry SHA-1, as version 3 has it; callbacks are believed with SHA-1 or with SHA3-256, which LiqPay
has moved its callbacks to. A callback carries no date, so one that is repeated by a stranger cannot
be told from one repeated by LiqPay: both have the id that they had, and change nothing.
"""

import base64
import hashlib
import hmac
import json
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import parse_qs, urlencode, urlsplit

from abonent.gateways.payments.aside import ANSWER_S, LIMIT_S, Aside
from abonent.gateways.payments.liqpay_events import Shop, order_id
from abonent.gateways.payments.reading import Object, decimal, read_object, rows
from abonent.kernel.money import Money
from abonent.kernel.time import Clock, SystemClock
from abonent.operations.ports import Checkout, NotSigned, PaymentEvent, PaymentOrder, Settled

API = "https://www.liqpay.ua"

_VERSION = 3
_LANGUAGES = {"uk": "uk", "ru": "uk", "en": "en"}
"""Languages of the checkout page; it has no Russian any more."""
_LARGEST_ANSWER_BYTES = 1_000_000
_DIGESTS = (hashlib.sha1, hashlib.sha3_256)
_NEVER_PAID = frozenset({"failure", "error", "invoice_wait", "prepared"})
"""Statuses of the report that moved no money."""


@dataclass(frozen=True, slots=True)
class LiqPayKeys:
    """The shop's public key (its id) and its private key, which signs."""

    public: str
    private: str


class LiqPayAway(Exception):
    """LiqPay does not answer, or refuses us rather than the payer: try later."""


class LiqPay:
    """The gateway. `title` is what the payer reads beside the amount, with the payment's number."""

    name = "liqpay"

    def __init__(
        self,
        keys: LiqPayKeys,
        title: str,
        *,
        api: str = API,
        clock: Clock | None = None,
        silent_s: float = ANSWER_S,
    ) -> None:
        self.origins: tuple[str, ...] = (api,)
        self._keys = keys
        self._title = title
        self._api = urlsplit(api)
        self._silent_s = silent_s
        self._aside = Aside(self.name, min(LIMIT_S, 2 * silent_s))
        self._shop = Shop(keys.public.startswith("sandbox_"), clock or SystemClock())

    async def open(self, order: PaymentOrder) -> Checkout:
        wish = {"recurringbytoken": "1"} if order.keep_means else {}
        fields = self._signed({**self._order("pay", order), "result_url": order.back_url, **wish})
        return Checkout(f"{self._api.geturl()}/api/3/checkout", fields)

    async def charge(self, order: PaymentOrder, token: str) -> PaymentEvent:
        # LiqPay takes an order's number once; what became of it is asked for first.
        before = await self._ask({"action": "status", "order_id": order_id(order.payment)})
        if before.get("err_code") != "payment_not_found":
            return self._shop.answer(order, before)
        wish = {**self._order("paytoken", order), "card_token": token, "is_recurring": True}
        if order.phone:
            wish["phone"] = order.phone
        answer = await self._ask(wish)
        if answer.get("err_code") == "order_id_duplicate":
            answer = await self._ask({"action": "status", "order_id": order_id(order.payment)})
        return self._shop.answer(order, answer)

    async def refund(self, payment: int, reference: str, amount: Money) -> PaymentEvent:
        before = await self._ask({"action": "status", "order_id": order_id(payment)})
        if not self._shop.is_given_back(before, amount):
            wish = {"order_id": order_id(payment), "amount": amount.decimal()}
            answer = await self._ask({"action": "refund", **wish})
            if answer.get("result") != "ok":
                raise LiqPayAway(f"no refund: {answer.get('err_code')}")
        return self._shop.refunded(payment, reference, amount)

    def read(
        self,
        body: bytes,
        headers: Mapping[str, str],  # noqa: ARG002 (LiqPay signs in the form)
    ) -> tuple[PaymentEvent, ...]:
        try:
            form = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=10)
            (data,), (signature,) = form["data"], form["signature"]
        except (ValueError, KeyError) as error:
            raise NotSigned("no form with data and signature") from error
        ours = [self._signature(data, digest) for digest in _DIGESTS]
        if not any(hmac.compare_digest(each, signature.encode()) for each in ours):
            raise NotSigned("not signed by LiqPay")
        try:
            told = read_object(base64.b64decode(data, validate=True))
        except NotBase64 as error:
            raise NotSigned("data is no base64") from error
        event = self._shop.event(told)
        return () if event is None else (event,)

    def settled(self, lines: Iterable[str]) -> Iterator[Settled]:
        """Lines of LiqPay's report of payments (CSV); one that was refunded is both in one line."""
        for line, row in rows(lines, ("order_id", "payment_id", "status", "amount", "currency")):
            if row["status"] in _NEVER_PAID:
                continue
            try:
                amount = decimal(row["amount"], row["currency"])
                back = decimal(row.get("refund_amount") or "0", row["currency"])
            except ValueError as error:
                raise ValueError(f"line {line}: {error}") from None
            if row["status"] == "reversed":
                back = back or amount
            payment = self._shop.payment_of(row["order_id"]) or 0
            yield Settled(line, payment, row["payment_id"], amount)
            if back:
                yield Settled(line, payment, row["payment_id"], -back)

    def _order(self, action: str, order: PaymentOrder) -> dict[str, object]:
        return {
            "action": action,
            "order_id": order_id(order.payment),
            "amount": order.amount.decimal(),
            "currency": order.amount.currency,
            "description": f"{self._title}, № {order.payment}",
            "server_url": order.callback_url,
            "language": _LANGUAGES.get(order.language, "en"),
        }

    async def _ask(self, wish: Mapping[str, object]) -> Object:
        answer = await self._aside(lambda: self._request(wish))
        if self._shop.refuses_us(answer):
            raise LiqPayAway(f"LiqPay says {answer.get('err_code')}")
        return answer

    def _request(self, wish: Mapping[str, object]) -> Object:
        """Ask the API; at once a second time after a failure, which order numbers make safe."""
        body = urlencode(self._signed(wish))
        try:
            return read_object(self._post(body))
        except TimeoutError:
            raise
        except (OSError, HTTPException, LiqPayAway):
            return read_object(self._post(body))

    def _post(self, body: str) -> bytes:
        secure = self._api.scheme == "https"
        kind = HTTPSConnection if secure else HTTPConnection
        connection = kind(self._api.hostname or "", self._api.port, timeout=self._silent_s)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/api/request", body, headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise LiqPayAway(f"LiqPay answers {answer.status}")
            return answer.read(_LARGEST_ANSWER_BYTES)
        finally:
            connection.close()

    def _signed(self, wish: Mapping[str, object]) -> dict[str, str]:
        said = {"version": _VERSION, "public_key": self._keys.public, **wish}
        data = base64.b64encode(json.dumps(said, ensure_ascii=False).encode()).decode()
        return {"data": data, "signature": self._signature(data, hashlib.sha1).decode()}

    def _signature(self, data: str, digest: Callable[[bytes], "hashlib._Hash"]) -> bytes:
        key = self._keys.private
        return base64.b64encode(digest(f"{key}{data}{key}".encode()).digest())
