"""PostgreSQL through asyncpg: READ COMMITTED, row locks in id order, constraints as the last word.

Reads run without BEGIN: at READ COMMITTED each statement has its own snapshot either way, and the
two round trips saved are a fifth of a page. What is done together is one statement: each part is
run until it asks for something, and then all is asked at once, writes as `WITH`.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

import asyncpg

from abonent.store.connections import Connection, Connections
from abonent.store.database import Read, Write
from abonent.store.errors import Unavailable
from abonent.store.migrations import LEDGER, steps
from abonent.store.tx import Row

T = TypeVar("T")
Rows = list[Row]

_OUTAGE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DiskFullError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
)
_TRANSIENT = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_MANY = 20
"""From so many rows on COPY, which costs two round trips, is cheaper than INSERT."""
_TRIES = 5
_LONGEST_S = 60
"""How long a transaction may take; reports and migrations take as long as they take."""
_PARAMETER = re.compile(r"\$([0-9]+)")
_MIGRATION_LOCK = 0x61626F6E  # "abon": one migrating process at a time


class _Asked:
    """A statement that waits to be asked together with others; awaiting it gives its rows.

    One that writes gives one row: how many rows it changed. `alone` is for what fits into no
    statement with others.
    """

    __slots__ = ("alone", "args", "sql", "writes")

    def __init__(
        self,
        sql: str,
        args: tuple[object, ...],
        *,
        writes: bool = False,
        alone: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self.sql = sql
        self.args = args
        self.writes = writes
        self.alone = alone

    def __await__(self) -> "Generator[_Asked, Rows, Rows]":
        return (yield self)


class _Batch:
    """What is done together within something that is: its statements wait with all the others."""

    __slots__ = ("asked",)

    def __init__(self, asked: "Sequence[_Asked]") -> None:
        self.asked = asked

    def __await__(self) -> "Generator[_Batch, Sequence[Rows], Sequence[Rows]]":
        return (yield self)


def _asked(awaited: object) -> _Asked | _Batch:
    if not isinstance(awaited, _Asked | _Batch):
        raise RuntimeError("what is done together awaited something other than the database")
    return awaited


def _flat(asked: Iterable[_Asked | _Batch]) -> list[_Asked]:
    return [one for each in asked for one in (each.asked if isinstance(each, _Batch) else (each,))]


class PostgresReadTx:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._together = False

    async def rows(self, sql: str, *args: object) -> Rows:
        if self._together:
            return await _Asked(sql, args)
        return cast("Rows", await self._connection.fetch(sql, *args))

    async def row(self, sql: str, *args: object) -> Row | None:
        rows = await self.rows(sql, *args)
        return rows[0] if rows else None

    async def value(self, sql: str, *args: object) -> Any:
        rows = await self.rows(sql, *args)
        return rows[0][0] if rows else None

    async def many(self, sql: str, values: Iterable[object], *args: object) -> Rows:
        listed = tuple(values)
        if not listed:
            return []
        # An array is one parameter: the statement is prepared once, however long the list is.
        return await self.rows(sql.replace("IN ($*)", f"= ANY(${len(args) + 1})"), *args, listed)

    async def gather(self, parts: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
        within, self._together = self._together, True
        try:
            return await self._gathered(parts, within=within)
        finally:
            self._together = within
            for part in parts:
                part.close()

    async def _gathered(
        self, parts: Sequence[Coroutine[Any, Any, Any]], *, within: bool
    ) -> list[Any]:
        results: list[Any] = [None] * len(parts)
        replies: dict[int, Any] = dict.fromkeys(range(len(parts)))
        while replies:
            asked: dict[int, _Asked | _Batch] = {}
            for n, reply in replies.items():
                try:
                    asked[n] = _asked(parts[n].send(reply))
                except StopIteration as end:
                    results[n] = end.value
            wanted = _flat(asked.values())
            found = iter(await self._of_all(wanted, within=within) if wanted else ())
            replies = {
                n: [next(found) for _ in each.asked] if isinstance(each, _Batch) else next(found)
                for n, each in asked.items()
            }
        return results

    async def _of_all(self, asked: Sequence[_Asked], *, within: bool) -> Sequence[Rows]:
        return await _Batch(asked) if within else await self._answers(asked)

    async def _answers(self, asked: Sequence[_Asked]) -> Sequence[Rows]:
        joined = [each for each in asked if not each.alone]
        sql = in_one(tuple((each.sql, len(each.args), each.writes) for each in joined))
        args = [arg for each in joined for arg in each.args]
        answers = iter(await self._connection.fetchrow(sql, *args) if joined else ())
        for each in asked:
            if each.alone:
                await each.alone()
        return [[] if each.alone else next(answers) for each in asked]


class PostgresWriteTx(PostgresReadTx):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.locked: set[int] = set()

    async def run(self, sql: str, *args: object) -> int:
        if self._together:
            return int((await _Asked(sql, args, writes=True))[0][0])
        status = await self._connection.execute(sql, *args)
        last = status.rpartition(" ")[2]
        return int(last) if last.isdigit() else 0

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        if len(rows) == 1:
            await self.run(sql, *rows[0])
        elif rows:
            await self._alone(lambda: self._connection.executemany(sql, rows))

    async def add(self, table: str, rows: Sequence[Sequence[object]], otherwise: str = "") -> None:
        if len(rows) < _MANY:
            if rows:
                sql = insertion(table, len(rows), len(rows[0]))
                await self.run(f"{sql} {otherwise}", *(value for row in rows for value in row))
        elif otherwise:
            await self.run_many(f"{insertion(table, 1, len(rows[0]))} {otherwise}", rows)
        else:
            await self._alone(lambda: self._connection.copy_records_to_table(table, records=rows))

    async def savepoint(self) -> None:
        await self._connection.execute("SAVEPOINT apply")

    async def rollback_to_savepoint(self) -> None:
        await self._connection.execute("ROLLBACK TO SAVEPOINT apply")

    async def _alone(self, work: Callable[[], Awaitable[object]]) -> None:
        if self._together:
            await _Asked("", (), alone=work)
        else:
            await work()


class PostgresDatabase:
    """A pool of connections, opened at the first use."""

    engine = "postgres"

    def __init__(self, url: str, *, pool_size: int) -> None:
        self._connections = Connections(url, pool_size)

    async def read(self, fn: Read[T]) -> T:
        async with _Loan(self._connections) as connection, asyncio.timeout(_LONGEST_S):
            return await fn(PostgresReadTx(connection))

    async def report(self, fn: Read[T]) -> T:
        async with _Loan(self._connections) as connection:
            return await fn(PostgresReadTx(connection))

    async def write(self, fn: Write[T]) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                async with _Loan(self._connections) as connection, asyncio.timeout(_LONGEST_S):
                    return await _transaction(connection, fn)
            except _TRANSIENT as error:
                if attempt == _TRIES:
                    raise Unavailable("the database is too busy") from error
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    async def migrate(self) -> list[str]:
        async with _Loan(self._connections) as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _MIGRATION_LOCK)
            await connection.execute(LEDGER)
            missing = await self._missing(connection)
            for name, sql in steps(self.engine):
                if name in missing:
                    await connection.execute(sql)
                    await connection.execute("INSERT INTO migration VALUES ($1)", name)
        return missing

    async def missing_migrations(self) -> list[str]:
        async with _Loan(self._connections) as connection:
            return await self._missing(connection)

    async def close(self) -> None:
        await self._connections.close()

    async def _missing(self, connection: Connection) -> list[str]:
        known = await connection.fetchval("SELECT to_regclass('migration') IS NOT NULL")
        done = await connection.fetch("SELECT name FROM migration") if known else []
        names = {row[0] for row in done}
        return [name for name, _ in steps(self.engine) if name not in names]


class _Loan:
    """A connection for as long as one transaction takes.

    What PostgreSQL says of its surroundings becomes Unavailable; our own faults stay.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def __aenter__(self) -> Connection:
        try:
            self._connection = await self._connections.borrow()
        except _OUTAGE as error:
            raise _unavailable(error) from error
        return self._connection

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._connections.give_back(self._connection, error)
        # A wrong parameter is our own fault, though asyncpg counts it among its interface errors.
        if isinstance(error, _OUTAGE) and not isinstance(error, asyncpg.DataError):
            raise _unavailable(error) from error


def _unavailable(error: BaseException) -> Unavailable:
    return Unavailable(f"the database cannot serve: {type(error).__name__}")


async def _transaction(connection: Connection, fn: Write[T]) -> T:
    """Begin, do and commit; where that was interrupted, the closed connection rolls it back."""
    await connection.execute("BEGIN")
    try:
        result = await fn(PostgresWriteTx(connection))
    except Exception:
        if not connection.is_closed():
            await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")
    return result


@lru_cache(256)
def insertion(table: str, rows: int, columns: int) -> str:
    """One statement that inserts so many whole rows."""
    marks = [f"${n}" for n in range(1, rows * columns + 1)]
    values = [f"({', '.join(marks[n : n + columns])})" for n in range(0, len(marks), columns)]
    return f"INSERT INTO {table} VALUES {', '.join(values)}"


@lru_cache(1024)
def in_one(statements: tuple[tuple[str, int, bool], ...]) -> str:
    """One statement that gives the rows of several as arrays of records.

    The parameters of each, of which there are so many, follow those of the ones before it. Of one
    that writes there is a single row, how many rows it changed.
    """
    writes, arrays, before = [], [], 0
    for n, (sql, count, is_write) in enumerate(statements):
        shifted = _shifted(sql, before)
        if is_write:
            writes.append(f"w{n} AS ({shifted} RETURNING 1)")
            shifted = f"SELECT COUNT(*) FROM w{n}"
        arrays.append(f"ARRAY(SELECT r FROM ({shifted}) r)")
        before += count
    head = f"WITH {', '.join(writes)} " if writes else ""
    return f"{head}SELECT {', '.join(arrays)}"


def _shifted(sql: str, by: int) -> str:
    """The statement with its parameters counted from `by` on."""
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + by}", sql)
