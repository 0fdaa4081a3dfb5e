"""Several things read at once: the same answers on both engines, one question on PostgreSQL."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from abonent.store.database import Database, open_database
from abonent.store.postgres import PostgresReadTx, in_one
from abonent.store.tx import ReadTx, Row, WriteTx, together


@pytest.fixture
def url(new_database: Callable[[str], str]) -> str:
    return new_database("postgres")


async def next_to(tx: ReadTx, number: int) -> int:
    return int(await tx.value("SELECT CAST($1 AS BIGINT) + 1", number))


async def two_after(tx: ReadTx, number: int) -> int:
    return await next_to(tx, await next_to(tx, number))


async def ids_of(tx: ReadTx, peer: str) -> list[Row]:
    return await tx.rows(
        "SELECT id, peer AS id FROM seen WHERE peer = $1 ORDER BY seen.id DESC", peer
    )


async def nothing(tx: ReadTx) -> Row | None:
    return await tx.row("SELECT peer FROM seen WHERE peer = $1 AND id = $2", "no", "1")


async def among(tx: ReadTx, *numbers: int) -> list[Row]:
    return await tx.many("SELECT CAST(7 AS BIGINT) WHERE 7 IN ($*)", numbers)


async def already_known(_tx: ReadTx) -> str:
    return "known"


async def test_it_works(db: Database) -> None:
    async def fn(tx: WriteTx) -> tuple[object, ...]:
        await tx.run_many("INSERT INTO seen VALUES ('a', $1)", [("1",), ("2",)])
        found = await together(
            tx, two_after(tx, 5), ids_of(tx, "a"), nothing(tx), already_known(tx), next_to(tx, 1)
        )
        assert await next_to(tx, 40) == 41
        return found

    seven, rows, none, known, two = await db.write(fn)
    assert (seven, none, known, two) == (7, None, "known", 2)
    assert isinstance(rows, list)
    assert [tuple(row) for row in rows] == [("2", "a"), ("1", "a")]


async def test_a_list_is_looked_for_beside_other_things(db: Database) -> None:
    async def fn(tx: ReadTx) -> tuple[list[Row], list[Row], int]:
        return await together(tx, among(tx, 6, 7, 8), among(tx), next_to(tx, 1))

    found, none, two = await db.read(fn)
    assert ([row[0] for row in found], none, two) == ([7], [], 2)


async def test_reads_and_writes_are_done_together_also_within_others(
    db: Database,
) -> None:
    insert = "INSERT INTO seen VALUES ($1, $2)"
    many = [("many", f"{n:02d}") for n in range(30)]

    async def some(tx: WriteTx) -> tuple[int, int, None]:
        return await together(
            tx, tx.run(insert, "run", "1"), next_to(tx, 1), tx.run_many(insert, [("one", "1")])
        )

    async def fn(tx: WriteTx) -> tuple[object, ...]:
        return await together(
            tx,
            some(tx),
            tx.run("UPDATE seen SET id = '9' WHERE peer = 'old'"),
            tx.add("seen", many),
            tx.run_many(insert, [("two", "1"), ("two", "2")]),
            tx.add("seen", [("few", "1"), ("few", "2")]),
        )

    await db.write(lambda tx: tx.run_many(insert, [("old", "1")]))
    assert await db.write(fn) == ((1, 2, None), 1, None, None, None)
    rows = await db.read(lambda tx: tx.rows("SELECT peer, id FROM seen ORDER BY peer, id"))
    few = [("few", "1"), ("few", "2")]
    rest = [("old", "9"), ("one", "1"), ("run", "1"), ("two", "1"), ("two", "2")]
    assert [tuple(row) for row in rows] == [*few, *many, *rest]


async def test_a_part_that_fails_ends_the_others(db: Database) -> None:
    async def fails(tx: ReadTx) -> int:
        raise LookupError(await next_to(tx, 1))

    async def fn(tx: ReadTx) -> object:
        return await together(tx, fails(tx), two_after(tx, 1), already_known(tx))

    with pytest.raises(LookupError, match="2"):
        await db.read(fn)


# PostgreSQL --------------------------------------------------------------------------------------


async def test_postgres_is_asked_once_for_what_is_wanted_at_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_database(url)
    asked: list[int] = []
    answers = PostgresReadTx._answers

    async def counted(tx: PostgresReadTx, statements: Any) -> Any:
        asked.append(len(statements))
        return await answers(tx, statements)

    monkeypatch.setattr(PostgresReadTx, "_answers", counted)
    await db.read(lambda tx: together(tx, two_after(tx, 1), next_to(tx, 1), nothing(tx)))
    assert asked == [3, 1]
    await db.close()


async def test_what_is_done_together_within_such_is_asked_with_all_the_others(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_database(url)
    asked: list[int] = []
    answers = PostgresReadTx._answers

    async def counted(tx: PostgresReadTx, statements: Any) -> Any:
        asked.append(len(statements))
        return await answers(tx, statements)

    async def some(tx: ReadTx) -> tuple[int, int]:
        return await together(tx, two_after(tx, 1), next_to(tx, 1))

    monkeypatch.setattr(PostgresReadTx, "_answers", counted)
    both, three = await db.read(lambda tx: together(tx, some(tx), next_to(tx, 2)))
    assert (both, three, asked) == ((3, 2), 3, [3, 1])
    await db.close()


async def test_what_is_read_together_awaits_nothing_else(url: str) -> None:
    db = open_database(url)
    with pytest.raises(RuntimeError, match="other than the database"):
        await db.read(lambda tx: together(tx, next_to(tx, 1), asyncio.sleep(0.01)))
    assert await db.read(lambda tx: next_to(tx, 1)) == 2
    await db.close()


def test_parameters_are_counted_on() -> None:
    statements = (("SELECT $1", 1), ("SELECT $2, $1, $10", 10), ("SELECT $1", 1))
    assert in_one(tuple((*each, False) for each in statements)) == (
        "SELECT ARRAY(SELECT r FROM (SELECT $1) r), ARRAY(SELECT r FROM (SELECT $3, $2, $11) r),"
        " ARRAY(SELECT r FROM (SELECT $12) r)"
    )
