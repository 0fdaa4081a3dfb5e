"""Many requests at the same moment, over HTTP: money is made and spent once."""

import asyncio
from collections import Counter

import httpx

from abonent.accounts.model import Line
from abonent.operations.identity.sessions import Client, start_session
from abonent.store.database import Database
from tests.matrix.stage import Stage, stage

CODE = "1234567890123450"


async def client_of(at: Stage, line: Line) -> httpx.AsyncClient:
    """A client with the session of the line's holder."""
    opened = await start_session(at.house.runner, line, Client("127.0.0.1", "api"))
    client = at.client()
    client.headers["Authorization"] = f"Bearer {opened.token}"
    return client


async def ask(client: httpx.AsyncClient, name: str, **fields: object) -> tuple[int, str]:
    answer = await client.post(f"/api/v1/operations/{name}", json={**fields, "confirm": True})
    return answer.status_code, answer.json().get("code", "done")


async def test_a_voucher_sent_two_hundred_times_at_once_is_credited_once(db: Database) -> None:
    at = stage(db)
    lines = [await at.house.subscriber() for _ in range(4)]
    await at.house.voucher(CODE, "100.00")
    clients = [await client_of(at, line) for line in lines]
    answers = Counter(
        await asyncio.gather(
            *(ask(clients[n % 4], "top_up_by_voucher", code=CODE) for n in range(200))
        )
    )
    assert answers[(200, "done")] == 1
    assert {code for _, code in answers} <= {
        "done",
        "voucher_used",
        "voucher_locked",
        "too_many_tries",
    }
    assert sorted([await at.house.balance(line) for line in lines])[-2:] == ["0.00", "100.00"]
    await at.house.books_are_sound()
    for client in clients:
        await client.aclose()


async def test_of_a_hundred_purchases_at_once_with_money_for_one_one_is_made(db: Database) -> None:
    at = stage(db)
    line = await at.house.subscriber("30.00")
    client = await client_of(at, line)
    answers = Counter(
        await asyncio.gather(
            *(ask(client, "buy_package", package="internet-1gb") for _ in range(100))
        )
    )
    assert answers == {(200, "done"): 1, (409, "balance_low"): 99}
    assert await at.house.balance(line) == "0.00"
    await at.house.books_are_sound()
    await client.aclose()
