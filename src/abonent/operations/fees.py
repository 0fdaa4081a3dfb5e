"""What an operation costs on a line's tariff, and whether there is enough for it."""

from abonent.catalog import sql as catalog
from abonent.kernel.case import Case
from abonent.kernel.money import Money
from abonent.kernel.outcome import Refused, refused
from abonent.ledger import promises
from abonent.ledger import sql as ledger
from abonent.operations.env import Env
from abonent.store.tx import ReadTx


async def fee(tx: ReadTx, case: Case, env: Env, operation: str) -> Money:
    """The operation's price: the tariff's own, else the operator's, else nothing."""
    tariff = env.catalog().tariff(await catalog.tariff_of(tx, case.subject.line))
    prices = {**env.operator.fees, **(tariff.fees if tariff else {})}
    return env.money(prices.get(operation, 0))


async def short_of(tx: ReadTx, case: Case, price: Money, *, own: bool = False) -> Refused | None:
    """A refusal that says how much is missing, where the account cannot pay the price.

    `own`: nothing that is lent may pay it.
    """
    if price.amount_minor <= 0:
        return None
    money = promises.not_lent if own else ledger.available
    left = await money(tx, case.subject.account, price.currency)
    if left.amount_minor >= price.amount_minor:
        return None
    return refused("balance_low", missing=price - left, price=price)


async def overfull(tx: ReadTx, case: Case, env: Env, coming: Money) -> Refused | None:
    """A refusal where the account would have more than may be on one."""
    balance = await ledger.balance(tx, case.subject.account, coming.currency)
    most = env.operator.limits.balance_max
    if (balance + coming).amount_minor <= most:
        return None
    return refused("balance_too_high", limit=env.money(most))
