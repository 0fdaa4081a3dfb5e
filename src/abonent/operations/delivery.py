"""Handing the outbox to its peers: claimed in one transaction, delivered outside of any."""

import logging
from collections.abc import Mapping

from abonent.accounts import lines
from abonent.kernel.time import SECOND_US, Clock
from abonent.notices import outbox
from abonent.notices.outbox import Message
from abonent.operations.env import Env
from abonent.operations.ports import Outgoing, Peer, Undeliverable
from abonent.store.database import Database
from abonent.store.tx import WriteTx

_LEASE_US = 60 * SECOND_US
_BATCH = 100
_LONGEST_BACK_OFF_S = 300

_log = logging.getLogger("abonent.delivery")


async def deliver(db: Database, env: Env, peers: Mapping[str, Peer], real: Clock) -> int:
    """Hand over what may go now; how many messages were tried.

    Leases and back-off run on real time, expiry on the business clock. A peer that we do not have
    keeps its messages until they expire.
    """
    now = real.now()
    claimed = await db.write(
        lambda tx: outbox.claim(
            tx, sorted(peers), real_now=now, lease_until=now + _LEASE_US, limit=_BATCH
        )
    )
    for message in claimed:
        await _hand_over(db, env, peers[message.peer], message, real)
    return len(claimed)


async def _hand_over(db: Database, env: Env, peer: Peer, message: Message, real: Clock) -> None:
    if message.expires_at <= env.clock.now():
        await _finish(db, message, "expired")
        return
    try:
        await peer(await _outgoing(db, env, message))
    except Undeliverable:
        await _finish(db, message, "permanent")
    except Exception:  # noqa: BLE001 (whatever it is, this one is tried again, others go on)
        _log.warning("delivery failed", extra={"fields": {"peer": message.peer}}, exc_info=True)
        wait_s = min(2**message.attempts, _LONGEST_BACK_OFF_S)
        not_before = real.now() + wait_s * SECOND_US
        await db.write(lambda tx: outbox.postpone(tx, message.id, not_before))
    else:
        await _finish(db, message, "done")


async def _outgoing(db: Database, env: Env, message: Message) -> Outgoing:
    line = await db.read(lambda tx: lines.known(tx, message.line))
    secret = None if message.sealed is None else env.secrets.unseal(message.sealed)
    return Outgoing(
        message.id,
        message.peer,
        line.number,
        message.kind,
        message.details,
        secret,
        message.language,
        message.created_at,
    )


async def _finish(db: Database, message: Message, state: str) -> None:
    async def fn(tx: WriteTx) -> None:
        await outbox.finish(tx, message.id, state)

    await db.write(fn)
