"""`abonent serve` on PostgreSQL: as many as one likes on one port."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fixtures.databases import TEMPLATE
from tests.fixtures.population import settings
from tests.fixtures.postgres import Cluster
from tests.fixtures.program import answers, serving_together, stop

DATABASE = "abonent_serving"
VISITS = 40
"""If each goes to one of two by chance, all go to one in a run of ten to the eleventh."""


@pytest.fixture
def environment(migrated_postgres: Cluster) -> Iterator[dict[str, str]]:
    yield settings(migrated_postgres.create(DATABASE, TEMPLATE))
    migrated_postgres.drop(DATABASE)


def test_two_serve_at_one_port_and_either_is_enough(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with serving_together(2, tmp_path, environment) as ((first, its_metrics), (_, other)):
        assert all(answers(f"{first.url}/login") for _ in range(VISITS))
        answered = [answers_of(its_metrics), answers_of(other)]
        assert all(answered)
        assert sum(answered) == VISITS
        stop(first.process)
        assert first.process.returncode == 0
        assert all(answers(f"{first.url}/login") for _ in range(VISITS))


def answers_of(metrics: str) -> int:
    """How many pages have been answered, by the page of metrics."""
    page = httpx.get(metrics).text
    return sum(int(float(n)) for n in re.findall(r'_total\{.*route="/login".*\} ([0-9.]+)', page))
