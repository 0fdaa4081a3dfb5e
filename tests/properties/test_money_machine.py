"""Two thousand steps of the money machine on each engine; `make slow` takes a hundred thousand."""

import shutil
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fixtures.databases import Engine, Pool, sqlite_url
from tests.fixtures.house import all_rules
from tests.properties.money_machine import MoneyMachine, Stores

STEPS_OF_ONE = 200
QUICK, LONG = 2_000, 100_000


@pytest.fixture
def stores(engine: Engine, request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    """Empty databases of the engine, one after another."""
    if engine == "postgres":
        pool: Pool = request.getfixturevalue("pool")
        return Stores(
            lambda: pool.cluster.url(pool.take()),
            lambda url: pool.give_back(url.partition("?")[0].rpartition("/")[2]),
        )
    template: Path = request.getfixturevalue("migrated_sqlite")
    numbers = count(1)

    def take() -> str:
        path = tmp_path / f"{next(numbers)}.db"
        shutil.copyfile(template, path)
        return sqlite_url(path)

    return Stores(take, lambda url: Path(url.removeprefix("sqlite:///")).unlink())


def run(stores: Stores, steps: int) -> None:
    class Machine(MoneyMachine):
        pass

    Machine.stores, Machine.profile = stores, all_rules()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=steps // STEPS_OF_ONE,
            stateful_step_count=STEPS_OF_ONE,
            deadline=None,
            derandomize=steps == QUICK,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_people_do_with_money_the_books_hold(stores: Stores) -> None:
    run(stores, QUICK)


@pytest.mark.slow
def test_a_hundred_thousand_steps_hold_as_well(stores: Stores) -> None:
    run(stores, LONG)
