"""Taking a promised payment back: from money that arrives, or on its day."""

from abonent.accounts import lines
from abonent.catalog.shortages import Shortage
from abonent.kernel.money import Money
from abonent.kernel.time import Instant
from abonent.ledger import due, promises, sql
from abonent.ledger.due import Due
from abonent.ledger.model import House, charge
from abonent.ledger.promises import Promise
from abonent.operations.bars import ONE_WAY, begin_shortage, end_shortage
from abonent.operations.env import Env
from abonent.operations.messages import notice
from abonent.store.tx import WriteTx

REPAYMENT = "promised_repayment"
"""The kind of the due row; its `ref` is the promise, its amount what is outstanding."""


async def repay(
    tx: WriteTx, env: Env, promise: Promise, at: Instant, most: Money | None = None
) -> Money | None:
    """Take back what is lent, `most` at most, and never below the floor; what is still owed.

    None where nothing is lent any more: then the lines that were barred for it are open again.
    """
    left = await sql.available(tx, promise.account, promise.amount.currency)
    outstanding = promise.outstanding
    wanted = outstanding if most is None else min(most, outstanding)
    taken = min(left, wanted)
    if taken.amount_minor <= 0:
        return outstanding
    await _take(tx, env, promise, taken, at)
    still = outstanding - taken
    if still:
        await due.set_amount(tx, promise.line, REPAYMENT, str(promise.id), still.amount_minor)
    else:
        await due.remove_of_line(tx, promise.line, REPAYMENT, str(promise.id))
        for barred in await lines.paid_by(tx, promise.account):
            await end_shortage(tx, env, (barred, REPAYMENT, str(promise.id)), at)
    line = await lines.known(tx, promise.line)
    if still:
        await notice(tx, env, line, "promised_partly", {"amount": taken, "left": still})
    else:
        await notice(tx, env, line, "promised_repaid", {"amount": taken})
    return still or None


async def repay_on_its_day(tx: WriteTx, env: Env, item: Due) -> None:
    """What cannot be taken waits for money, and until then all lines of the account only receive.

    Otherwise one of them would borrow for another.
    """
    promise = await promises.open_of(tx, item.account)
    still = await repay(tx, env, promise, item.due_at) if promise else None
    if still is None:
        await due.remove(tx, item.id)
        return
    await due.mark_waiting(tx, (item.id,))
    for barred in await lines.paid_by(tx, item.account):
        begun = Shortage(env.ids.next(), barred, item.kind, item.ref, ONE_WAY, item.due_at)
        await begin_shortage(tx, env, begun)
    line = await lines.known(tx, item.line)
    await notice(tx, env, line, "promised_unpaid", {"missing": still})


async def _take(tx: WriteTx, env: Env, promise: Promise, taken: Money, at: Instant) -> None:
    owed = min(taken, promise.owed)
    fee = taken - owed
    parts = (
        ("promised_repaid", House.PROMISED, owed),
        ("promised_fee", House.REVENUE_FEES, fee),
    )
    entries = [
        charge((env.ids.next(), kind, at, promise.line), promise.account, house, part, {})
        for kind, house, part in parts
        if part
    ]
    await sql.post_all(tx, entries)
    await promises.give_back(tx, promise.id, (owed, fee), at)
