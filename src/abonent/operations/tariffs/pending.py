"""The change of tariff that is to come, if there is one."""

from abonent.kernel.case import Case
from abonent.ledger import due
from abonent.ledger.due import Due
from abonent.store.tx import ReadTx


async def pending_change(tx: ReadTx, case: Case) -> Due | None:
    """Its row: `ref` is the tariff, `due_at` when it begins, `anchor` what was paid for it."""
    items = await due.of_account(tx, case.subject.account)
    mine = (i for i in items if i.kind == "tariff_change" and i.line == case.subject.line)
    return next(mine, None)
