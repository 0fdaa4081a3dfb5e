"""What the next request for itemised detail costs."""

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.money import Money
from abonent.kernel.time import day_of, midnight, months_after
from abonent.operations.env import Env
from abonent.operations.fees import fee
from abonent.profile.model import DetailFee
from abonent.store.tx import ReadTx
from abonent.usage import orders


async def detail_price(tx: ReadTx, case: Case, env: Env) -> Money:
    """By how long its owner has been registered and by how many there were this month, or the fee.

    Months are the calendar's in the operator's zone; requests are counted by line.
    """
    rule = env.operator.detail_fee
    if rule is None:
        return await fee(tx, case, env, "order_detail")
    if await _is_new(tx, case, env, rule):
        return env.money(rule.new)
    month = day_of(env.clock.now(), env.zone).replace(day=1)
    ordered = await orders.count_since(tx, case.subject.line, midnight(month, env.zone))
    return env.money(rule.further if ordered else rule.first)


async def _is_new(tx: ReadTx, case: Case, env: Env, rule: DetailFee) -> bool:
    registered = day_of(await lines.registered_at(tx, case.subject.person), env.zone)
    known = months_after(registered.replace(day=1), rule.new_months + 1)
    return day_of(env.clock.now(), env.zone) < known
