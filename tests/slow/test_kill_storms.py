"""A hundred times kill -9 in the middle of everything that moves money: nothing lost or doubled.

On PostgreSQL imports run beside the program and are killed with it, and a worker is killed in every
other storm. On SQLite one process writes at a time, so program and import are killed in turn.
"""

import asyncio
import csv
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from abonent.kernel.money import Money, parse_money
from abonent.store.database import open_database
from tests.fixtures.databases import Engine, sqlite_url
from tests.fixtures.population import RICH, People, populate, settings
from tests.fixtures.postgres import running_cluster
from tests.fixtures.program import COMMAND, Program, clean_environment, free_port, running_program
from tests.profiles import write_boundless
from tests.slow.storm import (
    CARD_AMOUNT,
    LIQPAY_KEY,
    SENT_AMOUNT,
    Crowd,
    Parties,
    UsageFiles,
)

pytestmark = pytest.mark.slow

STORMS = 100
RESTARTS = 10
PARTY = 12
"""How many people want each kind of thing."""
VOUCHERS = 3000
COMFORTABLE, POOR, SHORT = (Money(each, "UAH") for each in (5_000_000, 10_000, 8_000))
VOUCHER_MINOR = 500
ENTRY_KINDS = {
    "buy_package": "package",
    "top_up_by_voucher": "top_up",
    "top_up_by_card": "card_top_up",
    "transfer_money": "transfer",
    "take_promised_payment": "promised_payment",
}


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, str]]:
    """An empty store that keeps its promises about the disk."""
    if request.param == "sqlite":
        yield "sqlite", sqlite_url(tmp_path / "abonent.db")
        return
    with running_cluster(durable=True) as cluster:
        yield "postgres", cluster.create("storm")


def test_no_kill_loses_or_doubles_what_was_acknowledged(
    store: tuple[Engine, str], tmp_path: Path
) -> None:
    engine, url = store
    environment = storm_settings(url, tmp_path)
    parties = populated(url, environment, tmp_path)
    opening = balances(url)
    crowd = Crowd(parties)
    usage = UsageFiles(tmp_path, [each.number for each in parties.buyers], environment)
    chance = random.Random(3)
    for storm in range(STORMS):
        with serving(environment, tmp_path) as program:
            importing = usage.begin() if engine == "postgres" else None
            worker = working(environment) if engine == "postgres" and storm % 2 else None
            rage_and_kill(program, crowd, chance)
            if worker is not None:
                worker.kill()
                worker.wait()
            if importing is not None:
                kill(importing, usage)
        if engine == "sqlite":
            importing = usage.begin()
            time.sleep(chance.uniform(0.8, 2.5))
            kill(importing, usage)
        verify(environment)
    with serving(environment, tmp_path) as program:
        crowd.settle(program.url)
    usage.finish()
    verify(environment)
    assert len(crowd.wishes) > STORMS, "there was a storm"
    what_was_acknowledged_is_there_once(url, crowd)
    every_record_was_stored_once(url, usage)
    every_balance_follows(url, crowd, parties, opening)


def test_no_restart_of_the_database_loses_or_doubles_what_was_acknowledged(tmp_path: Path) -> None:
    with running_cluster(durable=True) as cluster:
        url = cluster.create("storm")
        environment = storm_settings(url, tmp_path)
        parties = populated(url, environment, tmp_path)
        opening = balances(url)
        crowd = Crowd(parties)
        with serving(environment, tmp_path) as program:
            over = threading.Event()
            raging = threading.Thread(target=crowd.rage, args=(program.url, over))
            raging.start()
            for _ in range(RESTARTS):
                time.sleep(2)
                cluster.crash()
            over.set()
            raging.join()
            assert not crowd.surprises, crowd.surprises
            crowd.settle(program.url)
        verify(environment)
        what_was_acknowledged_is_there_once(url, crowd)
        every_balance_follows(url, crowd, parties, opening)


def storm_settings(url: str, folder: Path) -> dict[str, str]:
    """The environment of the program: every rule, no limits, and LiqPay as the provider."""
    profile = write_boundless(folder / "profile", "liqpay")
    return settings(url, str(profile)) | {
        "ABONENT_PAYMENT_LIQPAY_PUBLIC_KEY": "storm",
        "ABONENT_PAYMENT_LIQPAY_PRIVATE_KEY": LIQPAY_KEY,
    }


def populated(url: str, environment: Mapping[str, str], folder: Path) -> Parties:
    profile = environment["ABONENT_PROFILE"]
    openings = (RICH, COMFORTABLE, POOR, SHORT)
    buyers, senders, redeemers, borrowers = (
        populate(url, People(PARTY, opening, first=n * PARTY), profile)
        for n, opening in enumerate(openings)
    )
    codes = issued_vouchers(environment, folder)
    return Parties(buyers, senders, redeemers, borrowers, codes)


def working(environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [str(COMMAND), "worker"],
        env=clean_environment() | dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def serving(environment: Mapping[str, str], folder: Path) -> AbstractContextManager[Program]:
    port = free_port()
    return running_program(["serve", "--port", str(port)], port, folder, environment)


def rage_and_kill(program: Program, crowd: Crowd, chance: random.Random) -> None:
    """Let everybody at the program, and kill it at some moment."""
    over = threading.Event()
    raging = threading.Thread(target=crowd.rage, args=(program.url, over))
    raging.start()
    time.sleep(chance.uniform(0.2, 1.2))
    program.process.kill()
    over.set()
    raging.join()
    assert not crowd.surprises, crowd.surprises


def kill(importing: "subprocess.Popen[bytes]", usage: UsageFiles) -> None:
    importing.kill()
    usage.ended(importing)


def command(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a command of the program on the store; it must succeed."""
    done = subprocess.run(
        [str(COMMAND), *arguments],
        env=clean_environment() | dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def verify(environment: Mapping[str, str]) -> None:
    command(environment, "ledger", "verify")


def issued_vouchers(environment: Mapping[str, str], folder: Path) -> list[str]:
    path = folder / "vouchers.csv"
    amount = Money(VOUCHER_MINOR, "UAH").decimal()
    issue = ("vouchers", "issue", "--count", str(VOUCHERS), "--amount", amount)
    command(environment, *issue, "--out", str(path))
    with path.open(encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)]


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the store, while nobody else has it open."""

    async def read() -> list[tuple[Any, ...]]:
        db = open_database(url, read_only=True)
        found = await db.read(lambda tx: tx.rows(sql))
        await db.close()
        return [tuple(row) for row in found]

    return asyncio.run(read())


def balances(url: str) -> dict[int, int]:
    return dict(rows(url, "SELECT account_id, amount FROM balance WHERE currency = 'UAH'"))


def what_was_acknowledged_is_there_once(url: str, crowd: Crowd) -> None:
    """Each receipt is an entry of its kind, and there are no entries beside them."""
    kinds = ", ".join(f"'{kind}'" for kind in ENTRY_KINDS.values())
    entries = dict(rows(url, f"SELECT id, kind FROM entry WHERE kind IN ({kinds})"))
    granted = [wish for operation in ENTRY_KINDS for wish in crowd.granted(operation)]
    told = {wish.receipt: ENTRY_KINDS[wish.operation] for wish in granted}
    assert len(told) == len(granted), "no receipt was given twice"
    assert all(crowd.granted(operation) for operation in ENTRY_KINDS), "all was tried"
    assert entries == told


def every_record_was_stored_once(url: str, usage: UsageFiles) -> None:
    assert rows(url, "SELECT COUNT(*) FROM usage_record") == [(usage.records,)]


def every_balance_follows(
    url: str, crowd: Crowd, parties: Parties, opening: dict[int, int]
) -> None:
    """What everybody has is what they began with and what they were told; but for borrowers.

    What was lent comes back by itself, and the invariants of the ledger look after that.
    """
    sent = minor(SENT_AMOUNT)
    gains = {
        "buy_package": only(url, "package"),
        "top_up_by_voucher": VOUCHER_MINOR,
        "top_up_by_card": minor(CARD_AMOUNT),
        "transfer_money": only(url, "transfer_fee") - sent,
    }
    receivers = {each.number: each.account for each in parties.senders}
    expected = Counter(opening)
    for operation, gain in gains.items():
        for wish in crowd.granted(operation):
            expected[wish.visitor.account] += gain
    for wish in crowd.granted("transfer_money"):
        expected[receivers[str(wish.body["to"])]] += sent
    charged = "SELECT account_id, SUM(charge_minor) FROM usage_record GROUP BY account_id"
    for account, charge_minor in rows(url, charged):
        expected[account] -= int(charge_minor)
    borrowers = {borrower.account for borrower in parties.borrowers}
    assert without(balances(url), borrowers) == without(expected, borrowers)


def only(url: str, kind: str) -> int:
    """What an entry of the kind took from a customer, which was the same each time."""
    [(amount,)] = rows(
        url,
        "SELECT DISTINCT p.amount FROM posting p JOIN entry e ON e.id = p.entry_id"
        f" WHERE e.kind = '{kind}' AND p.account_id > 1000",
    )
    return int(amount)


def minor(amount: str) -> int:
    return parse_money(amount, "UAH").amount_minor


def without(amounts: Mapping[int, int], accounts: set[int]) -> dict[int, int]:
    return {account: amount for account, amount in amounts.items() if account not in accounts}
