"""Agree to pay for somebody's calls to oneself for a while, or refuse; or end a consent early."""

from typing import Literal

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import At, Item, Text, Value
from abonent.kernel.time import Instant, rfc3339
from abonent.ledger import promises
from abonent.operations.asks import Id
from abonent.operations.calls.request_collect_call import MINUTE_US, rules_of
from abonent.operations.env import Env
from abonent.operations.messages import network_order, notice
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.store.tx import ReadTx, WriteTx
from abonent.usage import collect_calls
from abonent.usage.collect_calls import CollectCall


class Ask(BaseAsk):
    request: Id
    answer: Literal["yes", "no"]


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    now = env.clock.now()
    found = await collect_calls.by_id(tx, ask.request)
    if found is None or found.payer != case.subject.line:
        return refused("collect_call_unknown")
    if not found.waits(now) and not (ask.answer == "no" and found.holds(now)):
        return refused("collect_call_over")
    caller = await lines.known(tx, found.caller)
    values: dict[str, Value] = {
        "from": f"+{caller.number}",
        "answer": Item("answer", ask.answer),
    }
    text = Text("quote.answer_collect_call", values)
    if ask.answer == "no":
        return Quote(text, env.money(0))
    left = await promises.not_lent(tx, case.subject.account, env.operator.currency)
    if left.amount_minor <= 0:
        return refused("collect_call_no_money")
    terms = (
        Text("term.collect_call_price"),
        Text("term.collect_call_holds", {"minutes": rules_of(env).valid_minutes}),
        Text("term.collect_call_ends"),
    )
    return Quote(text, env.money(0), terms=terms)


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt | Refused:
    found = await collect_calls.by_id(tx, ask.request)
    assert found is not None, "quoted a moment ago in this transaction"
    answer = _agree if ask.answer == "yes" else _refuse
    if not await answer(tx, case, found, doing):
        return refused("collect_call_over")
    told = {"from": quote.text.values["from"]}
    return Receipt(doing.id, Text(f"done.answer_collect_call_{ask.answer}", told))


async def _agree(tx: WriteTx, case: Case, found: CollectCall, doing: Doing) -> bool:
    env, now = doing.env, doing.env.clock.now()
    until = Instant(now + rules_of(env).valid_minutes * MINUTE_US)
    if not await collect_calls.agree(tx, found.id, now, until):
        return False
    payer, caller = await _sides(tx, case, found)
    order: dict[str, Value] = {"to": payer, "until": rfc3339(until)}
    await network_order(tx, env, found.caller, "collect_call_on", order)
    told: dict[str, Value] = {"from": f"+{payer}", "until": At(until)}
    await notice(tx, env, caller, "collect_call_agreed", told)
    return True


async def _refuse(tx: WriteTx, case: Case, found: CollectCall, doing: Doing) -> bool:
    env, now = doing.env, doing.env.clock.now()
    if not await collect_calls.refuse(tx, found.id, now):
        return False
    payer, caller = await _sides(tx, case, found)
    if found.holds(now):
        await network_order(tx, env, found.caller, "collect_call_off", {"to": payer})
    await notice(tx, env, caller, "collect_call_refused", {"from": f"+{payer}"})
    return True


async def _sides(tx: ReadTx, case: Case, found: CollectCall) -> tuple[str, Line]:
    payer = await lines.known(tx, case.subject.line)
    return payer.number, await lines.known(tx, found.caller)


OPERATION = Operation(
    name="answer_collect_call",
    section="services",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    rule="collect_call",
)
