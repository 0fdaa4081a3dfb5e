"""The auto-payment of an account: what was wished, what comes next, and what can be wished."""

from dataclasses import dataclass

from abonent.kernel.case import Case
from abonent.kernel.money import Money
from abonent.kernel.time import Instant, day_of
from abonent.ledger import auto_payments, due, payment_means
from abonent.operations.env import Env
from abonent.operations.money.auto_payments import KIND, ON_DATE
from abonent.operations.views.payment_model import MeansRow
from abonent.store.tx import ReadTx, together


@dataclass(frozen=True, slots=True)
class AutoPaymentRow:
    """What is set: `day` of the month, or `threshold`, never both."""

    amount: Money
    day: int | None
    threshold: Money | None
    ceiling: Money
    means: str | None
    """The label of its card; None where that is not kept any more."""
    next_at: Instant | None
    """When it will be taken next; None where that depends on the balance."""
    refusals: int
    """How many tries in a row the bank has refused."""


@dataclass(frozen=True, slots=True)
class AutoPaymentView:
    """The auto-payment, and within which bounds it can be set."""

    now: AutoPaymentRow | None
    taken: Money
    """What has left the card by itself in this calendar month."""
    means: tuple[MeansRow, ...]
    smallest: Money
    largest: Money
    threshold_largest: Money
    ceiling_largest: Money


async def auto_payment(tx: ReadTx, case: Case, env: Env) -> AutoPaymentView | None:
    """None where the operator has no auto-payments."""
    rules, account = env.operator.auto_payment, case.subject.account
    if rules is None:
        return None
    month = day_of(env.clock.now(), env.zone).isoformat()[:7]
    taken, kept, row = await together(
        tx,
        auto_payments.taken_in(tx, account, month),
        payment_means.of_person(tx, case.subject.person),
        _row(tx, case),
    )
    return AutoPaymentView(
        now=row,
        taken=env.money(taken),
        means=tuple(
            MeansRow(each.id, each.label, each.kept_at)
            for each in kept
            if each.gateway in env.payments.gateways
        ),
        smallest=env.money(rules.smallest),
        largest=env.money(rules.largest),
        threshold_largest=env.money(rules.threshold_largest),
        ceiling_largest=env.money(rules.ceiling_largest),
    )


async def _row(tx: ReadTx, case: Case) -> AutoPaymentRow | None:
    wish = await auto_payments.of_account(tx, case.subject.account)
    if wish is None:
        return None
    kept = await payment_means.by_id(tx, wish.means)
    planned = await due.of_line(tx, wish.line, KIND, ON_DATE)
    return AutoPaymentRow(
        amount=wish.amount,
        day=wish.day,
        threshold=wish.threshold,
        ceiling=wish.ceiling,
        means=kept[0].label if kept else None,
        next_at=planned.due_at if planned else None,
        refusals=wish.refusals,
    )
