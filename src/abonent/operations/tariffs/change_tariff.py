"""Ask for another tariff, which begins on the first of the next month."""

from abonent.catalog import sql as catalog
from abonent.catalog.model import next_month_start
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import At, Item, Text
from abonent.ledger import due, sql
from abonent.ledger.due import Due
from abonent.ledger.model import House, charge
from abonent.operations.asks import Slug
from abonent.operations.env import Env
from abonent.operations.fees import fee, short_of
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.tariffs.pending import pending_change
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    tariff: Slug


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    line = case.subject.line
    at = next_month_start(env.clock.now(), env.zone)
    tariff = env.catalog(at).tariff(ask.tariff)
    if tariff is None:
        return refused("tariff_unknown")
    current = await catalog.tariff_of(tx, line)
    if tariff.id == current:
        return refused("tariff_same")
    if not tariff.open:
        return refused("tariff_closed")
    if await pending_change(tx, case) is not None:
        return refused("tariff_change_pending")
    price = await fee(tx, case, env, "change_tariff")
    short = await short_of(tx, case, price)
    if short is not None:
        return short
    active = await catalog.activations(tx, line)
    ending = [a.service for a in active if a.service not in tariff.services]
    return Quote(
        Text("quote.change_tariff", {"tariff": Item("tariff", tariff.id)}),
        price,
        at,
        (
            Text("term.monthly_fee", {"fee": env.money(tariff.monthly_fee)}),
            Text("term.until_then", {"tariff": Item("tariff", current)}),
            *(Text("term.service_ends", {"service": Item("service", id)}) for id in ending),
        ),
    )


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    env, subject = doing.env, case.subject
    assert quote.effective_at is not None
    tariff = Item("tariff", ask.tariff)
    change = Due(
        id=env.ids.next(),
        account=subject.account,
        line=subject.line,
        kind="tariff_change",
        ref=ask.tariff,
        anchor="",
        period=0,
        due_at=quote.effective_at,
        waiting=False,
        amount_minor=quote.price.amount_minor,
    )
    await due.add(tx, change)
    if quote.price:
        entry = (doing.id, "tariff_change", env.clock.now(), subject.line)
        paid = charge(entry, subject.account, House.REVENUE_FEES, quote.price, {"tariff": tariff})
        await sql.post(tx, paid)
    at = At(quote.effective_at, date_only=True)
    text = Text("done.change_tariff", {"tariff": tariff, "effective_at": at})
    return Receipt(doing.id, text, state="accepted", undo="withdraw_tariff_change")


OPERATION = Operation(
    name="change_tariff",
    section="tariffs",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    sure=True,
    audit=("tariff", "effective_at"),
    notice=True,
)
