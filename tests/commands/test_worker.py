"""`abonent worker` on PostgreSQL: how far a turn of the month has come is seen while it goes on."""

import asyncio
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from abonent.profile.load import load
from tests.fixtures.crowd import Crowd
from tests.fixtures.databases import TEMPLATE
from tests.fixtures.population import settings
from tests.fixtures.postgres import Cluster
from tests.fixtures.program import COMMAND, clean_environment, free_port, stop
from tests.profiles import write_all_rules

DATABASE = "abonent_turning"
SUBSCRIBERS = 1000
PATIENCE_S = 90

SLOW = """
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(2); RETURN NULL; END';
    CREATE TRIGGER slow AFTER INSERT ON entry FOR EACH STATEMENT EXECUTE FUNCTION wait();
"""
"""Each batch takes two seconds, so that a few people are turned as slowly as a hundred thousand."""

Metrics = Callable[[], dict[str, float]]


@pytest.fixture
def turning(migrated_postgres: Cluster, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of people whose month has ended, in a database that is slow to write to."""
    url, profile = migrated_postgres.create(DATABASE, TEMPLATE), write_all_rules(tmp_path / "rules")
    asyncio.run(Crowd(SUBSCRIBERS, load(profile).operator.zone).join(url))
    migrated_postgres.sql(SLOW, DATABASE)
    yield settings(url, str(profile))
    migrated_postgres.drop(DATABASE)


@contextmanager
def worker(environment: dict[str, str], log: Path) -> Iterator[Metrics]:
    """A running worker; what its metrics say of due work, once they say anything."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(COMMAND), "worker", "--metrics-port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=clean_environment() | environment,
        )

    def metrics() -> dict[str, float]:
        assert process.poll() is None, log.read_text()
        try:
            page = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
        except httpx.TransportError:
            return {}
        found = re.findall(r"^abonent_due_(\w+) ([0-9.]+)$", page, re.MULTILINE)
        return {name: float(value) for name, value in found}

    try:
        yield metrics
    finally:
        stop(process)


def seen(metrics: Metrics, wanted: Callable[[dict[str, float]], bool]) -> dict[str, float]:
    """The metrics as they are once they are as wanted."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not wanted(found := metrics()):
        assert time.monotonic() < give_up_at, found
        time.sleep(0.2)
    return found


def said(log: Path) -> list[dict[str, int]]:
    """What the log said of due work, line by line."""
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    return [line for line in lines if line["event"] == "due work"]


def test_a_running_worker_shows_how_far_a_turn_has_come(
    turning: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    with worker(turning, log) as metrics:
        halfway = seen(metrics, lambda found: found.get("left", 0) > 0)
        assert 0 < halfway["accounts_settled_total"] < SUBSCRIBERS
        lines = said(log)
        shown = (halfway["accounts_settled_total"], halfway["left"])
        assert shown in [(line["accounts"], line["left"]) for line in lines]
        assert lines[0]["per_second"] > 0

        done = seen(metrics, lambda found: found["left"] == 0)
        assert done["accounts_settled_total"] == SUBSCRIBERS
        last = said(log)[-1]
        assert (last["accounts"], last["left"]) == (SUBSCRIBERS, 0)
