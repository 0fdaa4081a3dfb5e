"""Money arriving on an account: posted, rewarded with points, and what waited for it taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from abonent.kernel.case import Case
from abonent.kernel.money import Money
from abonent.kernel.text import Value
from abonent.kernel.time import day_of
from abonent.ledger import due, promises, sql
from abonent.ledger.due import Due
from abonent.ledger.model import Entry, House, Posting, charge
from abonent.operations.loyalty import bonus
from abonent.operations.model import Doing
from abonent.operations.money.repayment import REPAYMENT, repay
from abonent.operations.settlement import settle
from abonent.store.tx import WriteTx, together


@dataclass(frozen=True, slots=True)
class Income:
    """Money that came from outside through `house`, with what its entry says of it."""

    amount: Money
    house: House
    details: dict[str, Value] = field(default_factory=dict)
    kind: str = "top_up"
    commission: Money | None = None
    """What was paid on top of the amount."""
    bonus: Money | None = None
    """What the operator adds to it."""


async def credit(tx: WriteTx, case: Case, doing: Doing, income: Income) -> Money:
    """Post what came in under the operation's id; the balance once what waited was taken."""
    env, account, amount = doing.env, case.subject.account, income.amount
    now = env.clock.now()
    earned = await bonus.earned_by_top_up(tx, env, case.subject, amount)
    commission = income.commission or env.money(0)
    entry = Entry(
        id=doing.id,
        kind=income.kind,
        at=now,
        line=case.subject.line,
        postings=(
            Posting(account, amount),
            Posting(income.house, -(amount + commission)),
            *((Posting(House.COMMISSIONS, commission),) if commission else ()),
            *(
                posting
                for each in earned
                for posting in (
                    Posting(account, each.amount),
                    Posting(House.LOYALTY, -each.amount),
                )
            ),
        ),
        details=income.details,
    )
    entries = [entry]
    if income.bonus:
        given = (env.ids.next(), "top_up_bonus", now, case.subject.line)
        entries.append(charge(given, account, House.LOYALTY, -income.bonus, {}))
    await sql.post_all(tx, entries)
    await bonus.put(tx, env, (account, case.subject.line), *earned)
    await arrived(tx, case, doing, amount)
    return await sql.balance(tx, account, amount.currency)


async def arrived(tx: WriteTx, case: Case, doing: Doing, amount: Money) -> None:
    """What came in gives back what was lent first, and then pays the fees that waited."""
    account, now = case.subject.account, doing.env.clock.now()
    lent, waiting = await together(tx, promises.open_of(tx, account), due.waiting_of(tx, account))
    if lent is not None:
        await repay(tx, doing.env, lent, now, amount)
    await take_waiting(tx, case, doing, waiting)


async def take_waiting(tx: WriteTx, case: Case, doing: Doing, waiting: Sequence[Due]) -> None:
    """Take the fees that waited for money, in order, with their periods counted from now."""
    env, account = doing.env, case.subject.account
    now = env.clock.now()
    today = day_of(now, env.zone).isoformat()
    for item in waiting:
        if item.kind == REPAYMENT:
            continue
        await due.wake(tx, item.id, env.ids.next(), today, now)
        await settle(tx, env, account, now)
