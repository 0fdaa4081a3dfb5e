"""A small LiqPay of the tests, as liqpay.ua/documentation describes version 3 of its protocol.

It works signatures out by itself, so that a mistake of the gateway's would not be repeated here.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode

from abonent.gateways.payments.liqpay import LiqPay, LiqPayKeys
from abonent.operations.ports import Checkout
from tests.gateways.servers import SILENT_S, Answer, Message, Payer, Served

KEYS = LiqPayKeys("i00000000001", "the private key of the shop")
NOT_FOUND = {"result": "error", "status": "error", "err_code": "payment_not_found"}


@dataclass
class LiqPayServer(Served):
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def gateway(self) -> LiqPay:
        return LiqPay(KEYS, "Barvinok", api=self.url, silent_s=SILENT_S)

    # the server ----------------------------------------------------------------------------------

    def answer(self, _method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        assert path == "/api/request"
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        wish = understood({name: value[0] for name, value in parse_qs(body.decode()).items()})
        actions = {"status": self._status, "paytoken": self._paytoken, "refund": self._refund}
        return Answer(200, json.dumps(actions[wish["action"]](wish)).encode())

    def _status(self, wish: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.orders.get(wish["order_id"], NOT_FOUND)

    def _paytoken(self, wish: Mapping[str, Any]) -> Mapping[str, Any]:
        if wish["order_id"] in self.orders:
            return {"result": "error", "status": "error", "err_code": "order_id_duplicate"}
        payer: Payer = "pays" if wish["card_token"] == "a good token" else "declined"
        return self._take(wish, payer)

    def _refund(self, wish: Mapping[str, Any]) -> Mapping[str, Any]:
        order = self.orders.get(wish["order_id"])
        if order is None or order["status"] != "success":
            return {"result": "error", "status": "error", "err_code": "payment_err_status"}
        order |= {"status": "reversed", "refund_amount": number(wish["amount"])}
        return {"result": "ok", "action": "refund", "status": "reversed"}

    # the provider --------------------------------------------------------------------------------

    async def visit(self, checkout: Checkout, payer: Payer) -> list[Message]:
        assert checkout.url == f"{self.url}/api/3/checkout"
        assert checkout.fields is not None
        wish = understood(checkout.fields)
        if payer == "leaves":
            return [callback({**shown(wish), "status": "3ds_verify"})]
        if self.orders.get(wish["order_id"], {}).get("status") == "success":
            return []  # LiqPay says that it has been paid
        order = self._take(wish, payer)
        return [callback({**order, "status": "processing"}), callback(order)]

    def _take(self, wish: Mapping[str, Any], payer: Payer) -> dict[str, Any]:
        good = payer == "pays"
        order = {**shown(wish), "status": "success" if good else "failure"}
        order["payment_id"] = 1_000_000 + len(self.orders)
        if not good:
            order |= {"err_code": "limit", "err_description": "…"}
        if good and wish.get("recurringbytoken") == "1":
            order["card_token"] = "a good token"
        self.orders[wish["order_id"]] = order
        return order

    async def kept(self, *, good: bool) -> str:
        return "a good token" if good else "a token of an empty card"

    async def taken(self, payment: int) -> int:
        order = self.orders.get(f"abonent-{payment}", {"status": "none"})
        paid = Decimal(str(order["amount"])) if order["status"] in ("success", "reversed") else 0
        return int(100 * (paid - Decimal(str(order.get("refund_amount", 0)))))

    def signed_again(self, body: bytes) -> Message:
        return sent(body)

    async def report(self) -> list[str]:
        columns = ("payment_id", "order_id", "status", "amount", "currency", "refund_amount")
        rows = [[str(order.get(name, "")) for name in columns] for order in self.orders.values()]
        return [",".join(columns), *(",".join(row) for row in rows)]


def understood(fields: Mapping[str, str]) -> dict[str, Any]:
    """What we were asked for, if it is signed and complete."""
    assert fields["signature"] == signature(fields["data"])
    wish: dict[str, Any] = json.loads(base64.b64decode(fields["data"]))
    assert wish["version"] == 3
    assert wish["public_key"] == KEYS.public
    if wish["action"] in ("pay", "paytoken"):
        assert {"amount", "currency", "description", "order_id", "server_url"} <= wish.keys()
    return wish


def signature(data: str, digest: str = "sha1") -> str:
    text = KEYS.private + data + KEYS.private
    return base64.b64encode(hashlib.new(digest, text.encode()).digest()).decode()


def shown(wish: Mapping[str, Any]) -> dict[str, Any]:
    """What LiqPay repeats of an order; amounts are numbers in its JSON."""
    return {
        "action": wish["action"],
        "order_id": wish["order_id"],
        "amount": number(wish["amount"]),
        "currency": wish["currency"],
        "payment_id": 77,
        "sender_card_mask2": "424242*42",
        "sender_card_type": "visa",
        "create_date": 1_790_000_000_000,
        "end_date": 1_790_000_005_000,
    }


def number(amount: str) -> float | int:
    value = Decimal(amount)
    return int(value) if value == int(value) else float(value)


def callback(told: Mapping[str, Any]) -> Message:
    return sent(json.dumps(told).encode())


def sent(told: bytes, digest: str = "sha1") -> Message:
    data = base64.b64encode(told).decode()
    form = {"data": data, "signature": signature(data, digest)}
    return Message(urlencode(form).encode(), {"content-type": "application/x-www-form-urlencoded"})
