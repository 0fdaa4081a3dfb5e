"""Pages and purchases of a thousand people through `abonent serve` on PostgreSQL."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench import load
from bench.figure import Figure
from bench.replay import Role
from bench.writes import DATABASE, Writing, compared
from tests.fixtures.population import PROFILE, People, Visitor, populate, settings
from tests.fixtures.postgres import Cluster, running_cluster
from tests.fixtures.program import Program, free_port, running_command, serving_together

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
    """So many processes of `abonent serve` on one port, each of them ready; the first of them.

    What pgbench does is done by all cores, so a process for each is what compares with it.
    """
    environment = settings(cluster.url(DATABASE), profile)
    with serving_together(processes, folder, environment) as programs:
        yield programs[0][0]


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
    first, second = visitors[:2]
    buying = Writing(
        "purchases",
        f"{program.url}/api/v1/operations/buy_package",
        visitors,
        [{"package": PACKAGE, "confirm": True}],
        [Role("n", 0, first.person, second.person - first.person)],
        lambda: int(cluster.sql("SELECT COUNT(*) FROM entry WHERE kind = 'package'", DATABASE)),
    )
    return compared(cluster, buying, 0.35)
