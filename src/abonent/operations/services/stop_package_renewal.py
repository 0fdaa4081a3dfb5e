"""Let a package that renews itself end when what was paid for ends."""

from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import At, Item, Text
from abonent.operations.asks import Slug
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.services.buy_package import RENEWAL, renewal_of
from abonent.operations.settlement import end_fee
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    package: Slug


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    renewal = await renewal_of(tx, case, ask.package)
    if renewal is None:
        known = env.catalog().package(ask.package) is not None
        return refused("renewal_none" if known else "package_unknown")
    until = At(renewal.due_at, date_only=True)
    terms = () if renewal.waiting else (Text("term.valid_until", {"until": until}),)
    text = Text("quote.stop_package_renewal", {"package": Item("package", ask.package)})
    return Quote(text, env.money(0), terms=terms)


async def apply(tx: WriteTx, case: Case, ask: Ask, _quote: Quote, doing: Doing) -> Receipt:
    await end_fee(tx, doing.env, (case.subject.line, RENEWAL, ask.package))
    text = Text("done.stop_package_renewal", {"package": Item("package", ask.package)})
    return Receipt(doing.id, text)


OPERATION = Operation(
    name="stop_package_renewal",
    section="services",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    sure=True,
    audit=("package",),
)
