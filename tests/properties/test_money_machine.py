"""Two thousand steps of the money machine on each engine; `make slow` takes a hundred thousand."""

import shutil
import sys
import time
from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fixtures.databases import Engine, Pool, sqlite_url
from tests.fixtures.house import all_rules
from tests.properties.money_ground import (
    DAYS_BETWEEN,
    ENTRIES,
    ENTRIES_WITH_A_PRICE,
    Stores,
)
from tests.properties.money_machine import MoneyMachine

QUICK, LONG = 2_000, 100_000
STEPS_OF_ONE = {QUICK: 100, LONG: 200}
"""The shorter they are, the more sets of rules are tried, and the younger the books stay."""
SPARE = {QUICK: 1.3, LONG: 1.0}
"""So many times the steps are begun: some runs end before their last step. The long one goes on."""
ALL = {
    *(f"entry {kind}" for kind in (*ENTRIES.values(), *ENTRIES_WITH_A_PRICE.values())),
    *(f"entry {kind}" for kind in DAYS_BETWEEN),
    "entry bonus_expired",
    "entry collect_call",
    "entry payment_charged_back",
    "entry payment_refunded",
    "entry payment_restored",
    "entry promised_repaid",
    "automatic payment failed",
    "automatic payment paid",
    "automatic payment review",
    "a worker that was killed",
    "keep_transfer",
    "resolve_payment",
}
"""What a long run must have brought about, or it would prove less than it says."""


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


def run(stores: Stores, steps: int) -> Counter[str]:
    """Run so many steps; how often anything was done in them."""

    class Machine(MoneyMachine):
        pass

    Machine.stores, Machine.profile, Machine.seen = stores, all_rules(), Counter()
    while (left := steps - Machine.seen["steps"]) > 0:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=round(left * SPARE[steps]) // STEPS_OF_ONE[steps] + 1,
                stateful_step_count=STEPS_OF_ONE[steps],
                deadline=None,
                derandomize=steps == QUICK,
                suppress_health_check=list(HealthCheck),
            ),
        )
    return Machine.seen


def test_whatever_people_do_with_money_the_books_hold(stores: Stores) -> None:
    run(stores, QUICK)


@pytest.mark.slow
def test_a_hundred_thousand_steps_hold_as_well(stores: Stores) -> None:
    begun = time.monotonic()
    seen = run(stores, LONG)
    took = time.monotonic() - begun
    sys.stderr.write(f"\n{seen['steps']:,} steps: {took / 60:.0f} minutes\n")
    assert not ALL - seen.keys()
