"""What a history is lived in: a clock that stands in the past, and one transaction for it all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from abonent.kernel.time import Instant
from abonent.operations.env import Env
from abonent.operations.ports import Peer
from abonent.operations.runner import Runner
from abonent.simulator.shelf import Shelf
from abonent.store.database import Database, Read, Write
from abonent.store.tx import WriteTx

T = TypeVar("T")


class PastClock:
    """Stands still until it is moved, and only forward within one life."""

    def __init__(self, at: Instant) -> None:
        self._at = at

    def now(self) -> Instant:
        return self._at

    def reach(self, at: Instant) -> None:
        """Move on to the instant; one that is past already changes nothing."""
        self._at = Instant(max(self._at, at))

    def rewind(self, at: Instant) -> None:
        """Begin another life."""
        self._at = at


class OneTransaction:
    """A database inside a transaction that is already open: everything in it happens or nothing."""

    def __init__(self, tx: WriteTx) -> None:
        self._tx = tx
        self.engine = "open transaction"

    async def read(self, fn: Read[T]) -> T:
        return await fn(self._tx)

    async def report(self, fn: Read[T]) -> T:
        return await fn(self._tx)

    async def write(self, fn: Write[T]) -> T:
        return await fn(self._tx)

    async def migrate(self) -> list[str]:
        return []

    async def missing_migrations(self) -> list[str]:
        return []

    async def close(self) -> None:
        """Whoever opened the transaction ends it."""


@dataclass(frozen=True, slots=True)
class World:
    """What a life needs: the engine with its clock in the past, and how far the past reaches."""

    tx: WriteTx
    db: Database
    env: Env
    clock: PastClock
    runner: Runner
    peers: Mapping[str, Peer]
    shelf: Shelf
    now: Instant
