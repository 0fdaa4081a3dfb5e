"""What is on the books of a store, while nobody else writes to it."""

import asyncio
from collections import Counter
from typing import Any

from abonent.store.database import open_database


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the store."""

    async def read() -> list[tuple[Any, ...]]:
        db = open_database(url, read_only=True)
        found = await db.read(lambda tx: tx.rows(sql))
        await db.close()
        return [tuple(row) for row in found]

    return asyncio.run(read())


def balances(url: str) -> Counter[tuple[int, str]]:
    """Minor units by account and currency, where there are any."""
    found = rows(url, "SELECT account_id, currency, amount FROM balance WHERE amount <> 0")
    return Counter({(account, currency): amount for account, currency, amount in found})
