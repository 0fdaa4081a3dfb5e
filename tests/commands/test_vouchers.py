"""`abonent vouchers issue`: a file for the printers and digests in the store, or neither."""

import asyncio
import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from abonent.kernel.damm import is_sound
from abonent.ledger import vouchers
from abonent.main import vouchers as command
from abonent.store.database import open_database
from tests.commands.test_commands import Shell, settings
from tests.fixtures.databases import Engine

ISSUE = ("vouchers", "issue")


@pytest.fixture
def shell(
    engine: Engine,
    new_database: Callable[[Engine], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    return Shell(settings(new_database(engine)), tmp_path, monkeypatch)


def order(shell: Shell, count: int = 50, amount: str = "100.00") -> tuple[str, ...]:
    return (*ISSUE, f"--count={count}", f"--amount={amount}", f"--out={shell.folder / 'new.csv'}")


def printed(shell: Shell) -> list[dict[str, str]]:
    with (shell.folder / "new.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def stored(shell: Shell) -> list[tuple[Any, ...]]:
    return asyncio.run(read_all(shell.environment["ABONENT_DATABASE_URL"]))


async def read_all(url: str) -> list[tuple[Any, ...]]:
    db = open_database(url)
    columns = "batch, serial, amount, currency, expires_at, code_digest"
    rows = await db.read(lambda tx: tx.rows(f"SELECT {columns} FROM voucher ORDER BY serial"))
    await db.close()
    return [tuple(row) for row in rows]


def test_codes_are_printed_once_into_a_file_that_only_the_owner_reads(shell: Shell) -> None:
    assert "50 vouchers of 100.00 UAH" in shell.run(*order(shell))
    rows = printed(shell)
    assert list(rows[0]) == ["serial", "code", "amount", "currency", "valid_to"]
    assert len({row["code"] for row in rows}) == 50
    assert all(len(row["code"]) == 16 and is_sound(row["code"]) for row in rows)
    assert {(row["amount"], row["currency"]) for row in rows} == {("100.00", "UAH")}
    assert [row["serial"].rpartition("-")[2] for row in rows] == [f"{n:02d}" for n in range(1, 51)]
    assert (shell.folder / "new.csv").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in shell.folder.glob("new.csv*")] == ["new.csv"]


def test_the_store_has_digests_and_the_serial_of_each(shell: Shell) -> None:
    shell.run(*order(shell, 25))
    rows, kept = printed(shell), stored(shell)
    assert [f"{batch}-{n:02d}" for batch, n, *_ in kept] == [row["serial"] for row in rows]
    assert {(row[2], row[3]) for row in kept} == {(100_00, "UAH")}
    assert not any(row["code"].encode() in bytes(digest[5]) for row in rows for digest in kept)


def test_a_file_that_is_there_is_not_overwritten(shell: Shell) -> None:
    (shell.folder / "new.csv").write_text("mine")
    assert "cannot be written: File exists" in shell.run(*order(shell), status=1)
    assert (shell.folder / "new.csv").read_text() == "mine"
    assert stored(shell) == []


def test_a_folder_that_is_not_there_issues_nothing(shell: Shell) -> None:
    words = (*ISSUE, "--count=5", "--amount=10", f"--out={shell.folder / 'no' / 'new.csv'}")
    assert "No such file" in shell.run(*words, status=1)
    assert stored(shell) == []


def test_where_the_store_refuses_there_is_no_file(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(vouchers, "issue", broken)
    with pytest.raises(RuntimeError):
        shell.run(*order(shell))
    assert list(shell.folder.glob("new.csv*")) == []


def test_a_disk_that_is_full_issues_nothing(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left on device" in shell.run(*order(shell), status=1)
    assert list(shell.folder.glob("new.csv*")) == []
    assert stored(shell) == []


def test_codes_that_are_worth_money_are_kept_where_the_name_was_taken_meanwhile(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(*_: object) -> None:
        raise FileExistsError(17, "File exists")

    monkeypatch.setattr(os, "link", taken)
    assert "are in " in shell.run(*order(shell, 5), status=1)
    assert len(stored(shell)) == 5
    assert len((shell.folder / "new.csv.part").read_text().splitlines()) == 6


def test_many_are_stored_in_parts(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_CHUNK", 10)
    shell.run(*order(shell, 95))
    assert [row[1] for row in stored(shell)] == list(range(1, 96))


def test_a_code_that_was_issued_before_is_drawn_again(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([1, 1, 1, 2])
    monkeypatch.setattr(command, "randbelow", lambda _: next(drawn))
    shell.run(*order(shell, 1))
    (shell.folder / "new.csv").unlink()
    shell.run(*order(shell, 1))
    assert len({bytes(row[5]) for row in stored(shell)}) == 2


@pytest.mark.parametrize("amount", ["0.00", "-5", "1e308", "nan", "1.005", "١٠", "100000.01"])
def test_a_strange_amount_is_refused(shell: Shell, amount: str) -> None:
    shell.run(*order(shell, 1, amount), status=1)
    assert list(shell.folder.glob("new.csv*")) == []


@pytest.mark.parametrize("words", [("--count=0",), ("--count=-1",), ("--valid-days=0",)])
def test_nothing_or_for_no_day_is_refused(shell: Shell, words: tuple[str, ...]) -> None:
    shell.run(*order(shell), *words, status=1)
    assert stored(shell) == []
