"""Looking for accounts that have fallen below the threshold of their owners' wish."""

from abonent.kernel.ids import AccountId
from abonent.kernel.time import DAY_US, Instant, day_of
from abonent.ledger import auto_payments, sql
from abonent.operations.env import Env
from abonent.operations.money.auto_payments import begin, is_below
from abonent.operations.settlement import settle
from abonent.store.database import Database
from abonent.store.tx import WriteTx

BATCH = 100


async def pay_below_thresholds(db: Database, env: Env) -> int:
    """Begin payments for accounts below their threshold; how many accounts were looked at.

    Any number of workers may do it: each account is judged again under its lock.
    """
    if env.operator.auto_payment is None:
        return 0
    now = env.clock.now()
    day, since = day_of(now, env.zone).isoformat(), Instant(now - DAY_US)
    found = await db.read(lambda tx: auto_payments.below_threshold(tx, day, since, now, BATCH))
    for account in found:
        await _pay(db, env, account, day)
    return len(found)


async def _pay(db: Database, env: Env, account: AccountId, day: str) -> None:
    async def fn(tx: WriteTx) -> None:
        await sql.lock(tx, [account])
        await settle(tx, env, account, env.clock.now())
        wish = await auto_payments.of_account(tx, account)
        if wish is None or wish.paused_until > env.clock.now():
            return
        if is_below(wish, await sql.balance(tx, account, wish.amount.currency)):
            await begin(tx, env, wish, day, 1)

    await db.write(fn)
