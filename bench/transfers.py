"""Money sent from one subscriber to another through the API, against the statements alone."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from abonent.kernel.money import Money
from bench.figure import Figure
from bench.replay import Role
from bench.serving import CORES, PEOPLE, serving
from bench.writes import DATABASE, Writing, compared
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
    sending = Writing(
        f"transfers of {len(visitors):,}",
        f"{program.url}/api/v1/operations/transfer_money",
        visitors,
        [{"to": visitor.number, "amount": "1.00", "confirm": True} for visitor in visitors],
        roles(visitors),
        lambda: int(cluster.sql("SELECT COUNT(*) FROM entry WHERE kind = 'transfer'", DATABASE)),
    )
    return compared(cluster, sending, target)


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
