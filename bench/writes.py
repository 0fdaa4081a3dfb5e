"""What the API writes in a second, against what pgbench writes of the same statements."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from bench import load, replay
from bench.figure import Figure
from bench.replay import Role, Statement
from tests.fixtures.population import Visitor
from tests.fixtures.postgres import Cluster

DATABASE = "bench"
ROUNDS = 4
ROUND_SECONDS = 5
_runs = itertools.count()


@dataclass(frozen=True)
class Writing:
    """An operation that many visitors do through the API.

    Each sends another's body, or all the only one. `roles` are those who have a part in what the
    first visitor does; `done` counts it in the books.
    """

    name: str
    url: str
    visitors: Sequence[Visitor]
    bodies: Sequence[Mapping[str, object]]
    roles: Sequence[Role]
    done: Callable[[], int]


def compared(cluster: Cluster, writing: Writing, target: float) -> Figure:
    """API and pgbench take turns, so that whatever else the machine does meets both."""
    tokens = [visitor.api_token for visitor in writing.visitors]
    bodies = [json.dumps(body) for body in writing.bodies]
    run = f"run{next(_runs)}"
    load.posts(writing.url, tokens, bodies, f"{run}-warm", ROUND_SECONDS)
    key = f"{run}-recorded"
    script = replay.script(_recorded(cluster, writing, key), len(tokens), writing.roles, {key})
    done = seconds = bare = slowest_ms = 0.0
    for n in range(ROUNDS):
        before = writing.done()
        posts = load.posts(writing.url, tokens, bodies, f"{run}-{n}", ROUND_SECONDS)
        assert posts.failed == 0, f"{posts.failed} of {posts.requests} {writing.name} failed"
        done += writing.done() - before
        seconds += posts.seconds
        slowest_ms = max(slowest_ms, posts.p99_ms)
        bare += replay.pgbench(cluster, DATABASE, script, load.CONNECTIONS, ROUND_SECONDS) / ROUNDS
    through_api = done / seconds
    how = (
        f"{through_api:,.0f}/s (99 % within {slowest_ms:.0f} ms) ÷ {bare:,.0f}/s of their"
        f" {script.statements} statements by pgbench"
    )
    return Figure(f"{writing.name} ÷ pgbench", through_api / bare, target, how)


def _recorded(cluster: Cluster, writing: Writing, key: str) -> list[Statement]:
    """The statements of the first visitor's, as its second: the first may open a connection."""
    headers = {"Authorization": f"Bearer {writing.visitors[0].api_token}"}
    body = writing.bodies[1 % len(writing.bodies)]
    with httpx.Client(headers=headers) as client:

        def ask(key: str) -> None:
            answer = client.post(writing.url, json=body, headers={"Idempotency-Key": key})
            assert answer.status_code == httpx.codes.OK, answer.text

        ask(f"{key}-before")
        return replay.record(cluster, lambda: ask(key))
