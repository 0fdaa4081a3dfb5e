"""Ask another subscriber to pay for one's calls to them for a while."""

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text, Value
from abonent.kernel.time import SECOND_US, Instant, day_of, midnight
from abonent.operations.asks import Number
from abonent.operations.attempts import probed_enough
from abonent.operations.env import Env
from abonent.operations.messages import tell_of
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.profile.model import CollectCall as Rules
from abonent.store.tx import ReadTx, WriteTx, together
from abonent.usage import collect_calls
from abonent.usage.collect_calls import CollectCall

MINUTE_US = 60 * SECOND_US


class Ask(BaseAsk):
    to: Number


def rules_of(env: Env) -> Rules:
    """The operator's table; the operations exist only where there is one."""
    rules = env.operator.collect_call
    assert rules is not None, "offered without its rule"
    return rules


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    rules, now = rules_of(env), env.clock.now()
    enough, payer = await together(tx, probed_enough(tx, env, case), lines.by_number(tx, ask.to))
    if enough is not None:
        return enough
    if payer is not None and payer.account == case.subject.account:
        return refused("collect_call_to_self")
    today = midnight(day_of(now, env.zone), env.zone)
    asked = await collect_calls.asked_since(tx, case.subject.line, today)
    if payer and any(each.payer == payer.id and _open(each, now) for each in asked):
        return refused("collect_call_asked")
    if len(asked) >= rules.per_day:
        return refused("collect_call_limit", n=rules.per_day)
    if payer is None or payer.blocked or payer.billing != "prepaid":
        return refused("collect_call_not_possible")
    terms = (
        Text("term.collect_call_waits", {"minutes": rules.answer_minutes}),
        Text("term.collect_call_holds", {"minutes": rules.valid_minutes}),
    )
    values: dict[str, Value] = {"to": f"+{ask.to}"}
    return Quote(Text("quote.request_collect_call", values), env.money(0), terms=terms)


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt | Refused:
    env, rules, now = doing.env, rules_of(doing.env), doing.env.clock.now()
    payer = await lines.by_number(tx, ask.to)
    if payer is None:
        return refused("collect_call_not_possible")
    expires_at = Instant(now + rules.answer_minutes * MINUTE_US)
    asked = CollectCall(doing.id, case.subject.line, payer.id, now, expires_at)
    await collect_calls.add(tx, asked)
    caller = await lines.known(tx, case.subject.line)
    told: dict[str, Value] = {"from": f"+{caller.number}", "minutes": rules.answer_minutes}
    await tell_of(tx, env, payer, "collect_call_asked", told)
    return Receipt(doing.id, Text("done.request_collect_call", quote.text.values))


def _open(asked: CollectCall, now: Instant) -> bool:
    return asked.waits(now) or asked.holds(now)


OPERATION = Operation(
    name="request_collect_call",
    section="services",
    ask=Ask,
    touches=own_account,
    probes=frozenset({"collect_call_not_possible"}),
    quote=quote,
    apply=apply,
    rule="collect_call",
)
