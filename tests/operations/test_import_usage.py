"""Importing files through the store: once, twice, broken, interrupted, by two at a time."""

import asyncio
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from abonent.accounts import lines
from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.outcome import Refused
from abonent.kernel.time import DAY_US, Instant
from abonent.ledger import sql as ledger
from abonent.ledger.invariants import broken
from abonent.operations.env import Env
from abonent.operations.usage import import_usage
from abonent.operations.usage.import_usage import Progress, Report, UsageFile, import_file
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx
from abonent.usage import sql as usage
from abonent.usage.formats.rows import Rejected
from abonent.usage.model import Import
from tests.fixtures.subscribers import add_subscriber
from tests.fixtures.system import ROOT
from tests.fixtures.usage import CATALOG, NOON, env_with

SAMPLES = ROOT / "tests" / "samples" / "cdr"
BEGUN = Instant(NOON - 60 * DAY_US)
HEADER = "id,number,kind,direction,peer,at,amount\n"
ANNA, BORYS = "380670000001", "380670000002"


@pytest.fixture
def env() -> Env:
    return env_with(CATALOG)


@pytest.fixture
async def anna(db: Database) -> LineId:
    return (await db.write(lambda tx: add_subscriber(tx, 1, ANNA, "per-minute", BEGUN)))[0]


@pytest.fixture
async def borys(db: Database) -> LineId:
    return (await db.write(lambda tx: add_subscriber(tx, 2, BORYS, "per-second", BEGUN)))[0]


@pytest.fixture
def chunks_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_usage, "CHUNK_LINES", 3)


class Killed(Exception):
    """Stands for the end of the process: what was committed is there, and nothing else."""


def nobody(_: Progress | Rejected) -> None:
    pass


def row(id: str, number: str = ANNA, *, amount: object = 60, at: str = "2026-03-09 12:00") -> str:
    return f"{id},{number},call,out,0501234567,{at}:00,{amount}\n"


def written(folder: Path, *rows: str, name: str = "usage.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "".join(rows))
    return path


async def imported(
    db: Database, env: Env, path: Path, format: str = "csv", line: str | None = None
) -> tuple[Import, list[Rejected]]:
    """The counts of an import that was not refused, and the lines that it rejected."""
    rejected: list[Rejected] = []

    def hear(said: Progress | Rejected) -> None:
        if isinstance(said, Rejected):
            rejected.append(said)

    done = await import_file(db, env, UsageFile(path, format, line), hear)
    assert not isinstance(done, Refused), done.code
    return done, rejected


def counts(done: Import) -> tuple[int, int, int, int]:
    return done.added, done.repeated, done.repaired, done.rejected


async def refusal(db: Database, env: Env, file: UsageFile) -> str:
    done = await import_file(db, env, file, nobody)
    assert isinstance(done, Refused)
    return done.code


async def books(db: Database) -> dict[str, Any]:
    """Everything that an import may change."""

    async def read(tx: ReadTx) -> dict[str, Any]:
        tables = ("usage_record", "lot_draw", "entry", "posting", "balance", "seen")
        found = {name: await tx.rows(f"SELECT * FROM {name}") for name in tables}
        assert await broken(tx) == []
        return {name: sorted(map(tuple, rows)) for name, rows in found.items()}

    return await db.read(read)


async def balance(db: Database, line: LineId) -> int:
    money = await db.read(lambda tx: ledger.balance(tx, AccountId(line - 2), "UAH"))
    return money.amount_minor


# what others wrote ------------------------------------------------------------------------------


async def test_it_works(db: Database, env: Env, anna: LineId) -> None:
    path = SAMPLES / "bandicoot-ego.csv"
    done, rejected = await imported(db, env, path, "bandicoot", ANNA)
    assert counts(done) == (314, 0, 0, 0)
    assert (rejected, done.lines_done, done.finished_at) == ([], 315, NOON)
    minutes = sum(
        -(-int(fields[4]) // 60)
        for fields in (line.split(",") for line in path.read_text().splitlines())
        if fields[:2] == ["call", "out"]
    )
    assert await balance(db, anna) == -(minutes * 100 + 73 * 75)


async def test_the_same_file_again_changes_nothing(db: Database, env: Env, anna: LineId) -> None:
    path = SAMPLES / "bandicoot-ego.csv"
    await imported(db, env, path, "bandicoot", ANNA)
    before = await books(db)
    done, _ = await imported(db, env, path, "bandicoot", ANNA)
    assert counts(done) == (0, 314, 0, 0)
    assert await books(db) == before


@pytest.mark.parametrize("name", ["orange-A.csv", "orange-B.csv"])
async def test_the_samples_of_orange_are_imported_for_a_line(
    db: Database, env: Env, anna: LineId, name: str
) -> None:
    done, rejected = await imported(db, env, SAMPLES / name, "orange", ANNA)
    assert (counts(done), rejected) == ((7, 0, 0, 0), [])
    before = await books(db)
    done, _ = await imported(db, env, SAMPLES / name, "orange", ANNA)
    assert counts(done) == (0, 7, 0, 0)
    assert await books(db) == before


async def test_letters_for_an_owner_are_nobodys_number(
    db: Database, env: Env, anna: LineId
) -> None:
    done, rejected = await imported(db, env, SAMPLES / "orange-A.csv", "orange")
    assert counts(done) == (0, 0, 0, 7)
    assert rejected == [Rejected(line, "number_unknown") for line in range(1, 8)]


async def test_one_file_for_two_lines_is_two_imports(
    db: Database, env: Env, anna: LineId, borys: LineId
) -> None:
    path = SAMPLES / "orange-A.csv"
    first, _ = await imported(db, env, path, "orange", ANNA)
    second, _ = await imported(db, env, path, "orange", BORYS)
    assert (counts(first), counts(second)) == ((7, 0, 0, 0), (7, 0, 0, 0))


# whose a record is ------------------------------------------------------------------------------


async def test_each_record_goes_to_the_line_of_its_number(
    db: Database, env: Env, anna: LineId, borys: LineId, tmp_path: Path
) -> None:
    path = written(tmp_path, row("1", f"+{ANNA}"), row("2", BORYS[3:], amount=61))
    done, _ = await imported(db, env, path)
    assert counts(done) == (2, 0, 0, 0)
    assert (await balance(db, anna), await balance(db, borys)) == (-100, -97)


async def test_a_recycled_number_is_that_of_the_line_that_had_it_then(
    db: Database, env: Env, anna: LineId, tmp_path: Path
) -> None:
    passed_on = Instant(NOON - 5 * DAY_US)

    async def recycle(tx: WriteTx) -> LineId:
        await tx.run("UPDATE identifier SET valid_to = $1 WHERE value = $2", passed_on, ANNA)
        return (await add_subscriber(tx, 2, ANNA, "per-second", passed_on))[0]

    borys = await db.write(recycle)
    early = row("1", at="2026-03-04 12:00")
    late = row("2", at="2026-03-06 12:00", amount=61)
    before_anybody = row("3", at="2025-03-06 12:00")
    done, rejected = await imported(db, env, written(tmp_path, early, late, before_anybody))
    assert counts(done) == (2, 0, 0, 1)
    assert rejected == [Rejected(4, "number_not_in_use")]
    assert (await balance(db, anna), await balance(db, borys)) == (-100, -97)


async def test_a_line_that_was_named_goes_before_the_number_in_the_file(
    db: Database, env: Env, anna: LineId, borys: LineId, tmp_path: Path
) -> None:
    await imported(db, env, written(tmp_path, row("1", ANNA), row("2", "")), line=BORYS)
    assert (await balance(db, anna), await balance(db, borys)) == (0, -190)


async def test_a_number_is_needed_where_no_line_is_named(
    db: Database, env: Env, anna: LineId, tmp_path: Path
) -> None:
    path = written(tmp_path, row("1", ""), row("2", "380679999999"), row("3", "067"))
    _, rejected = await imported(db, env, path)
    assert [one.reason for one in rejected] == [
        "number_missing",
        "number_unknown",
        "number_unknown",
    ]


# bad input --------------------------------------------------------------------------------------


async def test_every_rejected_line_is_reported_with_its_number_and_reason(
    db: Database, env: Env, anna: LineId, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        row("1"),
        row("2", amount=-5),
        row("3", amount="60.0"),
        "broken\n",
        row("4", "380679999999"),
        row("1"),
        row("5", at="2026-13-01 12:00"),
    )
    done, rejected = await imported(db, env, path)
    assert counts(done) == (2, 1, 1, 4)
    assert rejected == [
        Rejected(3, "amount_negative"),
        Rejected(5, "fields_missing"),
        Rejected(6, "number_unknown"),
        Rejected(8, "time_invalid"),
    ]


async def test_a_line_that_was_rejected_gets_another_chance(
    db: Database, env: Env, anna: LineId, tmp_path: Path
) -> None:
    path = written(tmp_path, row("1"), row("2", BORYS))
    first, _ = await imported(db, env, path)
    await db.write(lambda tx: add_subscriber(tx, 2, BORYS, "per-second", BEGUN))
    second, _ = await imported(db, env, path)
    third, _ = await imported(db, env, path)
    assert [counts(done) for done in (first, second, third)] == [
        (1, 0, 0, 1),
        (1, 1, 0, 0),
        (0, 2, 0, 0),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04" + bytes(100), "file_binary"),
        (bytes(range(256)) * 20, "file_binary"),
        (b"number;at\n1;2\n", "header_unknown"),
        (b"x" * 100_000, "header_unknown"),
    ],
)
async def test_a_file_that_cannot_be_usage_is_refused_whole(
    db: Database, env: Env, tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "usage.csv"
    path.write_bytes(content)
    assert await refusal(db, env, UsageFile(path, "csv")) == code
    assert await db.read(lambda tx: tx.rows("SELECT * FROM usage_import")) == []


async def test_what_is_no_file_is_refused(db: Database, env: Env, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.csv", tmp_path, Path("/dev/null")):
        assert await refusal(db, env, UsageFile(path, "csv")) == "file_unreadable"


async def test_an_unknown_format_or_line_is_refused(db: Database, env: Env, tmp_path: Path) -> None:
    path = written(tmp_path, row("1"))
    assert await refusal(db, env, UsageFile(path, "xlsx")) == "format_unknown"
    assert await refusal(db, env, UsageFile(path, "csv", ANNA)) == "line_unknown"
    assert await refusal(db, env, UsageFile(path, "csv", "nobody")) == "line_unknown"


async def test_a_login_names_a_line_too(db: Database, env: Env, tmp_path: Path) -> None:
    async def add(tx: WriteTx) -> None:
        line, _ = await add_subscriber(tx, 1, ANNA, "per-second", BEGUN)
        await tx.run("UPDATE identifier SET kind = 'login', value = 'home-17'")
        assert await lines.by_number(tx, "home-17") == await lines.by_id(tx, line)

    await db.write(add)
    by_login = "1,home-17,data,,,2026-03-09 12:00:00,1048576\n"
    done, _ = await imported(db, env, written(tmp_path, by_login))
    assert counts(done) == (1, 0, 0, 0)
    again, _ = await imported(db, env, written(tmp_path, by_login), line="home-17")
    assert counts(again) == (0, 1, 0, 0)


# interruption, size, two at a time --------------------------------------------------------------


@pytest.mark.usefixtures("chunks_of_three")
@pytest.mark.parametrize("after", [1, 2, 3])
async def test_an_import_that_was_killed_goes_on_where_it_stopped(
    db: Database,
    env: Env,
    anna: LineId,
    tmp_path: Path,
    after: int,
) -> None:
    rows = [row(str(n), amount=n if n % 4 else "no number") for n in range(1, 12)]
    path = written(tmp_path, *rows)
    with pytest.raises(Killed):
        await import_file(db, env, UsageFile(path, "csv"), killer(after))
    begun = await only_import(db)
    assert (begun.lines_done, begun.finished_at) == (1 + 3 * after, None)
    heard: list[Any] = []
    done = await import_file(db, env, UsageFile(path, "csv"), heard.append)
    states = [said.state for said in heard if isinstance(said, Progress)]
    assert isinstance(done, Import)
    assert states[0].lines_done == min(begun.lines_done + 3, 12)
    assert counts(done) == (9, 0, 0, 2)
    assert await balance(db, anna) == -900
    assert len((await books(db))["usage_record"]) == 9


def killer(after: int) -> Report:
    chunks = iter(range(1, after + 1))

    def hear(said: Progress | Rejected) -> None:
        if isinstance(said, Progress) and next(chunks) == after:
            raise Killed

    return hear


async def only_import(db: Database) -> Import:
    (digest,) = await db.read(lambda tx: tx.rows("SELECT digest FROM usage_import"))
    state = await db.read(lambda tx: usage.import_of(tx, digest[0]))
    assert state is not None
    return state


@pytest.mark.usefixtures("chunks_of_three")
async def test_progress_ends_with_the_whole_file(
    db: Database, env: Env, anna: LineId, tmp_path: Path
) -> None:
    path = written(tmp_path, *(row(str(n)) for n in range(5)))
    heard: list[Any] = []
    done = await import_file(db, env, UsageFile(path, "csv"), heard.append)
    assert [said.state.added for said in heard] == [3, 5]
    assert heard[-1].bytes_done == path.stat().st_size
    assert isinstance(done, Import)
    assert replace(done, finished_at=None) == heard[-1].state


@pytest.mark.usefixtures("anna")
async def test_memory_does_not_grow_with_the_file(
    db: Database, env: Env, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_usage, "CHUNK_LINES", 100)

    async def peak(count: int) -> int:
        path = written(tmp_path, row("1") * count, name=f"{count}.csv")
        tracemalloc.start()
        done, _ = await imported(db, env, path)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert done.added + done.repeated == count
        return used

    await peak(300)
    assert await peak(3_000) < 1.5 * await peak(301)


@pytest.mark.usefixtures("chunks_of_three")
async def test_two_imports_of_one_file_at_a_time_add_every_record_once(
    db: Database,
    env: Env,
    anna: LineId,
    borys: LineId,
    tmp_path: Path,
) -> None:
    path = written(tmp_path, *(row(str(n), (ANNA, BORYS)[n % 2]) for n in range(40)))
    both = await asyncio.gather(*(imported(db, env, path) for _ in range(2)))
    assert sum(done.added for done, _ in both) == 40
    assert (await balance(db, anna), await balance(db, borys)) == (-2000, -1900)
    assert len((await books(db))["usage_record"]) == 40
