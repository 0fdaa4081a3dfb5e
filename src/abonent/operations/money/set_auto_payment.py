"""Have payments taken by themselves from a kept card: on a day of the month, or below a threshold.

One per account; setting it anew replaces what was set. Nothing is taken by this itself.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from abonent.kernel.case import Case
from abonent.kernel.outcome import NeedsInput, Quote, Receipt
from abonent.kernel.text import At, Text
from abonent.kernel.time import day_of, midnight
from abonent.ledger import auto_payments, payment_means
from abonent.ledger.auto_payments import AutoPayment
from abonent.ledger.payment_means import KeptMeans
from abonent.operations.asks import Amount, Id, PlainText, needs, problem
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.auto_payments import (
    call_off,
    date_after,
    rules_of,
    schedule,
    to_take,
)
from abonent.store.tx import ReadTx, WriteTx

_DAY = re.compile(r"[1-9]|[12][0-9]|3[01]")


def _day_of_month(value: str) -> str:
    if not _DAY.fullmatch(value):
        raise problem("day_of_month_invalid")
    return value


class Ask(BaseAsk):
    when: Literal["date", "threshold"]
    amount: Amount
    """What is to arrive each time."""
    ceiling: Amount
    """The most that may leave the card in a calendar month, commission included."""
    means: Id
    """A kept means of payment."""
    day: Annotated[PlainText, AfterValidator(_day_of_month)] | None = None
    """`1` to `31`, with `when` = `date`; the last day of months that are shorter."""
    threshold: Amount | None = None
    """With `when` = `threshold`."""


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | NeedsInput:
    wrong = _problem(env, ask)
    if wrong is not None:
        return wrong
    kept = await _means(tx, case, ask, env)
    if isinstance(kept, NeedsInput):
        return kept
    text = Text("quote.set_auto_payment", {"amount": ask.amount})
    return Quote(text, env.money(0), terms=tuple(_terms(env, ask, kept)))


async def apply(tx: WriteTx, case: Case, ask: Ask, _quote: Quote, doing: Doing) -> Receipt:
    env, subject, now = doing.env, case.subject, doing.env.clock.now()
    before = await auto_payments.of_account(tx, subject.account)
    if before is not None:
        await call_off(tx, env, before)
    wish = AutoPayment(
        account=subject.account,
        id=doing.id,
        line=subject.line,
        person=subject.person,
        means=ask.means,
        day=int(ask.day) if ask.day else None,
        threshold=ask.threshold,
        amount=ask.amount,
        ceiling=ask.ceiling,
        set_at=now,
    )
    await auto_payments.put(tx, wish)
    if wish.day is not None:
        await schedule(tx, env, wish, day_of(now, env.zone))
    text = Text("done.set_auto_payment", {"amount": ask.amount})
    return Receipt(doing.id, text, undo="cancel_auto_payment")


def _problem(env: Env, ask: Ask) -> NeedsInput | None:
    rules, amount = rules_of(env), ask.amount
    if amount.amount_minor < rules.smallest:
        return needs("amount", "auto_amount_too_small", smallest=env.money(rules.smallest))
    if amount.amount_minor > rules.largest:
        return needs("amount", "auto_amount_too_large", largest=env.money(rules.largest))
    at_once = amount + to_take(env, amount)[0]
    if ask.ceiling.amount_minor < at_once.amount_minor:
        return needs("ceiling", "ceiling_too_low", at_once=at_once)
    if ask.ceiling.amount_minor > rules.ceiling_largest:
        return needs("ceiling", "ceiling_too_high", largest=env.money(rules.ceiling_largest))
    return _when_problem(env, ask)


def _when_problem(env: Env, ask: Ask) -> NeedsInput | None:
    """A day or a threshold is named, the one that `when` asks for, and not both."""
    wanted, other = ("day", "threshold") if ask.when == "date" else ("threshold", "day")
    if getattr(ask, wanted) is None:
        return needs(wanted, "required")
    if getattr(ask, other) is not None:
        return needs(other, "unknown_field")
    largest = rules_of(env).threshold_largest
    if ask.threshold is not None and ask.threshold.amount_minor > largest:
        return needs("threshold", "threshold_too_high", largest=env.money(largest))
    return None


async def _means(tx: ReadTx, case: Case, ask: Ask, env: Env) -> KeptMeans | NeedsInput:
    found = await payment_means.by_id(tx, ask.means)
    if found is None or found[0].person != case.subject.person:
        return needs("means", "unknown_item")
    if found[0].gateway not in env.payments.gateways:
        return needs("means", "unknown_item")
    return found[0]


def _terms(env: Env, ask: Ask, kept: KeptMeans) -> list[Text]:
    rules = rules_of(env)
    commission, _ = to_take(env, ask.amount)
    terms = [_when_term(env, ask), Text("term.means", {"means": kept.label})]
    if ask.day is not None and rules.notice_hours:
        terms.append(Text("term.auto_notice", {"n": rules.notice_hours}))
    charged = Text("term.commission", {"commission": commission})
    terms.append(charged if commission else Text("term.no_commission"))
    terms.append(Text("term.auto_ceiling", {"ceiling": ask.ceiling}))
    terms.append(Text("term.auto_off", {"n": rules.most_refusals}))
    return terms


def _when_term(env: Env, ask: Ask) -> Text:
    if ask.threshold is not None:
        return Text("term.auto_below", {"threshold": ask.threshold})
    first = date_after(int(ask.day or ""), day_of(env.clock.now(), env.zone))
    day = At(midnight(first, env.zone), date_only=True)
    return Text("term.auto_on_day", {"day": ask.day or "", "first": day})


OPERATION = Operation(
    name="set_auto_payment",
    section="topup",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    channels=frozenset({"web", "api"}),
    audit=("amount",),
    notice=True,
    sure=True,
    draws=False,
    while_blocked=True,
    rule="auto_payment",
)
