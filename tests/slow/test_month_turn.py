"""The month of 200,000 people is turned by workers that get killed, and ends like any other."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from abonent.profile.load import find, load
from abonent.store.database import open_database
from tests.fixtures.crowd import Crowd
from tests.fixtures.population import PROFILE, settings
from tests.fixtures.postgres import Cluster, running_cluster
from tests.fixtures.program import COMMAND, clean_environment

pytestmark = pytest.mark.slow

SUBSCRIBERS = 200_000
WORKERS = 2
KILLED_WHEN_LEFT = (0.8, 0.5, 0.2)
"""At which share of what was due the workers are killed."""

RATE = 1000
"""Subscribers a second in one process."""

LONGEST_S = 1800

BOOKS = {
    "postings": "SELECT p.account_id, e.kind, p.currency, p.amount, p.at, e.line_id, e.details"
    " FROM posting p JOIN entry e ON e.id = p.entry_id",
    "balances": "SELECT account_id, currency, amount FROM balance",
    "lots": "SELECT owner_id, bucket, unit, granted, remaining, valid_from, expires_at, source"
    " FROM lot",
    "due": "SELECT account_id, line_id, kind, ref, anchor, period, due_at, waiting, amount_minor"
    " FROM due",
    "tariffs": "SELECT line_id, tariff, valid_from, valid_to FROM subscription",
    "services": "SELECT line_id, service, valid_from, valid_to, paused, paid_until FROM activation",
    "shortages": "SELECT line_id, kind, ref, rule, since, until FROM shortage",
    "messages": "SELECT peer, line_id, kind, details FROM outbox",
    "journal": "SELECT person_id, line_id, code, result, details FROM journal",
}
"""Everything that a month writes, but for ids and for when somebody was told."""


def test_a_month_turned_by_two_workers_that_were_killed_ends_like_one_that_was_not_disturbed(
    tmp_path: Path,
) -> None:
    with running_cluster(durable=True) as cluster:
        calm = cluster.create("calm")
        asyncio.run(fill(calm))
        stormy = cluster.create("stormy", template="calm")
        begun = time.monotonic()
        turn(cluster, "calm", workers=1, folder=tmp_path)
        rate = SUBSCRIBERS / (time.monotonic() - begun)
        sys.stderr.write(f"\n{SUBSCRIBERS:,} subscribers in one process: {rate:,.0f}/s\n")

        left = ripe(cluster, "stormy")
        for share in KILLED_WHEN_LEFT:
            turn(cluster, "stormy", WORKERS, tmp_path, until=int(left * share))
        turn(cluster, "stormy", WORKERS, tmp_path)

        for name in BOOKS:
            assert digest(cluster, "calm", name) == digest(cluster, "stormy", name), name
        for url in (calm, stormy):
            verify(url)
    assert rate >= RATE


async def fill(url: str) -> None:
    db = open_database(url)
    await db.migrate()
    await db.close()
    await Crowd(SUBSCRIBERS, load(find(PROFILE)).operator.zone).join(url)


def turn(cluster: Cluster, database: str, workers: int, folder: Path, until: int = 0) -> None:
    """Let workers work until so much is left that is due, and kill them."""
    environment = clean_environment() | settings(cluster.url(database))
    with (folder / "worker.log").open("ab") as log:
        running = [
            subprocess.Popen([str(COMMAND), "worker"], env=environment, stdout=log, stderr=log)
            for _ in range(workers)
        ]
    give_up_at = time.monotonic() + LONGEST_S
    try:
        while ripe(cluster, database) > until:
            assert time.monotonic() < give_up_at, (folder / "worker.log").read_text()
            assert all(worker.poll() is None for worker in running)
            time.sleep(0.5)
    finally:
        for worker in running:
            worker.kill()
            worker.wait()


def ripe(cluster: Cluster, database: str) -> int:
    now_us = time.time_ns() // 1000
    counted = f"SELECT COUNT(*) FROM due WHERE waiting = 0 AND due_at <= {now_us}"
    return int(cluster.sql(counted, database))


def digest(cluster: Cluster, database: str, name: str) -> str:
    """What a part of the books says, whatever order it was written in."""
    lines = f"SELECT ROW(b.*)::text AS line FROM ({BOOKS[name]}) b"
    return cluster.sql(
        f"SELECT COUNT(*), md5(string_agg(line, E'\\n' ORDER BY line)) FROM ({lines}) l", database
    )


def verify(url: str) -> None:
    environment = clean_environment() | settings(url)
    command = [str(COMMAND), "ledger", "verify"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
