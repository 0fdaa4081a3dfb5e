"""localstripe as a process of its own on the loopback, in front of it what it does not know.

localstripe (by Adrien Vergé) knows payment intents, charges, refunds, declined cards and signed
webhooks of intents. It does not know Checkout sessions, idempotency keys and events of charges:
these are played here as docs.stripe.com describes them, on top of localstripe's own objects.
"""

import json
import queue
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import stripe

from abonent.gateways.payments.stripe import Stripe, StripeKeys
from abonent.operations.ports import Checkout
from tests.gateways.servers import SILENT_S, Answer, Message, Payer, Served

ROOT = Path(__file__).resolve().parents[2]
KEYS = StripeKeys("sk_test_localstripe", "whsec_of_the_tests")
CARDS = {"pays": "4242424242424242", "declined": "4000000000000341"}

_START = """
import sys
from aiohttp import web
from localstripe import resources, server
resources.store.dump_to_disk = lambda: None
web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""
"""Its own command listens on every interface and keeps its store in /tmp."""


@contextmanager
def localstripe() -> Iterator[str]:
    """The address of a localstripe that is running."""
    subprocess.run([ROOT / "tools" / "localstripe"], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    python = ROOT / ".venv" / "localstripe" / "bin" / "python"
    with subprocess.Popen(
        [python, "-W", "ignore", "-c", _START, str(port)], stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("localstripe does not start")


@dataclass
class StripeFront(Served):
    """Stripe as the gateway sees it: localstripe, with Checkout and idempotency keys."""

    behind: str = ""
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: dict[str, Answer] = field(default_factory=dict)
    hooks: "queue.Queue[Message]" = field(default_factory=queue.Queue)

    @property
    def gateway(self) -> Stripe:
        return Stripe(KEYS, "Barvinok", api=self.url, silent_s=SILENT_S)

    # the server ----------------------------------------------------------------------------------

    def answer(self, _method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if path == "/hook":
            self.hooks.put(Message(body, headers))
            return Answer(200, b"")
        key = headers.get("idempotency-key")
        if key in self.said:
            return self.said[key]
        if path == "/v1/checkout/sessions":
            answer = self._new_session(dict(parse_qsl(body.decode())))
        else:
            answer = self._ask(path, dict(parse_qsl(body.decode())) or None)
        if key is not None:
            self.said[key] = answer
        return answer

    def _new_session(self, form: dict[str, str]) -> Answer:
        id = f"cs_test_{len(self.sessions)}"
        url = f"https://checkout.stripe.com/c/pay/{id}"
        self.sessions[url] = {"id": id, "form": form}
        session = {"id": id, "object": "checkout.session", "url": url, "payment_status": "unpaid"}
        return Answer(200, json.dumps(session).encode())

    def _ask(self, path: str, form: dict[str, str] | None) -> Answer:
        data = None if form is None else urlencode(form).encode()
        headers = {"Authorization": f"Bearer {KEYS.secret}"}
        request = urllib.request.Request(f"{self.behind}{path}", data, headers)  # noqa: S310 (http)
        try:
            with urllib.request.urlopen(request) as found:  # noqa: S310
                return Answer(found.status, found.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read())

    def object(self, path: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._ask(path, form).body or b"{}")
        return found

    # the provider --------------------------------------------------------------------------------

    async def visit(self, checkout: Checkout, payer: Payer) -> list[Message]:
        session = self.sessions[checkout.url]
        form = session["form"]
        if payer == "leaves":
            return [self._session_event("checkout.session.expired", session, None)]
        customer, method = self._card(CARDS[payer]).split("/")
        ours = {
            name.removeprefix("payment_intent_data"): value
            for name, value in form.items()
            if name.startswith("payment_intent_data[metadata]")
        }
        intent = self.object(
            "/v1/payment_intents",
            {
                "amount": form["line_items[0][price_data][unit_amount]"],
                "currency": form["line_items[0][price_data][currency]"],
                "customer": customer,
                "payment_method": method,
                "confirm": "true",
                **{f"metadata{name.removeprefix('[metadata]')}": ours[name] for name in ours},
            },
        )
        own = self._told_of(customer)
        if payer == "declined":
            return [own, self._session_event("checkout.session.expired", session, None)]
        charge = {
            **intent["latest_charge"],
            "metadata": intent["metadata"],
            "amount_captured": intent["amount"],
            "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        }
        completed = "checkout.session.completed"
        return [
            self.event("charge.succeeded", charge),
            own,
            self._session_event(completed, session, intent["id"]),
        ]

    def _told_of(self, customer: str) -> Message:
        """localstripe's own words on the intent of the customer."""
        while True:
            message = self.hooks.get(timeout=5)
            if json.loads(message.body)["data"]["object"].get("customer") == customer:
                return message

    async def kept(self, *, good: bool) -> str:
        return self._card(CARDS["pays" if good else "declined"])

    async def taken(self, payment: int) -> int:
        intents = self.object("/v1/payment_intents?limit=100")["data"]
        return sum(
            charge["amount"] - charge["amount_refunded"]
            for intent in intents
            if intent["metadata"].get("payment") == str(payment)
            if (charge := intent["latest_charge"]) and charge["status"] == "succeeded"
        )

    def signed_again(self, body: bytes) -> Message:
        return signed(body)

    async def report(self) -> list[str]:
        """As docs.stripe.com/reports/report-types/balance has its columns."""
        columns = ("reporting_category", "gross", "currency", "payment_intent_id")
        lines = [",".join((*columns, "payment_metadata[payment]"))]
        for intent in self.object("/v1/payment_intents?limit=100")["data"]:
            charge, payment = intent["latest_charge"], intent["metadata"].get("payment", "")
            row = f"uah,{intent['id']},{payment}"
            if not charge or charge["status"] != "succeeded":
                continue
            lines.append(f"charge,{intent['amount'] / 100:.2f},{row}")
            if charge["amount_refunded"]:
                lines.append(f"refund,-{charge['amount_refunded'] / 100:.2f},{row}")
        return [*lines, "payout,-1000.00,uah,,"]

    def event(self, kind: str, about: Mapping[str, Any]) -> Message:
        return signed(event_body(kind, about))

    def _session_event(self, kind: str, session: Mapping[str, Any], intent: str | None) -> Message:
        form = session["form"]
        about = {
            "id": session["id"],
            "object": "checkout.session",
            "amount_total": int(form["line_items[0][price_data][unit_amount]"]),
            "currency": form["line_items[0][price_data][currency]"],
            "metadata": {"payment": form["metadata[payment]"]},
            "payment_intent": intent,
            "payment_status": "paid" if intent else "unpaid",
        }
        return self.event(kind, about)

    def _card(self, number: str) -> str:
        customer = self.object("/v1/customers", {"description": "somebody"})["id"]
        card = {"number": number, "exp_month": "12", "exp_year": "2030", "cvc": "123"}
        fields = {f"card[{name}]": value for name, value in card.items()}
        method = self.object("/v1/payment_methods", {"type": "card", **fields})["id"]
        self.object(f"/v1/payment_methods/{method}/attach", {"customer": customer})
        return f"{customer}/{method}"

    def tell_me(self) -> None:
        """Have localstripe send its webhooks here."""
        hook = {"url": f"{self.url}/hook", "secret": KEYS.webhook}
        self._ask("/_config/webhooks/tests", hook)


def event_body(kind: str, about: Mapping[str, Any], id: str = "evt_1") -> bytes:
    """An event as docs.stripe.com/api/events/object has it."""
    told = {
        "id": id,
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "data": {"object": about},
    }
    return json.dumps(told).encode()


def signed(body: bytes, age_s: int = 0) -> Message:
    """A body with the signature that Stripe gave it so many seconds ago."""
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode(), KEYS.webhook, int(time.time()) - age_s
    )
    return Message(body, {"stripe-signature": header})
