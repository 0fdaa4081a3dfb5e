"""Records rated and stored per second, on both engines."""

import asyncio
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from abonent.kernel.ids import TimeOrderedIds
from abonent.kernel.outcome import Refused
from abonent.kernel.time import DAY_US, Instant, SystemClock
from abonent.ledger import lots
from abonent.ledger.lots import Lot
from abonent.operations.env import Env
from abonent.operations.secrets import KeyedSecrets
from abonent.operations.usage.import_usage import UsageFile, import_file
from abonent.profile.load import find, load
from abonent.store.database import Database, open_database
from abonent.store.tx import WriteTx
from bench.figure import Figure
from tests.fixtures.databases import sqlite_url
from tests.fixtures.postgres import running_cluster
from tests.fixtures.subscribers import add_subscriber

LINES = 1000
RECORDS = 30_000
TARGET = 5000


def number(n: int) -> str:
    return f"38094{n:07d}"


def write_file(path: Path, count: int) -> None:
    """Records of one day of many lines: mostly calls, some received, some messages, some data."""
    chance = random.Random(1)
    begun = datetime.now(UTC) - timedelta(days=1)
    with path.open("w") as out:
        out.write("id,number,kind,direction,peer,at,amount\n")
        for n in range(count):
            at = begun + timedelta(seconds=86_000 * n / count)
            kind = chance.choices(("call", "sms", "data"), (6, 2, 2))[0]
            direction = "out" if kind == "data" else chance.choice(("out", "out", "in"))
            peer = "" if kind == "data" else f"+380{chance.choice((94, 50, 67))}{n % 9999999:07d}"
            amount = {"call": chance.randrange(1, 600), "sms": 1, "data": chance.randrange(1 << 26)}
            owner = number(chance.randrange(LINES))
            row = (f"r{n}", owner, kind, direction, peer, f"{at:%Y-%m-%dT%H:%M:%SZ}", amount[kind])
            out.write(",".join(map(str, row)) + "\n")


async def fill(db: Database, env: Env) -> None:
    """A thousand lines of two tariffs, half of them with lots."""
    at = Instant(env.clock.now() - 60 * DAY_US)

    async def write(tx: WriteTx) -> None:
        for n in range(LINES):
            tariff = ("second", "calm")[n % 2]
            line, _ = await add_subscriber(tx, n, number(n), tariff, at)
            if tariff == "calm":
                for bucket, unit, amount in (
                    ("minutes-onnet", "second", 30_000),
                    ("minutes-ukraine", "second", 3_600),
                    ("sms-ukraine", "sms", 50),
                    ("internet", "byte", 536_870_912),
                ):
                    until = Instant(at + 90 * DAY_US)
                    lot = Lot(env.ids.next(), line, bucket, unit, amount, amount, at, until, "")
                    await lots.grant(tx, lot)

    await db.migrate()
    await db.write(write)


def measure() -> list[Figure]:
    """Both engines; the slower one counts."""
    with tempfile.TemporaryDirectory() as folder, running_cluster(durable=True) as cluster:
        path = Path(folder) / "usage.csv"
        write_file(path, RECORDS)
        urls = (sqlite_url(Path(folder) / "bench.db"), cluster.create("bench"))
        rates = dict(asyncio.run(_import(url, path)) for url in urls)
    how = ", ".join(f"{engine} {rate:,.0f}/s" for engine, rate in rates.items())
    return [Figure("rated import, records/s", min(rates.values()), TARGET, how, digits=0)]


async def _import(url: str, path: Path) -> tuple[str, float]:
    """The engine, and how many records a second it took; the second time changes nothing."""
    profile = load(find("internet-assistant"))
    env = Env(profile, SystemClock(), TimeOrderedIds(), KeyedSecrets("k" * 32))
    db = open_database(url)
    await fill(db, env)
    begun = time.perf_counter()
    first = await import_file(db, env, UsageFile(path, "csv"), lambda _: None)
    seconds = time.perf_counter() - begun
    again = await import_file(db, env, UsageFile(path, "csv"), lambda _: None)
    await db.close()
    assert not isinstance(first, Refused), first
    assert not isinstance(again, Refused), again
    assert (first.added, again.added) == (RECORDS, 0), (first, again)
    return db.engine, RECORDS / seconds
