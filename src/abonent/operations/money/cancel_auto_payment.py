"""Have nothing more taken by itself. What the provider has been asked for already goes on."""

from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.ledger import auto_payments
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.auto_payments import unschedule
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    pass


async def quote(tx: ReadTx, case: Case, _ask: Ask, env: Env) -> Quote | Refused:
    wish = await auto_payments.of_account(tx, case.subject.account)
    if wish is None:
        return refused("auto_payment_off")
    return Quote(Text("quote.cancel_auto_payment", {"amount": wish.amount}), env.money(0))


async def apply(tx: WriteTx, case: Case, _ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    wish = await auto_payments.of_account(tx, case.subject.account)
    assert wish is not None, "quoted a moment ago in this transaction"
    await auto_payments.remove(tx, wish.account)
    await unschedule(tx, wish.line)
    return Receipt(doing.id, Text("done.cancel_auto_payment", quote.text.values))


OPERATION = Operation(
    name="cancel_auto_payment",
    section="topup",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    audit=("amount",),
    notice=True,
    sure=True,
    while_blocked=True,
    rule="auto_payment",
)
