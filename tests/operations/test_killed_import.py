"""`abonent usage import` under kill -9: every record ends up in the books once."""

import random
import subprocess
import time
from pathlib import Path

import pytest

from abonent.kernel.time import DAY_US, Instant, SystemClock, rfc3339
from abonent.ledger import sql as ledger
from abonent.ledger.invariants import broken
from abonent.store.database import open_database
from abonent.store.tx import ReadTx
from tests.fixtures.program import COMMAND, clean_environment
from tests.fixtures.subscribers import add_subscriber

KILLS = 12
RECORDS = 12_000
LINES = 20
NUMBER = "3809400000{:02d}"


def write_file(path: Path) -> None:
    """Calls of a minute each, at 1.50 or 1.60 a minute, far enough apart to be told apart."""
    begun = SystemClock().now() - DAY_US
    with path.open("w") as out:
        out.write("id,number,kind,direction,peer,at,amount\n")
        for n in range(RECORDS):
            at = rfc3339(Instant(begun + n * 1_000_000))
            out.write(f"r{n},{NUMBER.format(n % LINES)},call,out,0501234567,{at},60\n")


async def add_lines(url: str) -> None:
    db = open_database(url)
    at = Instant(SystemClock().now() - 9 * DAY_US)
    for n in range(LINES):
        await db.write(lambda tx, n=n: add_subscriber(tx, n, NUMBER.format(n), "second", at))  # type: ignore[misc]
    await db.close()


@pytest.mark.slow
async def test_an_import_that_is_killed_again_and_again_adds_every_record_once(
    database_url: str, tmp_path: Path
) -> None:
    await add_lines(database_url)
    path = tmp_path / "usage.csv"
    write_file(path)
    interrupted = sum(killed(database_url, path) for _ in range(KILLS))
    done = start(database_url, path)
    said, _ = done.communicate(timeout=120)
    assert done.returncode == 0, said
    assert interrupted > 0

    async def read(tx: ReadTx) -> tuple[int, int, int, int]:
        assert await broken(tx) == []
        records = await tx.value("SELECT COUNT(*) FROM usage_record")
        charged = await tx.value("SELECT CAST(SUM(charge_minor) AS BIGINT) FROM usage_record")
        owed = [await ledger.balance(tx, account, "UAH") for account in accounts]
        added = await tx.value("SELECT added + repeated FROM usage_import")
        return records, added, charged, -sum(money.amount_minor for money in owed)

    db = open_database(database_url)
    accounts = [row[0] for row in await db.read(lambda tx: tx.rows("SELECT id FROM account"))]
    records, added, charged, owed = await db.read(read)
    await db.close()
    assert (records, added) == (RECORDS, RECORDS)
    assert charged == owed > 0


def start(url: str, path: Path) -> "subprocess.Popen[bytes]":
    settings = {
        "ABONENT_DATABASE_URL": url,
        "ABONENT_PROFILE": "internet-assistant",
        "ABONENT_SECRET_KEY": "k" * 40,
    }
    return subprocess.Popen(
        [str(COMMAND), "usage", "import", str(path), "--format", "csv"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=clean_environment() | settings,
    )


def killed(url: str, path: Path) -> bool:
    """Start the import and end it without a word some time later; whether that interrupted it."""
    process = start(url, path)
    time.sleep(random.uniform(0.5, 3.0))
    process.kill()
    process.communicate()
    return process.returncode != 0
