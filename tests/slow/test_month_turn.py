"""The month of 200,000 people is turned by workers that get killed, and ends like any other."""

import asyncio
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from abonent.profile.load import find, load
from abonent.store.database import open_database
from tests.fixtures.crowd import Crowd
from tests.fixtures.population import settings
from tests.fixtures.postgres import Cluster, running_cluster
from tests.fixtures.program import COMMAND, clean_environment
from tests.profiles import write_all_rules

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
    "promises": "SELECT account_id, amount, owed, fee_owed, closed_at FROM promise",
    "shortages": "SELECT line_id, kind, ref, rule, since, until FROM shortage",
    "messages": "SELECT peer, line_id, kind, details FROM outbox",
    "journal": "SELECT person_id, line_id, code, result, details FROM journal",
}
"""Everything that a month writes, but for ids and for when somebody was told."""

HAPPENED = {
    "a fee that was taken": "entry WHERE kind = 'tariff_fee'",
    "a package that renewed itself": "entry WHERE kind = 'package_renewal'",
    "a package that has become dearer": "outbox WHERE kind = 'package_renewal_ended'",
    "a change of tariff": "journal WHERE code = 'tariff_changed'",
    "points that expired": "entry WHERE kind = 'points_expired'",
    "a loan that was given back": "promise WHERE closed_at IS NOT NULL",
    "a loan that was given back in part": "promise WHERE owed BETWEEN 1 AND amount - 1",
    "a line that pays as it goes": "shortage WHERE rule = 'partial'",
    "a line that is barred": "shortage WHERE rule = 'one_way' AND kind = 'tariff_fee'",
    "a service that bars": "shortage WHERE rule = 'one_way' AND kind = 'service_fee'",
    "a loan that bars": "shortage WHERE rule = 'one_way' AND kind = 'promised_repayment'",
    "a bar that was ordered": "outbox WHERE kind = 'bar_outgoing'",
}


@dataclass(frozen=True)
class Month:
    """A database in which the month has ended for everybody."""

    cluster: Cluster
    database: str
    profile: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        url = self.cluster.url(self.database)
        return clean_environment() | settings(url, self.profile)

    def turn(self, workers: int, until: int = 0) -> None:
        """Let workers work until so much is left that is due, and kill them."""
        path = self.folder / "worker.log"
        command = [str(COMMAND), "worker"]
        with path.open("ab") as log:
            running = [
                subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
                for _ in range(workers)
            ]
        give_up_at = time.monotonic() + LONGEST_S
        try:
            while self.ripe() > until:
                assert time.monotonic() < give_up_at, path.read_text()
                assert all(worker.poll() is None for worker in running)
                time.sleep(0.5)
        finally:
            for worker in running:
                worker.kill()
                worker.wait()

    def ripe(self) -> int:
        now_us = time.time_ns() // 1000
        counted = f"SELECT COUNT(*) FROM due WHERE waiting = 0 AND due_at <= {now_us}"
        return int(self.cluster.sql(counted, self.database))

    def digest(self, name: str) -> str:
        """What a part of the books says, whatever order it was written in."""
        lines = f"SELECT ROW(b.*)::text AS line FROM ({BOOKS[name]}) b"
        return self.cluster.sql(
            f"SELECT COUNT(*), md5(string_agg(line, E'\\n' ORDER BY line)) FROM ({lines}) l",
            self.database,
        )

    def verify(self) -> None:
        command = [str(COMMAND), "ledger", "verify"]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_month_turned_by_two_workers_that_were_killed_ends_like_one_that_was_not_disturbed(
    tmp_path: Path,
) -> None:
    profile = a_month_alone(write_all_rules(tmp_path / "profile"))
    with running_cluster(durable=True) as cluster:
        calm, stormy = (Month(cluster, name, profile, tmp_path) for name in ("calm", "stormy"))
        asyncio.run(fill(cluster.create(calm.database), profile))
        cluster.create(stormy.database, template=calm.database)
        begun = time.monotonic()
        calm.turn(workers=1)
        rate = SUBSCRIBERS / (time.monotonic() - begun)
        sys.stderr.write(f"\n{SUBSCRIBERS:,} subscribers in one process: {rate:,.0f}/s\n")

        left = stormy.ripe()
        for share in KILLED_WHEN_LEFT:
            stormy.turn(WORKERS, until=int(left * share))
        stormy.turn(WORKERS)

        everything_happened(calm)
        for name in BOOKS:
            assert calm.digest(name) == stormy.digest(name), name
        for month in (calm, stormy):
            month.verify()
    assert rate >= RATE


def everything_happened(month: Month) -> None:
    """There is some of all that a month can bring, or the comparison would say little."""
    for what, sql in HAPPENED.items():
        assert int(month.cluster.sql(f"SELECT COUNT(*) FROM {sql}", month.database)), what


def a_month_alone(folder: Path) -> str:
    """The profile without bonuses for years: planning those is no part of a month."""
    path = folder / "operator.toml"
    path.write_text(re.sub(r"^(tenure|birthday) = .*\n", "", path.read_text(), flags=re.MULTILINE))
    return str(folder)


async def fill(url: str, profile: str) -> None:
    db = open_database(url)
    await db.migrate()
    await db.close()
    await Crowd(SUBSCRIBERS, load(find(profile)).operator.zone).join(url)
