"""The change of tariff that is to come, if there is one."""

from abonent.kernel.case import Case
from abonent.kernel.text import Item, Value
from abonent.kernel.time import Instant
from abonent.ledger import due
from abonent.ledger.due import Due
from abonent.ledger.model import Entry, House, charge
from abonent.operations.env import Env
from abonent.store.tx import ReadTx


async def pending_change(tx: ReadTx, case: Case) -> Due | None:
    """Its row: `ref` is the tariff, `due_at` its beginning, `amount_minor` what was paid for it."""
    items = await due.of_account(tx, case.subject.account)
    mine = (i for i in items if i.kind == "tariff_change" and i.line == case.subject.line)
    return next(mine, None)


def paid_back(env: Env, change: Due, entry: tuple[int, Instant]) -> Entry | None:
    """What gives back what was paid for a change that will not be, of this id and time."""
    paid = env.money(change.amount_minor)
    if not paid:
        return None
    id, at = entry
    what = (id, "tariff_change_withdrawn", at, change.line)
    details: dict[str, Value] = {"tariff": Item("tariff", change.ref)}
    return charge(what, change.account, House.REVENUE_FEES, -paid, details)
