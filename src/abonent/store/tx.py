"""What a transaction can do. All SQL is one text for PostgreSQL and SQLite.

Parameters are `$1`, `$2` …; `$*` in `many` and `IN ($*)` is the list. Rows are read by position, in
the order of the columns of the frozen dataclass that they become.
"""

from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Protocol, TypeVar, overload

Row = Sequence[Any]
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
G = TypeVar("G")
H = TypeVar("H")


class ReadTx(Protocol):
    """Reads. On SQLite no method suspends; awaiting anything else in a transaction raises."""

    async def rows(self, sql: str, *args: object) -> list[Row]: ...

    async def row(self, sql: str, *args: object) -> Row | None:
        """The first row, or None."""
        ...

    async def value(self, sql: str, *args: object) -> Any:
        """The first column of the first row, or None."""
        ...

    async def many(self, sql: str, values: Iterable[object], *args: object) -> list[Row]:
        """Rows of a statement with `IN ($*)`: `$*` is `values`, then `args` are `$1` … on.

        An empty list gives no rows and asks nothing.
        """
        ...

    async def gather(self, parts: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
        """What `together` does, for any number of parts."""
        ...


class WriteTx(ReadTx, Protocol):
    locked: set[int]
    """Customer accounts locked in this transaction; posting to another raises."""

    async def run(self, sql: str, *args: object) -> int:
        """Execute; the number of rows changed."""
        ...

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Execute once per row of parameters."""
        ...

    async def add(self, table: str, rows: Sequence[Sequence[object]], otherwise: str = "") -> None:
        """Insert whole rows, in the order of the table's columns; cheap where they are many.

        `otherwise` is what is done with a row that is there already: `ON CONFLICT … DO UPDATE …`.
        """
        ...

    async def savepoint(self) -> None: ...

    async def rollback_to_savepoint(self) -> None: ...


Part = Coroutine[Any, Any, A]


@overload
async def together(tx: ReadTx, a: Part[A], b: Part[B], /) -> tuple[A, B]: ...
@overload
async def together(tx: ReadTx, a: Part[A], b: Part[B], c: Part[C], /) -> tuple[A, B, C]: ...
@overload
async def together(
    tx: ReadTx, a: Part[A], b: Part[B], c: Part[C], d: Part[D], /
) -> tuple[A, B, C, D]: ...
@overload
async def together(
    tx: ReadTx, a: Part[A], b: Part[B], c: Part[C], d: Part[D], e: Part[E], /
) -> tuple[A, B, C, D, E]: ...
@overload
async def together(
    tx: ReadTx, a: Part[A], b: Part[B], c: Part[C], d: Part[D], e: Part[E], f: Part[F], /
) -> tuple[A, B, C, D, E, F]: ...
@overload
async def together(
    tx: ReadTx,
    a: Part[A],
    b: Part[B],
    c: Part[C],
    d: Part[D],
    e: Part[E],
    f: Part[F],
    g: Part[G],
    /,
) -> tuple[A, B, C, D, E, F, G]: ...
@overload
async def together(
    tx: ReadTx,
    a: Part[A],
    b: Part[B],
    c: Part[C],
    d: Part[D],
    e: Part[E],
    f: Part[F],
    g: Part[G],
    h: Part[H],
    /,
) -> tuple[A, B, C, D, E, F, G, H]: ...
async def together(tx: ReadTx, *parts: Part[Any]) -> tuple[Any, ...]:
    """What several functions give that need nothing of one another, in the order given.

    PostgreSQL is asked once for all of them, so they also see the same instant: none sees what
    another writes, and no two may write the same row. Each may ask several statements one after
    another; writes go through `run`, `run_many` and `add`.
    """
    return tuple(await tx.gather(parts))
