"""People who move money and talk all at once, and remember what they were told."""

import base64
import hashlib
import itertools
import json
import random
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.fixtures.population import Debtor, Visitor
from tests.fixtures.program import COMMAND, clean_environment

CLIENTS = 6
TIMEOUT_S = 10
PACKAGE, GIFT, GIFT_POINTS, GIFT_AMOUNT = "sms-50", "money-10", 40, "10.00"
SENT_AMOUNT, CARD_AMOUNT, LENT_AMOUNT, BONUS_AMOUNT = "1.00", "100.00", "25.00", "0.15"
BACK_AMOUNTS = ("100.00", "40.00")
"""What payers get back: all of it, or a part."""
LIQPAY_KEY = "a private key of the storm"
RECORDS_PER_FILE = 4000
OUTAGES = {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.BAD_GATEWAY}


class Surprise(Exception):
    """An answer that nobody should have got."""


@dataclass
class Wish:
    """Something that somebody wants done once. `receipt` is the id that they were told."""

    visitor: Visitor
    operation: str
    body: dict[str, object]
    key: str
    may_be_refused: bool = False
    about: str = ""
    """The number that a transfer went to."""
    receipt: int | None = None

    def ask(self, client: httpx.Client, url: str) -> bool:
        """Ask for it; whether it was answered. Raises Surprise for an answer that cannot be."""
        try:
            answer = client.post(
                f"{url}/api/v1/operations/{self.operation}",
                content=json.dumps(self.body),
                headers={
                    "Authorization": f"Bearer {self.visitor.api_token}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": self.key,
                },
            )
        except httpx.TransportError:
            return False
        if answer.status_code == httpx.codes.OK:
            self.receipt = int(answer.json()["receipt"]["id"])
            return True
        if answer.status_code == httpx.codes.CONFLICT and self.may_be_refused:
            return True
        if answer.status_code not in OUTAGES:
            raise Surprise(f"{self}: {answer.text}")
        return False


@dataclass
class Callback:
    """What LiqPay tells of a payment that was asked for: it is paid, or so much went back."""

    payment: int
    back: str = ""

    def ask(self, client: httpx.Client, url: str) -> bool:
        """Tell it; whether it was heard."""
        told = {
            "action": "refund" if self.back else "pay",
            "status": "reversed" if self.back else "success",
            "order_id": f"abonent-{self.payment}",
            "payment_id": self.payment,
            "amount": CARD_AMOUNT,
            "currency": "UAH",
        }
        if self.back:
            told["refund_amount"] = self.back
        data = base64.b64encode(json.dumps(told).encode()).decode()
        digest = hashlib.sha3_256(f"{LIQPAY_KEY}{data}{LIQPAY_KEY}".encode()).digest()
        form = {"data": data, "signature": base64.b64encode(digest).decode()}
        try:
            answer = client.post(f"{url}/webhooks/payments/liqpay", data=form)
        except httpx.TransportError:
            return False
        if answer.status_code not in {*OUTAGES, httpx.codes.OK}:
            raise Surprise(f"{self}: {answer.status_code} {answer.text}")
        return answer.status_code == httpx.codes.OK


@dataclass(frozen=True)
class Parties:
    """Who wants what: packages, transfers to one another, vouchers and cards, promised payments.

    Savers pay by card as well, and spend what bonuses that brings; the others never do, so that
    what goes with money that is given back is all there. Nothing is wanted by those who only owe.
    """

    buyers: list[Visitor]
    senders: list[Visitor]
    redeemers: list[Visitor]
    savers: list[Visitor]
    borrowers: list[Visitor]
    debtors: list[Debtor]
    codes: list[str]


class Crowd:
    """Everybody's wishes without end, but each voucher once. Payments are told of twice."""

    def __init__(self, parties: Parties) -> None:
        self.wishes: list[Wish] = []
        self.given_back: dict[int, str] = {}
        """What went back of payments, by their ids."""
        self.surprises: list[str] = []
        self._parties = parties
        self._numbers = itertools.count(1)
        self._codes = iter(parties.codes)
        self._lock = threading.Lock()
        self._unheard: list[Wish | Callback] = []
        self._chance = random.Random(7)

    def rage(self, url: str, over: threading.Event) -> None:
        """Ask and ask from several clients at once, until it is over."""
        with ThreadPoolExecutor(CLIENTS) as threads:
            clients = [threads.submit(self._one, url, over) for _ in range(CLIENTS)]
        for client in clients:
            if fault := client.exception():
                self.surprises.append(repr(fault))

    def settle(self, url: str) -> None:
        """Ask again for everything that was never answered."""
        with httpx.Client(timeout=TIMEOUT_S) as client:
            while self._unheard:
                self._hear(client, url, self._unheard.pop())

    def granted(self, operation: str) -> list[Wish]:
        """The wishes of an operation that were answered with a receipt."""
        return [w for w in self.wishes if w.operation == operation and w.receipt is not None]

    def _one(self, url: str, over: threading.Event) -> None:
        with httpx.Client(timeout=TIMEOUT_S) as client:
            while not over.is_set():
                self._hear(client, url, self._next())

    def _hear(self, client: httpx.Client, url: str, wish: Wish | Callback) -> None:
        heard = wish.ask(client, url)
        with self._lock:
            self._unheard += self._following(wish) if heard else [wish]

    def _next(self) -> Wish | Callback:
        """Something that was not answered before the last crash, or something new."""
        with self._lock:
            if self._unheard and self._chance.random() < 0.4:
                return self._unheard.pop(0)
            return self._wanted(self._new(next(self._numbers)))

    def _wanted(self, wish: Wish) -> Wish:
        self.wishes.append(wish)
        return wish

    def _following(self, heard: Wish | Callback) -> list[Wish | Callback]:
        """What comes of something that was heard."""
        if isinstance(heard, Callback):
            return self._back(heard.payment) if not heard.back else []
        match heard.operation:
            case "top_up_by_card":
                assert heard.receipt is not None, "nobody may be refused a payment"
                return [Callback(heard.receipt)] * 2
            case "transfer_money" if self._chance.random() < 0.4:
                return [self._about("ask_transfer_back", heard.visitor, heard)]
            case "ask_transfer_back":
                to = next(w for w in self._parties.senders if w.number == heard.about)
                return [self._about("return_transfer", to, heard)]
            case _:
                return []

    def _back(self, payment: int) -> list[Wish | Callback]:
        """Who has paid gets the money back, now and then; that is told twice, too."""
        payers = {wish.receipt: wish.visitor for wish in self.granted("top_up_by_card")}
        refundable = payers[payment] in self._parties.redeemers
        if not refundable or payment in self.given_back or self._chance.random() < 0.6:
            return []
        self.given_back[payment] = self._chance.choice(BACK_AMOUNTS)
        return [Callback(payment, self.given_back[payment])] * 2

    def _about(self, operation: str, visitor: Visitor, of: Wish) -> Wish:
        """A wish about the transfer that another wish was about."""
        transfer = of.receipt if of.operation == "transfer_money" else of.body["transfer"]
        body = {"transfer": str(transfer), "confirm": True}
        key = f"wish-{next(self._numbers)}"
        about = str(of.body["to"]) if of.operation == "transfer_money" else of.about
        return self._wanted(Wish(visitor, operation, body, key, about=about))

    def _new(self, number: int) -> Wish:
        chance, key, parties = self._chance, f"wish-{number}", self._parties
        payers = [*parties.redeemers, *parties.savers]
        match number % 8:
            case 0 if code := next(self._codes, None):
                visitor = chance.choice([*payers, *parties.borrowers])
                return Wish(visitor, "top_up_by_voucher", {"code": code}, key)
            case 2 | 3:
                sender, receiver = chance.sample(parties.senders, 2)
                body = {"to": receiver.number, "amount": SENT_AMOUNT, "confirm": True}
                return Wish(sender, "transfer_money", body, key)
            case 4:
                body = {"amount": CARD_AMOUNT, "confirm": True}
                return Wish(chance.choice(payers), "top_up_by_card", body, key)
            case 5:
                body = {"amount": LENT_AMOUNT, "confirm": True}
                borrower = chance.choice(parties.borrowers)
                return Wish(borrower, "take_promised_payment", body, key, may_be_refused=True)
            case 6:
                body = {"bonus": "cashback", "amount": BONUS_AMOUNT, "confirm": True}
                saver = chance.choice(parties.savers)
                return Wish(saver, "exchange_bonus", body, key, may_be_refused=True)
            case 7:
                saver = chance.choice(parties.savers)
                body = {"gift": GIFT, "confirm": True}
                return Wish(saver, "redeem_gift", body, key, may_be_refused=True)
            case _:
                body = {"package": PACKAGE, "confirm": True}
                return Wish(chance.choice(parties.buyers), "buy_package", body, key)


class UsageFiles:
    """Files of usage records, imported one after another by processes that get killed.

    All records are of one moment, just after the lines came to be.
    """

    def __init__(self, folder: Path, numbers: list[str], environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._log = folder / "import.log"
        self._numbers = numbers
        self._environment = clean_environment() | dict(environment)
        self._files = self._written()
        self._current = next(self._files)
        self.written = 1

    @property
    def records(self) -> int:
        """How many different records the files hold that were begun."""
        return self.written * RECORDS_PER_FILE

    def begin(self) -> "subprocess.Popen[bytes]":
        """Start the import of the current file, in a process of its own."""
        command = [str(COMMAND), "usage", "import", str(self._current), "--format", "csv"]
        with self._log.open("wb") as log:
            return subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)

    def ended(self, process: "subprocess.Popen[bytes]") -> None:
        """Go on to the next file if this one came to its end."""
        if process.wait() == 0:
            self._current = next(self._files)
            self.written += 1

    def finish(self) -> None:
        """Import what is left of the current file, and every file once more."""
        for path in sorted(self._folder.glob("usage-*.csv")):
            self._current = path
            process = self.begin()
            assert process.wait() == 0, self._log.read_text()

    def _written(self) -> Iterator[Path]:
        chance = random.Random(11)
        moment = f"{datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
        for number in itertools.count(1):
            path = self._folder / f"usage-{number:04d}.csv"
            with path.open("w") as out:
                out.write("id,number,kind,direction,peer,at,amount\n")
                for n in range(RECORDS_PER_FILE):
                    owner = chance.choice(self._numbers)
                    seconds = chance.randrange(1, 400)
                    out.write(f"r{number}-{n},{owner},call,out,+380671234567,{moment},{seconds}\n")
            yield path
