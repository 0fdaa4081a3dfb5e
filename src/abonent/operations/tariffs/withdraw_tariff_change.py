"""Take back a change of tariff that has not begun, with what was paid for it."""

from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Item, Text
from abonent.ledger import due, sql
from abonent.ledger.model import House, charge
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.tariffs.pending import pending_change
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    pass


async def quote(tx: ReadTx, case: Case, _ask: Ask, env: Env) -> Quote | Refused:
    change = await pending_change(tx, case)
    if change is None:
        return refused("no_pending_change")
    paid = env.money(int(change.anchor))
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
    env, tariff = doing.env, Item("tariff", change.ref)
    paid = env.money(int(change.anchor))
    if paid:
        entry = (doing.id, "tariff_change_withdrawn", env.clock.now(), case.subject.line)
        account = case.subject.account
        back = charge(entry, account, House.REVENUE_FEES, -paid, {"tariff": tariff})
        await sql.post(tx, back)
    return Receipt(doing.id, Text("done.withdraw_tariff_change", {"tariff": tariff}))


OPERATION = Operation(
    name="withdraw_tariff_change",
    section="tariffs",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    audit=("tariff",),
)
