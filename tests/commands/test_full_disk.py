"""A disk that takes no more, under the running program: nothing is lost, doubled or half done."""

import resource
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from abonent.kernel.money import Money
from tests.fixtures.databases import sqlite_url
from tests.fixtures.population import People, Visitor, populate, settings
from tests.fixtures.program import (
    COMMAND,
    Program,
    clean_environment,
    free_port,
    running_program,
)
from tests.profiles import write_boundless

HASTE = 60
"""How many transfers are asked for before, while and after the disk is full."""
ROOM_BYTES = 65_536
"""Too little for any store, so that writing fails wherever it has come to."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return settings(sqlite_url(tmp_path / "abonent.db"), str(write_boundless(tmp_path / "profile")))


def test_a_full_disk_loses_and_doubles_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    url, profile = environment["ABONENT_DATABASE_URL"], environment["ABONENT_PROFILE"]
    port = free_port()
    sender, receiver = populate(url, People(2, Money(5_000_000, "UAH")), profile)
    serving = running_program(["serve", "--port", str(port)], port, tmp_path, environment)
    with serving as program, client_of(program, sender) as client:
        send = Sender(client, receiver)
        before = send.balance()
        send.all(range(HASTE))
        assert send.unanswered == []
        one = (before - send.balance()) / HASTE
        with no_more_room(program):
            send.all(range(HASTE, 2 * HASTE))
            assert send.unanswered, "there was no room"
            assert send.balance() == before - one * len(send.receipts)
        send.all(range(2 * HASTE, 3 * HASTE))
        lost, send.unanswered = send.unanswered, []
        send.all(lost)
        assert len(set(send.receipts.values())) == len(send.receipts) == 3 * HASTE
        assert send.balance() == before - one * 3 * HASTE
    command(environment, "ledger", "verify")


@contextmanager
def no_more_room(program: Program) -> Iterator[None]:
    """None of the program's files may grow, or be written to but at its very beginning."""
    limit = resource.RLIMIT_FSIZE
    before = resource.prlimit(program.process.pid, limit)
    resource.prlimit(program.process.pid, limit, (ROOM_BYTES, before[1]))
    try:
        yield
    finally:
        resource.prlimit(program.process.pid, limit, before)


def client_of(program: Program, visitor: Visitor) -> httpx.Client:
    headers = {"Authorization": f"Bearer {visitor.api_token}"}
    return httpx.Client(base_url=f"{program.url}/api/v1", headers=headers, timeout=20)


class Sender:
    """Asks for transfers of one hryvnia, each with a key of its own, and keeps what it was told."""

    def __init__(self, client: httpx.Client, receiver: Visitor) -> None:
        self.client = client
        self.body = {"to": receiver.number, "amount": "1.00", "confirm": True}
        self.receipts: dict[int, str] = {}
        self.unanswered: list[int] = []

    def all(self, numbers: Iterable[int]) -> None:
        """Ask for each, and remember those that were not answered."""
        for number in numbers:
            key = {"Idempotency-Key": f"transfer-{number}"}
            answer = self.client.post("/operations/transfer_money", json=self.body, headers=key)
            if answer.status_code == httpx.codes.OK:
                self.receipts[number] = answer.json()["receipt"]["id"]
            else:
                assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
                assert int(answer.headers["retry-after"]) > 0
                self.unanswered.append(number)

    def balance(self) -> Decimal:
        """What is on the sender's account, which can be read all the time."""
        answer = self.client.get("/home")
        assert answer.status_code == httpx.codes.OK, answer.text
        return Decimal(answer.json()["balance"]["amount"])


def command(environment: dict[str, str], *arguments: str) -> None:
    """Run a command of the program on the store; it must succeed."""
    done = subprocess.run(
        [str(COMMAND), *arguments],
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
