"""People who buy, redeem and talk all at once, and remember what they were told."""

import itertools
import json
import random
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.fixtures.population import Visitor
from tests.fixtures.program import COMMAND, clean_environment

CLIENTS = 6
TIMEOUT_S = 10
PACKAGE = "sms-50"
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
    receipt: int | None = None

    def ask(self, client: httpx.Client, url: str) -> int | None:
        """Ask for it; the receipt's id, or None where nothing was heard."""
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
            return None
        if answer.status_code in OUTAGES:
            return None
        if answer.status_code != httpx.codes.OK:
            raise Surprise(f"{self}: {answer.text}")
        return int(answer.json()["receipt"]["id"])


@dataclass
class Crowd:
    """Everybody's wishes: packages without end, and each voucher once."""

    buyers: list[Visitor]
    redeemers: list[Visitor]
    codes: list[str]
    wishes: list[Wish] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._codes = iter(self.codes)
        self._lock = threading.Lock()
        self._unheard: list[Wish] = []
        self.surprises: list[str] = []
        self._chance = random.Random(7)

    def rage(self, url: str, over: threading.Event) -> None:
        """Ask and ask from several clients at once, until it is over."""
        with ThreadPoolExecutor(CLIENTS) as threads:
            for _ in range(CLIENTS):
                threads.submit(self._one, url, over)

    def settle(self, url: str) -> None:
        """Ask again for everything that was never answered."""
        with httpx.Client(timeout=TIMEOUT_S) as client:
            while self._unheard:
                self._hear(client, url, self._unheard.pop())

    def _one(self, url: str, over: threading.Event) -> None:
        with httpx.Client(timeout=TIMEOUT_S) as client:
            try:
                while not over.is_set():
                    self._hear(client, url, self._next())
            except Surprise as surprise:
                self.surprises.append(str(surprise))

    def _hear(self, client: httpx.Client, url: str, wish: Wish) -> None:
        wish.receipt = wish.ask(client, url)
        if wish.receipt is None:
            with self._lock:
                self._unheard.append(wish)

    def _next(self) -> Wish:
        """Something that was not answered before the last crash, or something new."""
        with self._lock:
            if self._unheard and self._chance.random() < 0.2:
                return self._unheard.pop(0)
            number = next(self._numbers)
            code = next(self._codes, None) if number % 3 == 0 else None
            if code is None:
                visitor = self._chance.choice(self.buyers)
                body: dict[str, object] = {"package": PACKAGE, "confirm": True}
                wish = Wish(visitor, "buy_package", body, f"wish-{number}")
            else:
                visitor = self._chance.choice(self.redeemers)
                wish = Wish(visitor, "top_up_by_voucher", {"code": code}, f"wish-{number}")
            self.wishes.append(wish)
            return wish


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
