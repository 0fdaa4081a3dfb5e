"""Exchange a bonus, such as cashback, for money on the account."""

from abonent.kernel.case import Case
from abonent.kernel.money import Money, parse_money
from abonent.kernel.outcome import NeedsInput, Quote, Receipt, Refused, refused
from abonent.kernel.text import Item, Text, Value
from abonent.ledger import sql
from abonent.ledger.model import Entry, House, Posting
from abonent.operations.asks import PlainText, Slug, needs
from abonent.operations.env import Env
from abonent.operations.fees import overfull
from abonent.operations.loyalty import bonus
from abonent.operations.loyalty.pass_bonus import amount_of
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.credit import arrived
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    bonus: Slug
    amount: PlainText
    """How much of the bonus, as a decimal text."""


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | NeedsInput | Refused:
    rule = env.operator.bonus(ask.bonus)
    if rule is None or not rule.worth:
        return refused("bonus_unknown")
    amount = amount_of(ask.amount, rule)
    if isinstance(amount, NeedsInput):
        return amount
    owned = await sql.balance(tx, case.subject.account, rule.currency)
    if owned.amount_minor < amount.amount_minor:
        return refused("bonus_low", missing=amount - owned)
    money = env.money(rule.money(amount.amount_minor))
    if not money:
        return needs("amount", "bonus_amount")
    full = await overfull(tx, case, env, money)
    if full is not None:
        return full
    values: dict[str, Value] = {"bonus": Item("bonus", rule.id)}
    given = Text("term.money_given", {"amount": money})
    return Quote(Text("quote.exchange_bonus", values), amount, terms=(given,))


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    env, account = doing.env, case.subject.account
    rule = env.operator.bonus(ask.bonus)
    assert rule is not None, "quoted a moment ago"
    amount: Money = parse_money(ask.amount, rule.currency)
    money = env.money(rule.money(amount.amount_minor))
    await bonus.spend(tx, account, amount)
    postings = (
        Posting(account, -amount),
        Posting(House.LOYALTY, amount),
        Posting(account, money),
        Posting(House.LOYALTY, -money),
    )
    details: dict[str, Value] = {"bonus": Item("bonus", rule.id)}
    now = env.clock.now()
    entry = Entry(doing.id, "bonus_exchanged", now, case.subject.line, postings, details)
    await sql.post(tx, entry)
    await arrived(tx, case, doing, money)
    values: dict[str, Value] = {"amount": quote.price, "money": money}
    return Receipt(doing.id, Text("done.exchange_bonus", values))


OPERATION = Operation(
    name="exchange_bonus",
    section="loyalty",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    sure=True,
    audit=("amount", "money"),
    notice=True,
    rule="exchange",
)
