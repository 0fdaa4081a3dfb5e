"""Settling accounts without being asked, so that what is due does not wait for a visit."""

import logging

from abonent.accounts import lines, secrets
from abonent.kernel.ids import AccountId
from abonent.kernel.time import DAY_US, Instant
from abonent.ledger import due, sql
from abonent.notices import outbox
from abonent.operations import proposals
from abonent.operations.env import Env
from abonent.operations.loyalty.anniversaries import plan
from abonent.operations.money.payments import abandon
from abonent.operations.papers import forget_papers
from abonent.operations.settlement import settle, settle_all
from abonent.store.database import Database
from abonent.store.errors import Unavailable
from abonent.store.tx import WriteTx

BATCH = 200
"""Accounts settled in one transaction: one by one would be tens of times slower."""

LONGEST_LOCK_US = DAY_US
"""No profile may lock anything for longer."""

_log = logging.getLogger("abonent.due")


async def settle_ripe(db: Database, env: Env) -> int:
    """Settle up to a batch of accounts on which something is due; how many were settled.

    Any number of workers may do so at once: each takes accounts that no other has. Where one
    account of a batch cannot be settled (a fault of ours), the others still are.
    """
    now = env.clock.now()

    async def fn(tx: WriteTx) -> int:
        claimed = await due.claim(tx, now, BATCH)
        await settle_all(tx, env, claimed, now)
        return len(claimed)

    try:
        return await db.write(fn)
    except Unavailable:
        raise
    except Exception:  # noqa: BLE001 (one by one shows which account it is)
        accounts = await db.read(lambda tx: due.accounts_with_ripe(tx, now, BATCH))
        return sum([await _settle_alone(db, env, account) for account in accounts])


async def left(db: Database, env: Env) -> int:
    """How many things are due and do not wait for money."""
    return await db.read(lambda tx: due.ripe(tx, env.clock.now()))


async def tidy(db: Database, env: Env) -> None:
    """Forget what serves nobody any more, as the profile's `retention` has it, and plan ahead.

    Proposals that nobody can confirm go first, then receipts and sessions of long ago, tries at
    secrets that no lock counts any more, and messages that are too late: these expire when they are
    handed over, but those of a peer that we do not have never are. At last go those of long ago.
    """
    now = env.clock.now()
    await plan(db, env)
    await db.write(lambda tx: lines.erase_personal(tx, now))
    long_ago = Instant(now - env.operator.retention.sessions_days * DAY_US)
    await db.write(lambda tx: proposals.forget_expired(tx, now))
    await db.write(lambda tx: proposals.forget_answers(tx, long_ago))
    await db.write(lambda tx: secrets.forget_sessions(tx, long_ago))
    await db.write(lambda tx: secrets.forget_attempts(tx, Instant(now - LONGEST_LOCK_US)))
    await abandon(db, env)
    await db.write(lambda tx: outbox.expire(tx, now))
    await db.write(lambda tx: outbox.forget(tx, long_ago))
    await db.write(forget_papers)


async def _settle_alone(db: Database, env: Env, account: AccountId) -> bool:
    async def fn(tx: WriteTx) -> None:
        await sql.lock(tx, (account,))
        await settle(tx, env, account, env.clock.now())

    try:
        await db.write(fn)
    except Unavailable:
        raise
    except Exception:  # noqa: BLE001 (a fault on one account must not stop the others)
        _log.exception("an account cannot be settled", extra={"fields": {"account": account}})
        return False
    return True
