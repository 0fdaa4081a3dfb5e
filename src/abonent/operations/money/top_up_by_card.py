"""Top up by card on the page of a provider: one's own account, or any number of the operator's.

What is asked here is only written down, and the receipt's link leads on to the provider; the money
arrives by what the provider tells (`money/payments`). A number that is nobody's, a blocked and a
postpaid one get the same answer as any other (ADR 015).
"""

from dataclasses import dataclass
from typing import Literal

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case, Guest, Person
from abonent.kernel.money import Money
from abonent.kernel.outcome import NeedsInput, Quote, Receipt, Refused, refused
from abonent.kernel.text import Text, Value
from abonent.ledger import payment_means, payments
from abonent.ledger.payment_means import KeptMeans
from abonent.ledger.payments import Payment
from abonent.operations import attempts
from abonent.operations.asks import Amount, Id, Number, Slug, needs
from abonent.operations.attempts import Guard, network_of
from abonent.operations.env import Env
from abonent.operations.fees import overfull
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, no_account
from abonent.operations.money.payments import pay_path
from abonent.profile.model import CardTopUp
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx

_HOUR_MINUTES = 60


class Ask(BaseAsk):
    amount: Amount
    """What is to arrive on the account."""
    to: Number | None = None
    """Another number of the operator's; one's own account where it is left out."""
    gateway: Slug | None = None
    """The provider; the first of those offered where it is left out."""
    keep: Literal["yes", "no"] = "no"
    """Whether the provider is asked to keep the means of payment for next time."""
    means: Id | None = None
    """A kept means of payment that it is taken from, without the provider's page."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a top-up by card costs and brings."""

    amount: Money
    commission: Money
    bonus: Money


def bill_for(env: Env, amount: Money) -> Bill:
    """By the steps of the profile."""
    rules, minor = rules_of(env), amount.amount_minor
    return Bill(amount, env.money(rules.commission_on(minor)), env.money(rules.bonus_on(minor)))


def rules_of(env: Env) -> CardTopUp:
    """The rules of an operator who offers top-ups by card."""
    rules = env.operator.card_top_up
    assert rules is not None, "not offered without its rule"
    return rules


def gateways_of(env: Env) -> tuple[str, ...]:
    """The providers that can be chosen now, in the operator's order."""
    rules = env.operator.card_top_up
    named = rules.gateways if rules else ()
    return tuple(name for name in named if name in env.payments.gateways)


async def prepare(db: Database, case: Case, _ask: Ask, env: Env) -> Refused | None:
    """Count payments begun, so that nobody tries numbers or cards by the thousand."""
    who = str(case.who.id) if isinstance(case.who, Person) else network_of(case.source)
    most = rules_of(env).most_in_an_hour
    guard = Guard("card_top_up", who, most, _HOUR_MINUTES, "too_many_payments")
    return await attempts.count(db, env, (guard,))


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | NeedsInput | Refused:
    problem = _problem(env, case, ask)
    if problem is not None:
        return problem
    kept = await _means(tx, case, ask)
    if isinstance(kept, NeedsInput):
        return kept
    gateway = _gateway(env, ask, kept)
    if gateway is None:
        return refused("payments_unavailable")
    line = await _line(tx, case, ask)
    # Of somebody else's balance nothing may be said.
    full = await overfull(tx, case, env, ask.amount) if ask.to is None and line else None
    if full is not None:
        return full
    bill = bill_for(env, ask.amount)
    number = ask.to or (line.number if line else "")
    shown = f"+{number}" if number.isdigit() else number
    text = Text("quote.top_up_by_card", {"amount": ask.amount, "number": shown})
    return Quote(text, bill.amount + bill.commission, terms=_terms(bill, gateway, kept))


async def apply(tx: WriteTx, case: Case, ask: Ask, _quote: Quote, doing: Doing) -> Receipt:
    env, now = doing.env, doing.env.clock.now()
    kept = await _means(tx, case, ask)
    assert not isinstance(kept, NeedsInput), "quoted a moment ago in this transaction"
    gateway = _gateway(env, ask, kept)
    assert gateway is not None, "quoted a moment ago"
    line, bill = await _line(tx, case, ask), bill_for(env, ask.amount)
    payer = case.who.id if isinstance(case.who, Person) else None
    payment = Payment(
        id=doing.id,
        account=line.account if line else None,
        line=line.id if line else None,
        person=payer,
        gateway=gateway,
        amount=bill.amount,
        commission=bill.commission,
        bonus=bill.bonus,
        language=await _language(tx, case, env),
        created_at=now,
        keep=ask.keep == "yes" and payer is not None,
        means=kept.id if kept else None,
        try_at=now if kept else None,
    )
    await payments.add(tx, payment)
    values: dict[str, Value] = {"amount": bill.amount, "to_pay": bill.amount + bill.commission}
    text = Text("done.top_up_by_card", values)
    return Receipt(doing.id, text, "accepted", pay_path(env, payment.id))


def _problem(env: Env, case: Case, ask: Ask) -> NeedsInput | None:
    rules = rules_of(env)
    if ask.amount.amount_minor < rules.smallest:
        return needs("amount", "amount_too_small", smallest=env.money(rules.smallest))
    if ask.amount.amount_minor > rules.largest:
        return needs("amount", "amount_too_large", largest=env.money(rules.largest))
    if ask.to is None and isinstance(case.who, Guest):
        return needs("to", "required")
    if ask.to is not None and not _is_ours(env, ask.to):
        return needs("to", "number_of_others")
    if ask.gateway is not None and ask.gateway not in gateways_of(env):
        return needs("gateway", "unknown_item")
    return None


def _is_ours(env: Env, number: str) -> bool:
    """By the number plan, which is public, and not by whether somebody has the number."""
    numbering = env.operator.numbering
    return number.removeprefix(numbering.country_code).startswith(numbering.own_prefixes)


async def _means(tx: ReadTx, case: Case, ask: Ask) -> KeptMeans | NeedsInput | None:
    if ask.means is None:
        return None
    found = await payment_means.by_id(tx, ask.means)
    if found is None or case.who != Person(found[0].person):
        return needs("means", "unknown_item")
    return found[0]


def _gateway(env: Env, ask: Ask, kept: KeptMeans | None) -> str | None:
    if kept is not None:
        return kept.gateway if kept.gateway in env.payments.gateways else None
    return ask.gateway or next(iter(gateways_of(env)), None)


async def _line(tx: ReadTx, case: Case, ask: Ask) -> Line | None:
    """What is topped up; None for a number that nobody has."""
    if ask.to is not None:
        return await lines.by_number(tx, ask.to)
    return await lines.known(tx, case.subject.line)


async def _language(tx: ReadTx, case: Case, env: Env) -> str:
    if case.on is None:
        return env.operator.languages[0]
    return (await lines.known(tx, case.on.line)).language


def _terms(bill: Bill, gateway: str, kept: KeptMeans | None) -> tuple[Text, ...]:
    commission = Text("term.commission", {"commission": bill.commission})
    bonus = (Text("term.bonus", {"bonus": bill.bonus}),) if bill.bonus else ()
    where = Text("term.means", {"means": kept.label}) if kept else Text(f"term.pay_at.{gateway}")
    return (commission if bill.commission else Text("term.no_commission"), *bonus, where)


OPERATION = Operation(
    name="top_up_by_card",
    section="topup",
    ask=Ask,
    touches=no_account,
    prepare=prepare,
    quote=quote,
    apply=apply,
    askers=frozenset({"guest", "person"}),
    channels=frozenset({"web", "api"}),
    audit=("amount",),
    sure=True,
    while_blocked=True,
    rule="card_top_up",
    draws=False,
)
