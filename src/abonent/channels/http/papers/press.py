"""Laying papers out in processes of their own: a few at a time, each ending with its paper.

A library that draws holds the interpreter for seconds, so a thread would hold up everybody, and a
pool of processes would keep its memory for ever.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

from abonent.channels.http.papers.sheet import Cells, Head, row_written, written

LARGEST_BYTES = 24 << 20
_MAKER = (sys.executable, "-m", "abonent.channels.http.papers.maker")
_KNOWS = ("PATH", "PYTHONPATH", "LANG")
"""What the process sees of our environment: it needs no secrets."""
_AT_A_TIME = 2
_MOST_WAITING = 40
_LONGEST_S = 300
_CHUNK = 200
"""Rows between two looks at the event loop: others' requests go on meanwhile."""

Told = Callable[[int], None]
"""Is told how many rows have been handed to the process."""


class PressBusy(Exception):
    """Too many papers wait already."""


class PaperFault(Exception):
    """The process ended without a paper, or with one that is too large."""


class Press:
    """All papers of one program."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_AT_A_TIME)
        self._wanted = 0

    async def make(self, head: Head, rows: Iterable[Cells], told: Told) -> bytes:
        """The file; raises PressBusy, PaperFault."""
        if self._wanted >= _MOST_WAITING:
            raise PressBusy
        self._wanted += 1
        try:
            async with self._free, asyncio.timeout(_LONGEST_S):
                return await _made(head, rows, told)
        except TimeoutError:
            raise PaperFault("it took too long") from None
        finally:
            self._wanted -= 1


async def _made(head: Head, rows: Iterable[Cells], told: Told) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *_MAKER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name in _KNOWS},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        feeding = _feed(process.stdin, head, rows, told)
        _, made, complaint = await asyncio.gather(
            feeding, _read(process.stdout), process.stderr.read()
        )
        if await process.wait() or not made:
            raise PaperFault(complaint.decode(errors="replace")[-2000:])
        return made
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _feed(pipe: asyncio.StreamWriter, head: Head, rows: Iterable[Cells], told: Told) -> None:
    """Hand over rows as fast as they are laid out, which the pipe's fullness shows."""
    with suppress(BrokenPipeError, ConnectionResetError):  # what it says on stderr is the reason
        pipe.write(written(head))
        for n, cells in enumerate(rows, 1):
            pipe.write(row_written(cells))
            if n % _CHUNK == 0:
                await pipe.drain()
                await asyncio.sleep(0)
                told(n)
        pipe.close()
        await pipe.wait_closed()


async def _read(pipe: asyncio.StreamReader) -> bytes:
    parts, size = [], 0
    while part := await pipe.read(1 << 16):
        parts.append(part)
        size += len(part)
        if size > LARGEST_BYTES:
            raise PaperFault("it is too large")
    return b"".join(parts)
