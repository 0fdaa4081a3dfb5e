"""Borrow a sum from the operator until the next top-up, or until its day at the latest.

What is lent can be used like any money, but not be transferred or spent on content. It comes back
first from whatever arrives; what is missing on its day bars the line one way until it is paid.
"""

from datetime import timedelta

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.money import Money
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import At, Text, Value
from abonent.kernel.time import DAY_US, Instant, day_of, midnight
from abonent.ledger import due, promises, sql
from abonent.ledger.due import Due
from abonent.ledger.model import House, charge
from abonent.ledger.promises import Promise
from abonent.operations.asks import Amount
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.credit import take_waiting
from abonent.operations.money.repayment import REPAYMENT
from abonent.profile.model import PromisedOffer, PromisedPayment
from abonent.store.tx import ReadTx, WriteTx, together


class Ask(BaseAsk):
    amount: Amount


def rules_of(env: Env) -> PromisedPayment:
    """The operator's table; the operation exists only where there is one."""
    rules = env.operator.promised_payment
    assert rules is not None, "offered without its rule"
    return rules


async def offers_to(tx: ReadTx, case: Case, env: Env) -> tuple[PromisedOffer, ...] | Refused:
    """What may be lent now, smallest first; a refusal that says why there is nothing."""
    rules, account = rules_of(env), case.subject.account
    now = env.clock.now()
    since = Instant(now - rules.topped_up_days * DAY_US)
    lent, balance, opened_at, topped_up = await together(
        tx,
        promises.open_of(tx, account),
        sql.balance(tx, account, env.operator.currency),
        lines.opened_at(tx, case.subject.contract),
        sql.topped_up_since(tx, account, env.operator.currency, since),
    )
    if lent is not None:
        return refused("promised_open", left=lent.outstanding)
    if balance.amount_minor >= rules.below:
        return refused("promised_not_needed", below=env.money(rules.below))
    age_days = (day_of(now, env.zone) - day_of(opened_at, env.zone)).days
    offers = [
        offer
        for offer in rules.offers
        if offer.tenure_days <= age_days and offer.topped_up <= topped_up
    ]
    if not offers:
        return refused("promised_not_yet")
    return tuple(sorted(offers, key=lambda offer: offer.amount))


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    offers = await offers_to(tx, case, env)
    if isinstance(offers, Refused):
        return offers
    offer = _offer(offers, ask.amount)
    if offer is None:
        return refused("promised_not_offered")
    text = Text("quote.take_promised_payment", {"amount": ask.amount})
    return Quote(text, _fee_now(env, offer), terms=_terms(env, offer))


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt | Refused:
    env, subject, now = doing.env, case.subject, doing.env.clock.now()
    offer = _offer(rules_of(env).offers, ask.amount)
    assert offer is not None, "quoted, and gone from the same profile"
    until, fee = back_on(env, offer.days), env.money(offer.fee)
    owed_fee = fee - quote.price
    lent = charge(
        (doing.id, "promised_payment", now, subject.line),
        subject.account,
        House.PROMISED,
        -ask.amount,
        {},
    )
    paid = charge(
        (env.ids.next(), "promised_fee", now, subject.line),
        subject.account,
        House.REVENUE_FEES,
        quote.price,
        {},
    )
    await sql.post_all(tx, (lent, paid) if quote.price else (lent,))
    promise = Promise(
        id=doing.id,
        account=subject.account,
        line=subject.line,
        amount=ask.amount,
        owed=ask.amount,
        fee_owed=owed_fee,
        taken_at=now,
        due_at=until,
    )
    await promises.add(tx, promise)
    await due.add(tx, _repayment(env, promise))
    await take_waiting(tx, case, doing, await due.waiting_of(tx, subject.account))
    balance = await sql.balance(tx, subject.account, ask.amount.currency)
    values: dict[str, Value] = {
        "amount": ask.amount,
        "until": At(until, date_only=True),
        "balance": balance,
    }
    return Receipt(doing.id, Text("done.take_promised_payment", values))


def back_on(env: Env, days: int) -> Instant:
    """The local midnight so many days from today, so that a quote holds its date all day."""
    return midnight(day_of(env.clock.now(), env.zone) + timedelta(days=days), env.zone)


def _offer(offers: tuple[PromisedOffer, ...], amount: Money) -> PromisedOffer | None:
    return next((offer for offer in offers if offer.amount == amount.amount_minor), None)


def _fee_now(env: Env, offer: PromisedOffer) -> Money:
    return env.money(offer.fee if rules_of(env).fee_when == "taken" else 0)


def _terms(env: Env, offer: PromisedOffer) -> tuple[Text, ...]:
    """All that one must know before borrowing: when it goes back, and what happens if it cannot."""
    later = env.money(offer.fee) - _fee_now(env, offer)
    back: dict[str, Value] = {
        "amount": env.money(offer.amount) + later,
        "until": At(back_on(env, offer.days), date_only=True),
    }
    return (
        *((Text("term.promised_fee", {"fee": later}),) if later else ()),
        Text("term.promised_back", back),
        Text("term.promised_first"),
        Text("term.promised_own_use"),
        Text("term.promised_barred"),
    )


def _repayment(env: Env, promise: Promise) -> Due:
    return Due(
        id=env.ids.next(),
        account=promise.account,
        line=promise.line,
        kind=REPAYMENT,
        ref=str(promise.id),
        anchor="",
        period=0,
        due_at=promise.due_at,
        waiting=False,
        amount_minor=promise.outstanding.amount_minor,
    )


OPERATION = Operation(
    name="take_promised_payment",
    section="topup",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    audit=("amount",),
    notice=True,
    rule="promised_payment",
)
