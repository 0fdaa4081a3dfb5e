"""Have nothing more taken by itself.

What the provider has been asked for already goes on, and the quote says so.
"""

from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.ledger import auto_payments
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.auto_payments import asked_for, call_off
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    pass


async def quote(tx: ReadTx, case: Case, _ask: Ask, env: Env) -> Quote | Refused:
    wish = await auto_payments.of_account(tx, case.subject.account)
    if wish is None:
        return refused("auto_payment_off")
    asked = await asked_for(tx, wish)
    terms = (Text("term.auto_asked", {"amount": asked}),) if asked else ()
    text = Text("quote.cancel_auto_payment", {"amount": wish.amount})
    return Quote(text, env.money(0), terms=terms)


async def apply(tx: WriteTx, case: Case, _ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    wish = await auto_payments.of_account(tx, case.subject.account)
    assert wish is not None, "quoted a moment ago in this transaction"
    await auto_payments.remove(tx, wish.account)
    await call_off(tx, doing.env, wish)
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
