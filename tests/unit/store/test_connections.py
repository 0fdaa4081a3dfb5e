"""Connections to PostgreSQL that are lent, and what happens to those that come back otherwise."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from abonent.store import connections, postgres
from abonent.store.connections import Connections
from abonent.store.database import open_database
from abonent.store.errors import Unavailable
from abonent.store.tx import ReadTx


@pytest.fixture
def url(new_database: Callable[[str], str]) -> str:
    return new_database("postgres")


@pytest.fixture
async def two(url: str) -> AsyncIterator[Connections]:
    lent = Connections(url, 2)
    yield lent
    await lent.close()


async def test_it_works(two: Connections) -> None:
    first = await two.borrow()
    two.give_back(first, None)
    again = await two.borrow()
    other = await two.borrow()
    assert again is first
    assert other is not first
    two.give_back(other, LookupError("ours, and between two statements"))
    two.give_back(again, None)
    assert await two.borrow() is again
    assert await two.borrow() is other
    two.give_back(again, None)
    two.give_back(other, None)


async def test_who_waits_too_long_for_a_connection_is_told(
    two: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent = [await two.borrow(), await two.borrow()]
    monkeypatch.setattr(connections, "_WAIT_S", 0.02)
    with pytest.raises(TimeoutError):
        await two.borrow()
    waiting = asyncio.create_task(two.borrow())
    await asyncio.sleep(0)
    two.give_back(lent[0], None)
    assert await waiting is lent[0]
    two.give_back(lent[0], None)
    two.give_back(lent[1], None)


@pytest.mark.parametrize("error", [asyncio.CancelledError(), TimeoutError()])
async def test_what_was_interrupted_is_closed(two: Connections, error: BaseException) -> None:
    lent = await two.borrow()
    two.give_back(lent, error)
    assert lent.is_closed()


async def test_what_comes_back_inside_a_transaction_is_closed(two: Connections) -> None:
    lent = await two.borrow()
    await lent.execute("BEGIN")
    two.give_back(lent, None)
    assert lent.is_closed()


async def test_what_the_server_closed_is_not_lent(two: Connections) -> None:
    lent = await two.borrow()
    two.give_back(lent, None)
    await lent.close()
    fresh = await two.borrow()
    assert fresh is not lent
    assert not fresh.is_closed()
    two.give_back(fresh, None)


async def test_what_comes_back_after_the_end_is_closed(two: Connections) -> None:
    idle, lent = await two.borrow(), await two.borrow()
    two.give_back(idle, None)
    await two.close()
    two.give_back(lent, None)
    assert idle.is_closed()
    assert lent.is_closed()


async def test_a_transaction_that_takes_too_long_is_an_outage(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_LONGEST_S", 0.05)
    db = open_database(url, pool_size=1)

    async def slow(tx: ReadTx) -> object:
        return await tx.value("SELECT 1 FROM pg_sleep(5)")

    with pytest.raises(Unavailable):
        await db.read(slow)
    with pytest.raises(Unavailable):
        await db.write(slow)
    assert await db.read(lambda tx: tx.value("SELECT 1")) == 1
    await db.close()


async def test_a_request_that_is_given_up_leaves_its_place(url: str) -> None:
    db = open_database(url, pool_size=1)
    begun = asyncio.Event()

    async def slow(tx: ReadTx) -> None:
        begun.set()
        await tx.value("SELECT 1 FROM pg_sleep(5)")

    given_up = asyncio.create_task(db.read(slow))
    await begun.wait()
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert await db.read(lambda tx: tx.value("SELECT 1")) == 1
    await db.close()


async def test_a_statement_is_planned_once_whatever_its_arrays_hold(two: Connections) -> None:
    lent = await two.borrow()
    asked = "SELECT id FROM account WHERE id = ANY($1::bigint[])"
    await lent.execute("CREATE TEMPORARY TABLE account (id BIGINT PRIMARY KEY)")
    for n in range(10):
        await lent.fetch(asked, [n, n + 1])
    plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1"
    assert tuple(await lent.fetchrow(plans, asked)) == (10, 0)
    two.give_back(lent, None)
