"""Money sent from one subscriber to another through the API, against the statements alone."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from abonent.kernel.money import Money
from bench import load, replay
from bench.figure import Figure
from bench.replay import Role
from bench.serving import CORES, DATABASE, PEOPLE, WARM_SECONDS, ask, serving
from tests.fixtures.population import People, Visitor, populate
from tests.fixtures.postgres import Cluster, running_cluster
from tests.fixtures.program import Program
from tests.profiles import write_boundless

HOT = 10
OPENING = Money(5_000_000, "UAH")


def measure() -> list[Figure]:
    """Transfers between a thousand people, and between ten."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_cluster(durable=True) as cluster,
    ):
        profile = str(write_boundless(Path(folder) / "profile"))
        visitors = populate(cluster.create(DATABASE), People(PEOPLE, OPENING), profile)
        cluster.sql("VACUUM ANALYZE", DATABASE)
        with serving(cluster, Path(folder), profile, processes=CORES) as program:
            return [
                transfers(program, cluster, visitors, 0.40),
                transfers(program, cluster, visitors[:HOT], 0.30),
            ]


def transfers(
    program: Program, cluster: Cluster, visitors: Sequence[Visitor], target: float
) -> Figure:
    """Everybody sends everybody else one hryvnia after another."""
    url = f"{program.url}/api/v1/operations/transfer_money"
    tokens = [visitor.api_token for visitor in visitors]
    bodies = [
        json.dumps({"to": visitor.number, "amount": "1.00", "confirm": True})
        for visitor in visitors
    ]
    run = f"{len(visitors)}-"
    load.posts(url, tokens, bodies, f"{run}warm", WARM_SECONDS)
    key = f"{run}recorded"
    statements = replay.record(cluster, lambda: ask(url, tokens[0], bodies[1], key))
    before = sent(cluster)
    posts = load.posts(url, tokens, bodies, f"{run}run")
    done = sent(cluster) - before
    assert posts.failed == 0, f"{posts.failed} of {posts.requests} transfers failed"
    script = replay.script(statements, len(visitors), roles(visitors), {key})
    bare = replay.pgbench(cluster, DATABASE, script, load.CONNECTIONS, load.SECONDS)
    through_api = done / posts.seconds
    how = (
        f"{through_api:,.0f} transfers/s (99 % within {posts.p99_ms:.0f} ms) ÷ {bare:,.0f}/s of"
        f" their {script.statements} statements by pgbench"
    )
    return Figure(f"transfers of {len(visitors):,} ÷ pgbench", through_api / bare, target, how)


def roles(visitors: Sequence[Visitor]) -> list[Role]:
    """Visitor 0 sends to visitor 1: whose ids and numbers are in the statements."""
    first, second = visitors[:2]
    stride = second.person - first.person
    return [
        Role("n", 0, first.person, stride),
        Role("m", 1, second.person, stride),
        Role("n", 0, int(first.number), 1),
        Role("m", 1, int(second.number), 1),
    ]


def sent(cluster: Cluster) -> int:
    return int(cluster.sql("SELECT COUNT(*) FROM entry WHERE kind = 'transfer'", DATABASE))
