"""Fifty times kill -9 in the middle of purchases, vouchers and usage: nothing lost or doubled.

On PostgreSQL imports run beside the program and are killed with it. On SQLite one process writes at
a time, so the two are killed in turn.
"""

import asyncio
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from abonent.kernel.money import Money
from abonent.store.database import open_database
from tests.fixtures.databases import Engine, sqlite_url
from tests.fixtures.population import RICH, People, populate, settings
from tests.fixtures.postgres import running_cluster
from tests.fixtures.program import COMMAND, Program, clean_environment, free_port, running_program
from tests.fixtures.vouchers import printed_codes
from tests.slow.storm import Crowd, UsageFiles

pytestmark = pytest.mark.slow

STORMS = 50
BUYERS, REDEEMERS = 12, 12
VOUCHERS = 3000
POOR = Money(10_000, "UAH")
VOUCHER_MINOR = 500
PACKAGE_POSTINGS = (
    "SELECT p.amount FROM posting p JOIN entry e ON e.id = p.entry_id"
    " WHERE e.kind = 'package' AND p.account_id > 1000"
)
ENTRY_KINDS = {"buy_package": "package", "top_up_by_voucher": "top_up"}


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
    buyers = populate(url, People(BUYERS, RICH))
    redeemers = populate(url, People(REDEEMERS, POOR, first=BUYERS))
    opening = balances(url)
    crowd = Crowd(buyers, redeemers, issued_vouchers(url, tmp_path))
    usage = UsageFiles(tmp_path, [each.number for each in buyers], settings(url))
    chance = random.Random(3)
    for _ in range(STORMS):
        with serving(url, tmp_path) as program:
            importing = usage.begin() if engine == "postgres" else None
            rage_and_kill(program, crowd, chance)
            if importing is not None:
                kill(importing, usage)
        if engine == "sqlite":
            importing = usage.begin()
            time.sleep(chance.uniform(0.8, 2.5))
            kill(importing, usage)
        verify(url)
    with serving(url, tmp_path) as program:
        crowd.settle(program.url)
    usage.finish()
    verify(url)
    assert len(crowd.wishes) > STORMS, "there was a storm"
    acknowledged_wishes_were_granted_once(url, crowd)
    every_record_was_stored_once(url, usage)
    every_balance_follows(url, crowd, opening)


def serving(url: str, folder: Path) -> AbstractContextManager[Program]:
    port = free_port()
    return running_program(["serve", "--port", str(port)], port, folder, settings(url))


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


def command(url: str, *arguments: str) -> None:
    """Run a command of the program on the store; it must succeed."""
    environment = clean_environment() | settings(url)
    done = subprocess.run(
        [str(COMMAND), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def verify(url: str) -> None:
    command(url, "ledger", "verify")


def issued_vouchers(url: str, folder: Path) -> list[str]:
    path = folder / "vouchers.csv"
    amount = Money(VOUCHER_MINOR, "UAH").decimal()
    command(
        url, "vouchers", "issue", "--count", str(VOUCHERS), "--amount", amount, "--out", str(path)
    )
    return printed_codes(path)


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


def acknowledged_wishes_were_granted_once(url: str, crowd: Crowd) -> None:
    """Each receipt is an entry of its kind, and there are no entries beside them."""
    kinds = dict(rows(url, "SELECT id, kind FROM entry WHERE kind IN ('package', 'top_up')"))
    told = {wish.receipt: ENTRY_KINDS[wish.operation] for wish in crowd.wishes}
    assert None not in told, "everything was answered in the end"
    assert len(told) == len(crowd.wishes), "no receipt was given twice"
    assert kinds == told


def every_record_was_stored_once(url: str, usage: UsageFiles) -> None:
    assert rows(url, "SELECT COUNT(*) FROM usage_record") == [(usage.records,)]


def every_balance_follows(url: str, crowd: Crowd, opening: dict[int, int]) -> None:
    """What everybody has is what they began with, less packages and calls, plus vouchers."""
    [price_minor] = {-amount for (amount,) in rows(url, PACKAGE_POSTINGS)}
    expected = Counter(opening)
    for wish in crowd.wishes:
        gain = VOUCHER_MINOR if wish.operation == "top_up_by_voucher" else -price_minor
        expected[wish.visitor.account] += gain
    charged = "SELECT account_id, SUM(charge_minor) FROM usage_record GROUP BY account_id"
    for account, charge_minor in rows(url, charged):
        expected[account] -= int(charge_minor)
    assert balances(url) == dict(expected)
