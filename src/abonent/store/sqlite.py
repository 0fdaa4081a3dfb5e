"""SQLite, embedded: one process, one writing connection, called directly.

The coroutine of a transaction is driven by hand. Its database calls never suspend, so a transaction
that does suspend has awaited something else, and that raises.
"""

import asyncio
import fcntl
import os
import re
import sqlite3
from collections.abc import Awaitable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from abonent.store.database import Read, Write
from abonent.store.errors import StoreInUse, Unavailable
from abonent.store.migrations import LEDGER, steps
from abonent.store.tx import Row

T = TypeVar("T")

_OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


class SqliteReadTx:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, *args: object) -> list[Row]:
        return self._execute(sql, args).fetchall()

    async def row(self, sql: str, *args: object) -> Row | None:
        return cast("Row | None", self._execute(sql, args).fetchone())

    async def value(self, sql: str, *args: object) -> Any:
        row = self._execute(sql, args).fetchone()
        return None if row is None else row[0]

    async def many(self, sql: str, values: Iterable[object], *args: object) -> list[Row]:
        listed = tuple(values)
        if not listed:
            return []
        marks = ", ".join(f"${len(args) + 1 + n}" for n in range(len(listed)))
        return self._execute(sql.replace("$*", marks), args + listed).fetchall()

    async def gather(self, parts: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
        try:
            return [await part for part in parts]
        finally:
            for part in parts:
                part.close()

    def _execute(self, sql: str, args: Sequence[object]) -> sqlite3.Cursor:
        return self._connection.execute(translate(sql), named(args))


class SqliteWriteTx(SqliteReadTx):
    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self.locked: set[int] = set()

    async def run(self, sql: str, *args: object) -> int:
        return self._execute(sql, args).rowcount

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self._connection.executemany(translate(sql), map(named, rows))

    async def add(self, table: str, rows: Sequence[Sequence[object]], otherwise: str = "") -> None:
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks}) {otherwise}", rows)

    async def savepoint(self) -> None:
        self._connection.execute("SAVEPOINT apply")

    async def rollback_to_savepoint(self) -> None:
        self._connection.execute("ROLLBACK TO apply")


class SqliteDatabase:
    """A store in one file, held by one writing process through a lock file beside it."""

    engine = "sqlite"

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        self._lock = None if read_only else hold(path)
        try:
            self._connection = connect(path, read_only=read_only)
        except sqlite3.Error as error:
            if self._lock is not None:
                self._lock.close()
            raise Unavailable(f"the store cannot be opened: {error}") from error
        self._reader: sqlite3.Connection | None = None
        self._reading = asyncio.Lock()

    async def read(self, fn: Read[T]) -> T:
        with outages():
            return drive(fn(SqliteReadTx(self._connection)))

    async def report(self, fn: Read[T]) -> T:
        async with self._reading:
            with outages():
                if self._reader is None:
                    self._reader = connect(self._path, read_only=True)
                tx = SqliteReadTx(self._reader)
                return await asyncio.to_thread(lambda: drive(fn(tx)))

    async def write(self, fn: Write[T]) -> T:
        connection = self._connection
        with outages():
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = drive(fn(SqliteWriteTx(connection)))
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        return result

    async def migrate(self) -> list[str]:
        missing = await self.missing_migrations()
        with outages():
            self._connection.execute(LEDGER)
            for name, sql in steps(self.engine):
                if name in missing:
                    self._connection.executescript(
                        f"BEGIN IMMEDIATE; {sql} INSERT INTO migration VALUES ('{name}'); COMMIT;"
                    )
        return missing

    async def missing_migrations(self) -> list[str]:
        with outages():
            known = self._connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = 'migration'"
            ).fetchone()[0]
            rows = self._connection.execute("SELECT name FROM migration") if known else ()
            done = {row[0] for row in rows}
        return [name for name, _ in steps(self.engine) if name not in done]

    async def close(self) -> None:
        self._connection.close()
        if self._reader is not None:
            self._reader.close()
        if self._lock is not None:
            self._lock.close()


def hold(path: Path) -> IO[bytes]:
    """Take the store's lock file, which the system gives up when the process ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        create(path)
        lock = path.with_name(path.name + ".lock").open("wb")
    except OSError as error:
        raise Unavailable(f"the store cannot be opened: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StoreInUse("this store is in use: stop the running program first") from error
    return lock


def create(path: Path) -> None:
    """Make the file, where it is not there, for its owner alone: SQLite would let others read it.

    What SQLite puts beside it gets the same mode.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -16000")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    else:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    return connection


def drive(work: Awaitable[T]) -> T:
    """Run a transaction's coroutine to its end; raises RuntimeError if it suspends."""
    coroutine = cast("Coroutine[None, None, T]", work)
    try:
        coroutine.send(None)
    except StopIteration as end:
        return cast("T", end.value)
    coroutine.close()
    raise RuntimeError("a transaction awaited something other than the database")


@contextmanager
def outages() -> Iterator[None]:
    """Turn what SQLite says of its surroundings into Unavailable; our own faults stay."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _OUTAGES:
            raise Unavailable(str(error)) from error
        raise


_ROW_LOCKS = re.compile(r"FOR NO KEY UPDATE( OF \w+)?( SKIP LOCKED)?")


@lru_cache(maxsize=1024)
def translate(sql: str) -> str:
    """SQLite has no row locks: the one writer holds them all."""
    return _ROW_LOCKS.sub("", sql)


_NAMES = tuple(str(n) for n in range(1, 32_767))  # SQLITE_MAX_VARIABLE_NUMBER


def named(args: Sequence[object]) -> dict[str, object]:
    return dict(zip(_NAMES, args, strict=False))
