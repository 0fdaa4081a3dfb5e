"""Ids of everything: 63-bit, time-ordered, drawn before the transaction that uses them."""

import itertools
import secrets
import time
from typing import NewType, Protocol

PersonId = NewType("PersonId", int)
ContractId = NewType("ContractId", int)
LineId = NewType("LineId", int)
AccountId = NewType("AccountId", int)
OperationId = NewType("OperationId", int)
"""Also the id of the operation's ledger entry, its proposal and its receipt."""

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z


class Ids(Protocol):
    def next(self) -> int: ...


class TimeOrderedIds:
    """41 bits of milliseconds, then 22 bits that start at a random place and count up.

    Two processes collide only if they draw the same 22 bits in one millisecond; the primary keys
    are the last word.
    """

    def __init__(self) -> None:
        self._counter = itertools.count(secrets.randbits(22))

    def next(self) -> int:
        elapsed_ms = time.time_ns() // 1_000_000 - _EPOCH_MS
        return elapsed_ms << 22 | (next(self._counter) & 0x3FFFFF)


class CountingIds:
    """1, 2, 3 …: for tests that compare ids."""

    def __init__(self, start: int = 1000) -> None:
        self._counter = itertools.count(start)

    def next(self) -> int:
        return next(self._counter)
