"""Calling a provider's blocking client: in threads of our own, and never longer than we can wait.

The threads are the gateway's own, so that a provider that hangs takes none from password hashing.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_THREADS = 8

CONNECT_S = 4.0
"""How long a provider may take to accept a connection."""
ANSWER_S = 10.0
"""How long it may then be silent."""
LIMIT_S = 20.0
"""How long one request of ours may take, repetitions included."""


class Aside:
    """Runs what blocks in threads named after the gateway; raises TimeoutError after `limit_s`.

    A call that is given up may still reach the provider: what it asks for must be repeatable.
    """

    def __init__(self, name: str, limit_s: float = LIMIT_S) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=name)
        self._limit_s = limit_s

    async def __call__(self, call: Callable[[], T]) -> T:
        async with asyncio.timeout(self._limit_s):
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
