"""Transactions as functions: the same behaviour on both engines."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial

import asyncpg
import pytest

from abonent.store import sqlite
from abonent.store.database import Database, open_database
from abonent.store.errors import Unavailable
from abonent.store.tx import ReadTx, Row, WriteTx
from tests.fixtures.databases import Engine

CREATE = "INSERT INTO seen VALUES ($1, $2)"


@pytest.fixture
async def postgres_db(new_database: Callable[[Engine], str]) -> AsyncIterator[Database]:
    database = open_database(new_database("postgres"))
    yield database
    await database.close()


@pytest.fixture
async def sqlite_db(new_database: Callable[[Engine], str]) -> AsyncIterator[Database]:
    database = open_database(new_database("sqlite"))
    yield database
    await database.close()


async def seen(db: Database) -> list[tuple[object, ...]]:
    rows = await db.read(lambda tx: tx.rows("SELECT peer, id FROM seen ORDER BY peer, id"))
    return [tuple(row) for row in rows]


async def test_it_works(db: Database) -> None:
    async def write(tx: WriteTx) -> int:
        await tx.run(CREATE, "a", "1")
        await tx.run_many(CREATE, [("b", "1"), ("b", "2")])
        return await tx.run("UPDATE seen SET id = $2 WHERE peer = $1", "b", "3")

    with pytest.raises(Exception, match=r"(?i)unique"):
        await db.write(write)
    assert await seen(db) == []

    async def again(tx: WriteTx) -> int:
        await tx.run_many(CREATE, [("a", "1"), ("b", "1"), ("b", "2")])
        return await tx.run("DELETE FROM seen WHERE peer = $1", "b")

    assert await db.write(again) == 2
    assert await seen(db) == [("a", "1")]


async def test_rows_are_read_by_position(db: Database) -> None:
    async def fn(tx: ReadTx) -> tuple[list[Row], Row | None, Row | None, object, object]:
        return (
            await tx.rows("SELECT 1, 'x' UNION SELECT 2, 'y' ORDER BY 1"),
            await tx.row("SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT)", 7, "z"),
            await tx.row("SELECT peer FROM seen"),
            await tx.value("SELECT CAST($1 AS BIGINT) + 1", 41),
            await tx.value("SELECT peer FROM seen"),
        )

    rows, row, no_row, value, no_value = await db.read(fn)
    assert [tuple(found) for found in rows] == [(1, "x"), (2, "y")]
    assert row is not None
    assert tuple(row) == (7, "z")
    assert (no_row, value, no_value) == (None, 42, None)


@pytest.mark.parametrize("count", [0, 1, 3, 100])
async def test_whole_rows_are_added(db: Database, count: int) -> None:
    rows = [("a", f"{n:03d}") for n in range(count)]
    await db.write(lambda tx: tx.add("seen", rows))
    assert await seen(db) == rows


@pytest.mark.parametrize("count", [2, 100])
async def test_of_rows_one_of_which_is_there_none_is_added(db: Database, count: int) -> None:
    rows = [("a", f"{n:03d}") for n in range(count)]
    await db.write(lambda tx: tx.add("seen", rows[-1:]))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await db.write(lambda tx: tx.add("seen", rows))
    assert await seen(db) == rows[-1:]


async def test_a_list_is_looked_for_as_a_list(db: Database) -> None:
    await db.write(lambda tx: tx.run_many(CREATE, [("a", str(n)) for n in range(9)]))

    async def fn(tx: ReadTx) -> tuple[list[Row], list[Row]]:
        sql = "SELECT id FROM seen WHERE id IN ($*) AND peer = $1 ORDER BY id"
        return await tx.many(sql, ["1", "2", "30"], "a"), await tx.many(sql, [], "a")

    found, nothing = await db.read(fn)
    assert [row[0] for row in found] == ["1", "2"]
    assert nothing == []


async def test_a_transaction_that_fails_leaves_nothing(db: Database) -> None:
    async def fn(tx: WriteTx) -> None:
        await tx.run(CREATE, "a", "1")
        raise LookupError("on purpose")

    with pytest.raises(LookupError, match="on purpose"):
        await db.write(fn)
    assert await seen(db) == []


async def test_what_comes_after_a_savepoint_can_be_taken_back(db: Database) -> None:
    async def fn(tx: WriteTx) -> None:
        await tx.run(CREATE, "before", "1")
        await tx.savepoint()
        await tx.run(CREATE, "after", "1")
        await tx.rollback_to_savepoint()
        await tx.run(CREATE, "then", "1")

    await db.write(fn)
    assert await seen(db) == [("before", "1"), ("then", "1")]


async def test_a_report_sees_what_was_written(db: Database) -> None:
    await db.write(lambda tx: tx.run(CREATE, "a", "1"))
    for _ in range(2):
        rows = await db.report(lambda tx: tx.rows("SELECT peer FROM seen"))
        assert [row[0] for row in rows] == ["a"]


async def rows_of(sql: str, tx: ReadTx) -> list[Row]:
    return await tx.rows(sql)


async def test_a_fault_of_ours_is_no_outage(db: Database) -> None:
    for sql in ("SELECT * FROM nowhere", "SELEC 1"):
        with pytest.raises(Exception, match=r"(?i)nowhere|selec") as caught:
            await db.read(partial(rows_of, sql))
        assert not isinstance(caught.value, Unavailable)


async def test_a_wrong_parameter_is_no_outage(db: Database) -> None:
    with pytest.raises(Exception, match=r".") as caught:
        await db.write(lambda tx: tx.run(CREATE, "a", object()))
    assert not isinstance(caught.value, Unavailable)


# SQLite ------------------------------------------------------------------------------------------


async def test_a_transaction_that_awaits_something_else_raises_and_leaves_nothing(
    sqlite_db: Database,
) -> None:
    async def fn(tx: WriteTx) -> None:
        await tx.run(CREATE, "a", "1")
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="other than the database"):
        await sqlite_db.write(fn)
    with pytest.raises(RuntimeError, match="other than the database"):
        await sqlite_db.read(lambda _tx: asyncio.sleep(0))
    assert await seen(sqlite_db) == []


async def test_a_report_cannot_write(sqlite_db: Database) -> None:
    async def fn(tx: ReadTx) -> None:
        await tx.rows("INSERT INTO seen VALUES ('a', '1') RETURNING peer")

    with pytest.raises(Unavailable, match="readonly"):
        await sqlite_db.report(fn)


def test_row_locks_mean_nothing_where_one_writes() -> None:
    assert sqlite.translate("SELECT 1 FOR NO KEY UPDATE SKIP LOCKED").strip() == "SELECT 1"
    assert sqlite.translate("SELECT 1 FOR NO KEY UPDATE").strip() == "SELECT 1"


# PostgreSQL --------------------------------------------------------------------------------------


async def test_a_deadlock_is_tried_again(postgres_db: Database) -> None:
    tries = []

    async def fn(tx: WriteTx) -> None:
        tries.append(tx)
        await tx.run(CREATE, "a", str(len(tries)))
        if len(tries) < 3:
            raise asyncpg.DeadlockDetectedError

    await postgres_db.write(fn)
    assert await seen(postgres_db) == [("a", "3")]


async def test_a_deadlock_that_does_not_end_is_an_outage(
    postgres_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    async def no_wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", no_wait)

    async def fn(_tx: WriteTx) -> None:
        raise asyncpg.SerializationError

    with pytest.raises(Unavailable, match="too busy"):
        await postgres_db.write(fn)
    assert waits == sorted(waits)
    assert len(waits) == 4


async def test_two_transactions_that_lock_each_others_rows_both_end(postgres_db: Database) -> None:
    await postgres_db.write(lambda tx: tx.run_many(CREATE, [("a", "0"), ("b", "0")]))
    met = asyncio.Barrier(2)
    first = True

    async def add(tx: WriteTx, one: str, other: str) -> None:
        nonlocal first
        sql = "UPDATE seen SET id = id || '+' WHERE peer = $1"
        await tx.run(sql, one)
        if first:
            await met.wait()
            first = False
        await tx.run(sql, other)

    await asyncio.gather(
        postgres_db.write(lambda tx: add(tx, "a", "b")),
        postgres_db.write(lambda tx: add(tx, "b", "a")),
    )
    assert await seen(postgres_db) == [("a", "0++"), ("b", "0++")]
