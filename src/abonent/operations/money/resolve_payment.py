"""Settle a payment in review, once staff have seen what the provider has of it (ADR 015).

What is said is a fact, not an order: so much of the payment is there. What follows for the account
is the same for everybody. Nothing is booked above what the provider has told of itself.
"""

from collections.abc import Iterable

from abonent.accounts import lines
from abonent.kernel.case import Case, Staff, Subject
from abonent.kernel.ids import AccountId
from abonent.kernel.money import Money, parse_money
from abonent.kernel.outcome import NeedsInput, Quote, Receipt, Refused, refused
from abonent.kernel.text import Text, Value
from abonent.ledger import payment_events, payments
from abonent.ledger.payments import Payment
from abonent.operations.asks import Id, PlainText, needs
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation
from abonent.operations.money.payments import resolve
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    payment: Id
    held: PlainText
    """What the provider has of it for us, as a decimal text; `0` where it has nothing."""


async def about(tx: ReadTx, ask: Ask, _env: Env) -> Subject | Refused:
    payment = await payments.find(tx, ask.payment)
    if payment is None:
        return refused("payment_unknown")
    if payment.line is None:
        return refused("payment_of_nobody")
    return (await lines.known(tx, payment.line)).subject


async def touches(tx: ReadTx, case: Case, ask: Ask, _env: Env) -> Iterable[AccountId]:
    payment = await payments.find(tx, ask.payment)
    account = payment.account if payment else None
    return (account or case.subject.account,)


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | NeedsInput | Refused:
    if isinstance(case.who, Staff) and not case.who.reason.strip():
        return needs("reason", "required")
    held = _held(env, ask)
    if isinstance(held, NeedsInput):
        return held
    payment = await _payment(tx, ask)
    if payment.state != "review":
        return refused("payment_settled")
    most = await _most(tx, payment)
    if held.amount_minor > most.amount_minor:
        return refused("payment_held_more", most=most)
    return Quote(Text("quote.resolve_payment", _told(payment, held)), env.money(0))


async def apply(tx: WriteTx, _case: Case, ask: Ask, _quote: Quote, doing: Doing) -> Receipt:
    held = _held(doing.env, ask)
    assert isinstance(held, Money), "quoted a moment ago"
    payment = await _payment(tx, ask)
    await resolve(tx, doing.env, payment, held)
    return Receipt(doing.id, Text("done.resolve_payment", _told(payment, held)))


def _held(env: Env, ask: Ask) -> Money | NeedsInput:
    try:
        return parse_money(ask.held, env.operator.currency)
    except ValueError:
        return needs("held", "amount_invalid")


async def _payment(tx: ReadTx, ask: Ask) -> Payment:
    found = await payments.find(tx, ask.payment)
    assert found is not None, "looked up a moment ago in this transaction"
    return found


async def _most(tx: ReadTx, payment: Payment) -> Money:
    """What was ordered, or more if the provider told so before it was booked.

    What was paid a second time is given back at the provider first.
    """
    told = [] if payment.booked else await payment_events.told_as_paid(tx, payment)
    return max([payment.to_pay, *told])


def _told(payment: Payment, held: Money) -> dict[str, Value]:
    return {"to_pay": payment.to_pay, "booked": payment.held, "held": held}


OPERATION = Operation(
    name="resolve_payment",
    section="topup",
    ask=Ask,
    about=about,
    touches=touches,
    quote=quote,
    apply=apply,
    askers=frozenset({"staff"}),
    channels=frozenset({"staff", "api"}),
    audit=("booked", "held"),
    sure=True,
    draws=False,
    while_blocked=True,
    rule="card_top_up",
)
