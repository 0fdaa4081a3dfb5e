"""Pass bonuses, such as those of home internet, to a mobile number (D9).

They go on living as long as they would have lived where they were.
"""

from collections.abc import Iterable

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.ids import AccountId
from abonent.kernel.money import Money, parse_money
from abonent.kernel.outcome import NeedsInput, Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.ledger import sql
from abonent.ledger.model import Entry, Posting
from abonent.operations.asks import Number, PlainText, needs
from abonent.operations.attempts import probed_enough
from abonent.operations.env import Env
from abonent.operations.loyalty import bonus
from abonent.operations.messages import tell_of
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation
from abonent.profile.model import Bonus
from abonent.store.tx import ReadTx, WriteTx, together


class Ask(BaseAsk):
    to: Number
    amount: PlainText
    """How much of the bonus, as a decimal text."""


def amount_of(text: str, rule: Bonus) -> Money | NeedsInput:
    """So much of a bonus; its own digits after the point, and more than nothing."""
    wrong = needs("amount", "bonus_amount")
    try:
        return parse_money(text, rule.currency) or wrong
    except ValueError:
        return wrong


async def touches(tx: ReadTx, case: Case, ask: Ask, _env: Env) -> Iterable[AccountId]:
    receiver = await lines.by_number(tx, ask.to)
    return {case.subject.account, receiver.account if receiver else case.subject.account}


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | NeedsInput | Refused:
    rule = _rule(env)
    amount = amount_of(ask.amount, rule)
    if isinstance(amount, NeedsInput):
        return amount
    if rule.only is not None and await lines.kind_of(tx, case.subject.line) != rule.only:
        return refused("bonus_not_of_line")
    owned = await sql.balance(tx, case.subject.account, rule.currency)
    if owned.amount_minor < amount.amount_minor:
        return refused("bonus_low", missing=amount - owned)
    enough, receiver = await together(tx, probed_enough(tx, env, case), lines.by_number(tx, ask.to))
    if enough is not None:
        return enough
    if receiver is not None and receiver.account == case.subject.account:
        return refused("bonus_to_self")
    if receiver is None or receiver.blocked or receiver.billing != "prepaid":
        return refused("bonus_not_accepted")
    return Quote(Text("quote.pass_bonus", {"to": f"+{ask.to}", "amount": amount}), env.money(0))


async def apply(tx: WriteTx, case: Case, ask: Ask, _quote: Quote, doing: Doing) -> Receipt:
    env, subject = doing.env, case.subject
    amount = parse_money(ask.amount, _rule(env).currency)
    receiver = await lines.by_number(tx, ask.to)
    assert receiver is not None, "quoted a moment ago in this transaction"
    passed = await bonus.spend(tx, subject.account, amount)
    postings = (Posting(subject.account, -amount), Posting(receiver.account, amount))
    entry = Entry(doing.id, "bonus_passed", env.clock.now(), subject.line, postings, {})
    await sql.post(tx, entry)
    await bonus.put(tx, env, (receiver.account, receiver.id), *passed)
    await tell_of(tx, env, receiver, "bonus_received", {"amount": amount})
    return Receipt(doing.id, Text("done.pass_bonus", {"to": f"+{ask.to}", "amount": amount}))


def _rule(env: Env) -> Bonus:
    rule = env.operator.passing
    assert rule is not None, "offered without its rule"
    return rule


OPERATION = Operation(
    name="pass_bonus",
    section="loyalty",
    ask=Ask,
    touches=touches,
    probes=frozenset({"bonus_not_accepted"}),
    quote=quote,
    apply=apply,
    sure=True,
    audit=("amount",),
    notice=True,
    rule="passing",
)
