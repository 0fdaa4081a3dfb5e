"""What a transaction can do. All SQL is one text for PostgreSQL and SQLite.

Parameters are `$1`, `$2` …; `$*` in `many` and `IN ($*)` is the list. Rows are read by position, in
the order of the columns of the frozen dataclass that they become.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

Row = Sequence[Any]


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


class WriteTx(ReadTx, Protocol):
    locked: set[int]
    """Customer accounts locked in this transaction; posting to another raises."""

    async def run(self, sql: str, *args: object) -> int:
        """Execute; the number of rows changed."""
        ...

    async def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Execute once per row of parameters."""
        ...

    async def savepoint(self) -> None: ...

    async def rollback_to_savepoint(self) -> None: ...
