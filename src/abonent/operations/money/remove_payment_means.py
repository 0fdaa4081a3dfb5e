"""Have a kept means of payment forgotten."""

from abonent.kernel.case import Case
from abonent.kernel.outcome import NeedsInput, Quote, Receipt
from abonent.kernel.text import Text
from abonent.ledger import payment_means
from abonent.operations.asks import Id, needs
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, no_account
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    means: Id


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | NeedsInput:
    found = await payment_means.by_id(tx, ask.means)
    if found is None or found[0].person != case.subject.person:
        return needs("means", "unknown_item")
    text = Text("quote.remove_payment_means", {"means": found[0].label})
    return Quote(text, env.money(0))


async def apply(tx: WriteTx, _case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    await payment_means.remove(tx, ask.means, doing.env.clock.now())
    return Receipt(doing.id, Text("done.remove_payment_means", quote.text.values))


OPERATION = Operation(
    name="remove_payment_means",
    section="topup",
    ask=Ask,
    touches=no_account,
    quote=quote,
    apply=apply,
    channels=frozenset({"web", "api"}),
    audit=("means",),
    sure=True,
    while_blocked=True,
    rule="card_top_up",
)
