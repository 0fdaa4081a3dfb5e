"""How far the turn of a month has come, said while it goes on."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

EVERY_S = 5
"""How often it is said."""

_log = logging.getLogger("abonent.due")


@dataclass(frozen=True, slots=True)
class Turned:
    """What one worker has settled since it last had nothing to do, and what is left for all."""

    accounts: int
    new: int
    """How many of them since it was last said."""
    left: int
    """Things that are due and do not wait for money."""
    seconds: float

    @property
    def rate(self) -> float:
        """Accounts a second."""
        return self.accounts / max(self.seconds, 0.001)


Report = Callable[[Turned], None]


def log(turned: Turned) -> None:
    """A line of the log."""
    fields = {
        "accounts": turned.accounts,
        "left": turned.left,
        "per_second": round(turned.rate),
    }
    _log.info("due work", extra={"fields": fields})


class Turning:
    """Counts what is settled; tells every few seconds of work, and when it is done."""

    def __init__(self, report: Report, clock: Callable[[], float] = time.monotonic) -> None:
        self._report = report
        self._clock = clock
        self._accounts = self._new = 0
        self._begun = self._told = clock()

    async def after(self, settled: int, left: Callable[[], Awaitable[int]]) -> None:
        """A batch was settled, or there was nothing to settle."""
        now = self._clock()
        if settled and not self._accounts:
            self._begun = self._told = now
        self._accounts += settled
        self._new += settled
        if self._accounts and (not settled or now - self._told >= EVERY_S):
            turned = Turned(self._accounts, self._new, await left(), now - self._begun)
            self._told, self._new = now, 0
            self._report(turned)
        if not settled:
            self._accounts = 0
