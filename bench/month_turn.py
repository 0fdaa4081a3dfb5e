"""Subscribers whose month is turned per second, by one process on PostgreSQL."""

import asyncio
import time

from abonent.kernel.ids import TimeOrderedIds
from abonent.kernel.time import SystemClock
from abonent.ledger.invariants import broken
from abonent.operations.due_work import settle_ripe
from abonent.operations.env import Env
from abonent.operations.secrets import KeyedSecrets
from abonent.profile.load import find, load
from abonent.store.database import open_database
from bench.figure import Figure
from tests.fixtures.crowd import Crowd
from tests.fixtures.postgres import running_cluster

SUBSCRIBERS = 20_000
TARGET = 1000


def measure() -> list[Figure]:
    """Fees, services, changes of tariff, points that expire: what a month brings, mixed."""
    with running_cluster(durable=True) as cluster:
        rate = asyncio.run(_turn(cluster.create("bench")))
    how = f"{SUBSCRIBERS:,} subscribers on PostgreSQL, one process"
    return [Figure("turn of the month, subscribers/s", rate, TARGET, how, digits=0)]


async def _turn(url: str) -> float:
    """Subscribers a second."""
    profile = load(find("internet-assistant"))
    env = Env(profile, SystemClock(), TimeOrderedIds(), KeyedSecrets("k" * 32))
    db = open_database(url)
    await db.migrate()
    await Crowd(SUBSCRIBERS, env.zone).join(url)
    begun, done = time.perf_counter(), 0
    while settled := await settle_ripe(db, env):
        done += settled
    seconds = time.perf_counter() - begun
    unsound = await db.read(broken)
    await db.close()
    assert not unsound, unsound
    assert done >= SUBSCRIBERS, done
    return SUBSCRIBERS / seconds
