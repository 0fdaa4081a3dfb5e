"""`abonent payments reconcile`: what an engineer sees, and the exit status."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from abonent.store.database import open_database
from tests.commands.test_commands import Shell, settings
from tests.fixtures.databases import Engine
from tests.fixtures.house import House
from tests.fixtures.payments import till

HEADER = "payment,reference,amount,currency\n"


@pytest.fixture
def store(new_database: Callable[[Engine], str]) -> str:
    return new_database("sqlite")


@pytest.fixture
def shell(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(settings(store), tmp_path, monkeypatch)


def begun(store: str) -> int:
    """A payment of 100.00 that was begun here, and of which nothing was heard."""

    async def begin() -> int:
        db = open_database(store)
        try:
            house = House(db)
            at = till(house)
            return (await at.begun(await house.subscriber())).id
        finally:
            await db.close()

    return asyncio.run(begin())


def reconciled(shell: Shell, *lines: str, status: int = 0) -> str:
    """Write the provider's file of a day, and compare it."""
    file = shell.folder / "day.csv"
    file.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return shell.run("payments", "reconcile", str(file), "--gateway", "demo", status=status)


def test_what_was_missed_is_booked_once(shell: Shell, store: str) -> None:
    payment = begun(store)
    line = f"{payment},dp_{payment},100.00,UAH"
    assert reconciled(shell, line) == "agreed 1, of them booked now 1\n"
    assert reconciled(shell, line) == "agreed 1, of them booked now 0\n"
    assert "invariants hold" in shell.run("ledger", "verify")


def test_differences_are_listed_and_end_with_a_failure(shell: Shell, store: str) -> None:
    payment = begun(store)
    lines = (f"{payment},dp_{payment},99.99,UAH", "7,dp_7,5.00,UAH")
    assert reconciled(shell, *lines, status=1) == "abonent: 2 differences remain\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("day.csv", "--gateway", "demo"), "the header is"),
        (("missing.csv", "--gateway", "demo"), "No such file"),
        (("day.csv", "--gateway", "demo", "--day", "tomorrow"), "is no day"),
        (("day.csv", "--gateway", "nobody"), "--gateway is one of"),
    ],
)
def test_what_cannot_be_read_is_one_line(shell: Shell, words: tuple[str, ...], says: str) -> None:
    (shell.folder / "day.csv").write_text("nonsense\n")
    assert says in shell.run("payments", "reconcile", *words, status=1)
