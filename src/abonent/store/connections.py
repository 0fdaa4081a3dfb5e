"""A few connections to PostgreSQL, lent one at a time.

asyncpg's own pool spends a task, two timers and a proxy on each loan, as much as a statement costs.
Here a loan is a list's pop: a connection that does not come back idle is closed, never mended, and
whoever comes next opens another.
"""

import asyncio
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = asyncpg.Connection

_WAIT_S = 10
"""How long a connection may take to open or to come free."""

_SETTINGS = {"jit": "off", "lock_timeout": "20s", "plan_cache_mode": "force_generic_plan"}
"""Left to itself, PostgreSQL plans a statement with an array in it anew each time (ADR 022)."""


class Connections:
    """At most so many; each is opened when there is no idle one, and kept."""

    def __init__(self, url: str, most: int) -> None:
        self._url = url
        self._free = asyncio.Semaphore(most)
        self._idle: list[Connection] = []
        self._closed = False

    async def borrow(self) -> Connection:
        """A connection for `give_back`; TimeoutError where none opens or comes free in time."""
        if self._free.locked():
            async with asyncio.timeout(_WAIT_S):
                await self._free.acquire()
        else:
            await self._free.acquire()
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        try:
            return await self._open()
        except BaseException:
            self._free.release()
            raise

    def give_back(self, connection: Connection, error: BaseException | None) -> None:
        """Take it back from a transaction that ended so. What was interrupted may not be idle."""
        interrupted = isinstance(error, TimeoutError) or not isinstance(error, Exception | None)
        if interrupted or self._closed or connection.is_in_transaction():
            connection.terminate()
        else:
            self._idle.append(connection)
        self._free.release()

    async def close(self) -> None:
        """Close the idle ones; the others are closed when they come back."""
        self._closed = True
        for connection in self._idle:
            await connection.close()
        self._idle.clear()

    async def _open(self) -> Connection:
        return await asyncpg.connect(self._url, timeout=_WAIT_S, server_settings=_SETTINGS)
