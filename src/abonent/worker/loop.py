"""One worker. Any number of them may run on one database."""

import asyncio
import logging
from collections.abc import Mapping

from abonent.kernel.time import Clock, SystemClock
from abonent.operations.delivery import deliver
from abonent.operations.dialogues import forget_sessions
from abonent.operations.due_work import left, settle_ripe, tidy
from abonent.operations.env import Env
from abonent.operations.money.providers import ask_providers
from abonent.operations.money.thresholds import pay_below_thresholds
from abonent.operations.ports import Peer, Unavailable
from abonent.store.database import Database
from abonent.worker.turning import Report, Turning, log

_TIDY_EVERY_S = 3600
_LOOK_EVERY_S = 15
"""How soon an account that fell below its threshold is topped up."""

_log = logging.getLogger("abonent.worker")


class Worker:
    """Settles, delivers and tidies.

    `real` tells real time, for leases and back-off; `report` hears how far due work has come.
    """

    def __init__(
        self,
        db: Database,
        env: Env,
        peers: Mapping[str, Peer],
        real: Clock | None = None,
        report: Report = log,
    ) -> None:
        self._db = db
        self._env = env
        self._peers = peers
        self._real = real or SystemClock()
        self._turning = Turning(report)

    async def catch_up(self) -> None:
        """Do everything that is due now and hand over everything that can go."""
        while await self._settle():
            pass
        while await pay_below_thresholds(self._db, self._env):
            pass
        await ask_providers(self._db, self._env)
        while await self._deliver():
            pass

    async def run(self, every_s: float) -> None:
        """Catch up again and again until cancelled; outages of the database are waited out.

        Providers of payments may take long to answer, so they are asked beside everything else.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._rounds(every_s))
            group.create_task(self._ask(every_s))

    async def _ask(self, every_s: float) -> None:
        while True:
            asked = 0
            try:
                asked = await ask_providers(self._db, self._env)
            except Unavailable:
                _log.warning("the database is away")
            except Exception:  # noqa: BLE001 (the loop outlives any fault of one round)
                _log.exception("a round of asking about payments failed")
            await asyncio.sleep(0 if asked else every_s)

    async def _rounds(self, every_s: float) -> None:
        loop = asyncio.get_running_loop()
        tidied = loop.time() - _TIDY_EVERY_S
        looked = loop.time() - _LOOK_EVERY_S
        while True:
            busy = False
            try:
                # In turn, so that a code does not wait until a month has turned for everybody.
                busy = await self._settle() + await self._deliver() > 0
                if loop.time() - looked >= _LOOK_EVERY_S:
                    looked = loop.time()
                    await pay_below_thresholds(self._db, self._env)
                if loop.time() - tidied >= _TIDY_EVERY_S:
                    await tidy(self._db, self._env)
                    await forget_sessions(self._db, self._real.now())
                    tidied = loop.time()
            except Unavailable:
                _log.warning("the database is away")
            except Exception:  # noqa: BLE001 (the loop outlives any fault of one round)
                _log.exception("a round of the worker failed")
            await asyncio.sleep(0 if busy else every_s)

    async def _settle(self) -> int:
        settled = await settle_ripe(self._db, self._env)
        await self._turning.after(settled, lambda: left(self._db, self._env))
        return settled

    async def _deliver(self) -> int:
        if not self._peers:
            return 0
        return await deliver(self._db, self._env, self._peers, self._real)
