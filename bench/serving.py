"""Pages and purchases of a thousand people through `abonent serve` on PostgreSQL."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from bench import load, replay
from bench.figure import Figure
from bench.replay import Role
from tests.fixtures.population import PROFILE, People, Visitor, populate, settings
from tests.fixtures.postgres import Cluster, running_cluster
from tests.fixtures.program import (
    Program,
    free_port,
    running_command,
    running_program,
    wait_for_page,
)

DATABASE = "bench"
PACKAGE = "internet-1gb"
PEOPLE = 1000
WARM_SECONDS = 3
CORES = os.cpu_count() or 1


def measure() -> list[Figure]:
    """The two ratios."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_cluster(durable=True) as cluster,
    ):
        visitors = populate(cluster.create(DATABASE), People(PEOPLE))
        cluster.sql("VACUUM ANALYZE", DATABASE)
        hello = hello_per_second(Path(folder))
        with serving(cluster, Path(folder)) as program:
            pages = home(program, visitors, hello)
        with serving(cluster, Path(folder), processes=CORES) as program:
            return [pages, purchases(program, cluster, visitors)]


@contextmanager
def serving(
    cluster: Cluster, folder: Path, profile: str = PROFILE, *, processes: int = 1
) -> Iterator[Program]:
    """So many processes of `abonent serve` on one port, each of them ready; the last of them.

    What pgbench does is done by all cores, so a process for each is what compares with it.
    """
    port = free_port()
    environment = settings(cluster.url(DATABASE), profile)
    with ExitStack() as running:
        for _ in range(processes):
            metrics_port = free_port()
            words = ["serve", "--port", str(port), "--metrics-port", str(metrics_port)]
            program = running.enter_context(running_program(words, port, folder, environment))
            # Another on the same port may have answered in its place.
            wait_for_page(f"http://127.0.0.1:{metrics_port}/metrics")
        yield program


def hello_per_second(folder: Path) -> float:
    """What the server does at most: a page that says hello."""
    port = free_port()
    command = [sys.executable, "-m", "bench.hello", str(port)]
    with running_command(command, port, folder, {"PYTHONPATH": str(Path.cwd())}) as program:
        load.pages(f"{program.url}/", ["none"], WARM_SECONDS)
        return load.pages(f"{program.url}/", ["none"]).per_second


def home(program: Program, visitors: Sequence[Visitor], hello: float) -> Figure:
    """The home page of everybody in turn, each of them seen to be right beforehand."""
    tokens = [visitor.web_token for visitor in visitors]
    with httpx.Client(base_url=program.url) as client:
        for token in tokens:
            answer = client.get("/home", headers={"Cookie": f"__Host-session={token}"})
            assert answer.status_code == httpx.codes.OK, f"/home: {answer.status_code}"
    pages = load.pages(f"{program.url}/home", tokens)
    assert pages.failed == 0, f"{pages.failed} of {pages.requests} pages failed"
    how = (
        f"{pages.per_second:,.0f} pages/s (95 % within {pages.p95_ms:.0f} ms)"
        f" ÷ {hello:,.0f} hellos/s"
    )
    return Figure("/home ÷ hello", pages.per_second / hello, 0.12, how, digits=3)


def purchases(program: Program, cluster: Cluster, visitors: Sequence[Visitor]) -> Figure:
    """Packages bought through the API, counted in the books, against the statements alone."""
    url = f"{program.url}/api/v1/operations/buy_package"
    body = json.dumps({"package": PACKAGE, "confirm": True})
    tokens = [visitor.api_token for visitor in visitors]
    load.posts(url, tokens, [body], "warm", WARM_SECONDS)
    statements = replay.record(cluster, lambda: ask(url, tokens[0], body, "recorded"))
    before = bought(cluster)
    posts = load.posts(url, tokens, [body], "run")
    done = bought(cluster) - before
    assert posts.failed == 0, f"{posts.failed} of {posts.requests} purchases failed"
    first, second = visitors[:2]
    buyer = Role("n", 0, first.person, second.person - first.person)
    script = replay.script(statements, len(visitors), [buyer], {"recorded"})
    bare = replay.pgbench(cluster, DATABASE, script, load.CONNECTIONS, load.SECONDS)
    through_api = done / posts.seconds
    how = (
        f"{through_api:,.0f} purchases/s ÷ {bare:,.0f}/s of their {script.statements} statements"
        " by pgbench"
    )
    return Figure("purchases ÷ pgbench", through_api / bare, 0.35, how)


def ask(url: str, token: str, body: str, key: str) -> None:
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    answer = httpx.post(url, content=body, headers=headers)
    assert answer.status_code == httpx.codes.OK, answer.text


def bought(cluster: Cluster) -> int:
    return int(cluster.sql("SELECT COUNT(*) FROM entry WHERE kind = 'package'", DATABASE))
