"""One worker. Any number of them may run on one database."""

import asyncio
import logging
from collections.abc import Mapping

from abonent.kernel.time import Clock, SystemClock
from abonent.operations.delivery import deliver
from abonent.operations.dialogues import forget_sessions
from abonent.operations.due_work import settle_ripe, tidy
from abonent.operations.env import Env
from abonent.operations.ports import Peer, Unavailable
from abonent.store.database import Database

_TIDY_EVERY_S = 3600

_log = logging.getLogger("abonent.worker")


class Worker:
    """Settles, delivers and tidies. `real` tells real time, for leases and back-off."""

    def __init__(
        self, db: Database, env: Env, peers: Mapping[str, Peer], real: Clock | None = None
    ) -> None:
        self._db = db
        self._env = env
        self._peers = peers
        self._real = real or SystemClock()

    async def catch_up(self) -> None:
        """Do everything that is due now and hand over everything that can go."""
        while await settle_ripe(self._db, self._env):
            pass
        while await self._deliver():
            pass

    async def run(self, every_s: float) -> None:
        """Catch up again and again until cancelled; outages of the database are waited out."""
        loop = asyncio.get_running_loop()
        tidied = loop.time() - _TIDY_EVERY_S
        while True:
            busy = False
            try:
                # In turn, so that a code does not wait until a month has turned for everybody.
                settled = await settle_ripe(self._db, self._env)
                busy = settled + await self._deliver() > 0
                if loop.time() - tidied >= _TIDY_EVERY_S:
                    await tidy(self._db, self._env)
                    await forget_sessions(self._db, self._real.now())
                    tidied = loop.time()
            except Unavailable:
                _log.warning("the database is away")
            except Exception:  # noqa: BLE001 (the loop outlives any fault of one round)
                _log.exception("a round of the worker failed")
            await asyncio.sleep(0 if busy else every_s)

    async def _deliver(self) -> int:
        if not self._peers:
            return 0
        return await deliver(self._db, self._env, self._peers, self._real)
