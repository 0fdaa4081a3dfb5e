"""Take back a change of tariff that has not begun, with what was paid for it."""

from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Item, Text
from abonent.ledger import due, sql
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.credit import arrived
from abonent.operations.tariffs.pending import paid_back, pending_change
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    pass


async def quote(tx: ReadTx, case: Case, _ask: Ask, env: Env) -> Quote | Refused:
    change = await pending_change(tx, case)
    if change is None:
        return refused("no_pending_change")
    paid = env.money(change.amount_minor)
    returned = (Text("term.fee_returned", {"amount": paid}),) if paid else ()
    text = Text("quote.withdraw_tariff_change", {"tariff": Item("tariff", change.ref)})
    return Quote(text, env.money(0), terms=returned)


async def apply(
    tx: WriteTx, case: Case, _ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    change = await pending_change(tx, case)
    if change is None:
        return refused("no_pending_change")
    await due.remove(tx, change.id)
    returned = paid_back(doing.env, change, (doing.id, doing.env.clock.now()))
    if returned is not None:
        await sql.post(tx, returned)
        await arrived(tx, case, doing, doing.env.money(change.amount_minor))
    text = Text("done.withdraw_tariff_change", {"tariff": Item("tariff", change.ref)})
    return Receipt(doing.id, text)


OPERATION = Operation(
    name="withdraw_tariff_change",
    section="tariffs",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    audit=("tariff",),
)
