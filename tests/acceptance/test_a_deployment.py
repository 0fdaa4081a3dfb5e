"""A19 as an operator runs it: PostgreSQL, two programs behind a front, and work going on beside."""

import csv
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet
from tests.fixtures.postgres import Cluster
from tests.fixtures.program import COMMAND, Program, clean_environment, free_port, running_program
from tests.fixtures.tls import Front, tls_front
from tests.fixtures.vouchers import printed_codes

DATABASE = "abonent_deployment"
NUMBER = "380947771122"
PUK = "40125533"
PASSWORD = "Pokuttia9025"
RECORDS = 8_000
FEWEST_ROUNDS = 3
PAGES = ("/home", "/statistics", "/tariffs", "/services", "/payments", "/journal")


@dataclass
class Operator:
    """A store with one subscriber, its commands, and programs that come and go."""

    environment: dict[str, str]
    folder: Path
    running: ExitStack = field(default_factory=ExitStack)

    def run(self, *words: str) -> str:
        """What a command prints; it must succeed."""
        done = subprocess.run(
            [str(COMMAND), *words],
            env=clean_environment() | self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def serve(self) -> "Serving":
        return Serving(self)


class Serving:
    """One `abonent serve` that can be ended and begun again."""

    def __init__(self, operator: Operator) -> None:
        self.port = free_port()
        self._operator = operator
        self._stack = operator.running.enter_context(ExitStack())
        self.start()

    def start(self) -> Program:
        words = ["serve", "--port", str(self.port)]
        return self._stack.enter_context(
            running_program(words, self.port, self._operator.folder, self._operator.environment)
        )

    def restart(self) -> None:
        """A deployment: the old program ends, a new one begins."""
        self._stack.close()
        self.start()


@pytest.fixture
def operator(postgres: Cluster, tmp_path: Path) -> Iterator[Operator]:
    operator = Operator(
        {
            "ABONENT_DATABASE_URL": postgres.create(DATABASE),
            "ABONENT_PROFILE": "internet-assistant",
            "ABONENT_SECRET_KEY": "a key of this test, long enough for it",
            "ABONENT_PUBLIC_URL": "https://localhost",
        },
        tmp_path,
    )
    operator.run("migrate")
    contract = operator.run("person", "add", "--name", "Богдана Ковальчук").split()[-1]
    line = ("--contract", contract, "--number", NUMBER, "--tariff", "second", "--puk", PUK)
    operator.run("line", "add", *line)
    operator.run("vouchers", "issue", "--count", "1", "--amount", "200.00", "--out", "codes.csv")
    with operator.running:
        yield operator
    postgres.drop(DATABASE)


@pytest.fixture
def first(operator: Operator) -> Serving:
    return operator.serve()


@pytest.fixture
def second(operator: Operator) -> Serving:
    return operator.serve()


@pytest.fixture
def front(first: Serving, tmp_path: Path) -> Iterator[Front]:
    with tls_front(tmp_path, first.port) as front:
        yield front


@pytest.fixture
def base_url(front: Front) -> str:
    return front.url


def test_a19_import_and_deployment_close_no_page(
    cabinet: Cabinet, operator: Operator, front: Front, first: Serving, second: Serving
) -> None:
    register_and_log_in(cabinet)
    cabinet.open("/topup")
    cabinet.fill("code", printed_codes(operator.folder / "codes.csv")[0])
    cabinet.has_done(cabinet.say("web.home.top_up"))

    file = written(operator.folder / "usage.csv")
    read_while(cabinet, lambda: operator.run("usage", "import", str(file), "--format", "csv"))
    cabinet.open("/statistics")
    calls = cabinet.say("web.statistics.calls", n=RECORDS)
    expect(cabinet.main.locator("#kind-call")).to_contain_text(calls)

    front.program_port = second.port
    read_while(cabinet, first.restart)
    front.program_port = first.port
    read_while(cabinet, second.restart)
    assert urlsplit(cabinet.page.url).path == PAGES[-1]
    assert "hold" in operator.run("ledger", "verify")


def register_and_log_in(cabinet: Cabinet) -> None:
    cabinet.open("/register")
    values = {"number": NUMBER, "puk": PUK, "password": PASSWORD, "password_again": PASSWORD}
    for name, value in values.items():
        cabinet.fill(name, value)
    cabinet.press(cabinet.say("web.login.register"))
    cabinet.page.wait_for_url("**/registered")
    cabinet.try_to_log_in(NUMBER, PASSWORD)
    cabinet.page.wait_for_url("**/home")


def written(path: Path) -> Path:
    """A file of calls to an emergency number, which are free, made just now."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("id", "number", "kind", "direction", "peer", "at", "amount"))
        rows.writerows(
            (f"r-{each}", NUMBER, "call", "out", "112", at, 10) for each in range(RECORDS)
        )
    return path


def read_while(cabinet: Cabinet, work: Callable[[], object]) -> None:
    """Open page after page until the work is done; each of them must open."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (handed to the test)
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    rounds = 0
    while thread.is_alive() or rounds < FEWEST_ROUNDS:
        for path in PAGES:
            cabinet.open(path)
            assert urlsplit(cabinet.page.url).path == path, "logged out"
        rounds += 1
    thread.join()
    assert failed == []
