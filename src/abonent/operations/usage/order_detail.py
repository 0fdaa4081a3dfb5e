"""Order the itemised bill of a period: paid once, readable from then on."""

from datetime import date

from pydantic import Field

from abonent.kernel.case import Case
from abonent.kernel.outcome import NeedsInput, Quote, Receipt, Refused
from abonent.kernel.text import At, Text, Value
from abonent.kernel.time import midnight
from abonent.ledger import sql
from abonent.ledger.model import House, charge
from abonent.operations.asks import Day
from abonent.operations.env import Env
from abonent.operations.fees import short_of
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.usage.detail_fee import detail_price
from abonent.operations.usage.period import period_problem
from abonent.store.tx import ReadTx, WriteTx
from abonent.usage import orders


class Ask(BaseAsk):
    first_day: Day = Field(alias="from")
    last_day: Day = Field(alias="to")


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | NeedsInput | Refused:
    wrong = period_problem(env, ask.first_day, ask.last_day)
    if wrong is not None:
        return NeedsInput((wrong,))
    price = await detail_price(tx, case, env)
    short = await short_of(tx, case, price)
    if short is not None:
        return short
    return Quote(Text("quote.order_detail", _days(env, ask.first_day, ask.last_day)), price)


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    env, subject, now = doing.env, case.subject, doing.env.clock.now()
    days = _days(env, ask.first_day, ask.last_day)
    if quote.price:
        entry = (doing.id, "order_detail", now, subject.line)
        paid = charge(entry, subject.account, House.REVENUE_FEES, quote.price, days)
        await sql.post(tx, paid)
    order = (doing.id, subject.line, ask.first_day.isoformat(), ask.last_day.isoformat())
    await orders.add_order(tx, order, quote.price.amount_minor, now)
    link = f"/statistics/detail/{doing.id}"
    return Receipt(doing.id, Text("done.order_detail", days), link=link)


def _days(env: Env, first: date, last: date) -> dict[str, Value]:
    return {
        "first_day": At(midnight(first, env.zone), date_only=True),
        "last_day": At(midnight(last, env.zone), date_only=True),
    }


OPERATION = Operation(
    name="order_detail",
    section="statistics",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    sure=True,
    audit=("first_day", "last_day"),
    notice=True,
)
