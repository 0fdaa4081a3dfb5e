"""The database as the rest of the program sees it, whichever engine is behind it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, TypeVar

from abonent.store.tx import ReadTx, WriteTx

T = TypeVar("T")
Read = Callable[[ReadTx], Awaitable[T]]
Write = Callable[[WriteTx], Awaitable[T]]


class Database(Protocol):
    """Transactions as functions. `fn` awaits nothing but the transaction's own methods.

    `fn` changes nothing outside the transaction, because it may be run again. Every method raises
    `Unavailable` when the database cannot serve.
    """

    engine: str

    async def read(self, fn: Read[T]) -> T: ...

    async def report(self, fn: Read[T]) -> T:
        """A read that may take long: on SQLite in a thread, on a connection of its own."""
        ...

    async def write(self, fn: Write[T]) -> T: ...

    async def migrate(self) -> list[str]:
        """Apply the migrations that are missing; their names."""
        ...

    async def missing_migrations(self) -> list[str]: ...

    async def close(self) -> None: ...


POOL_SIZE = 5
"""Connections of one process, of which an operator has about one for each core. With more of them
PostgreSQL answers all later and no more of them."""


def open_database(url: str, *, read_only: bool = False, pool_size: int = POOL_SIZE) -> Database:
    """The database of `sqlite:///PATH` or `postgresql://…`; the latter connects at its first use.

    Raises ValueError for another kind of address, `StoreInUse` where another process writes to the
    SQLite store, `Unavailable` where the file cannot be opened.
    """
    scheme, separator, rest = url.partition("://")
    if scheme == "sqlite" and separator and rest.startswith("/"):
        from abonent.store.sqlite import SqliteDatabase

        return SqliteDatabase(Path(rest.removeprefix("/")), read_only=read_only)
    if scheme in {"postgresql", "postgres"}:
        from abonent.store.postgres import PostgresDatabase

        return PostgresDatabase(url, pool_size=pool_size)
    raise ValueError("the database address is sqlite:///PATH or postgresql://…")
