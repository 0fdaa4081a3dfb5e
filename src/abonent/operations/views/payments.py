"""Payments as their payers see them: what came in, what is on its way, what can be paid with."""

from heapq import merge

from abonent.accounts import lines
from abonent.kernel.case import Case, Staff
from abonent.kernel.ids import LineId
from abonent.kernel.money import Money
from abonent.kernel.text import Text
from abonent.ledger import payment_events, payment_means
from abonent.ledger import payments as sql
from abonent.ledger import sql as ledger
from abonent.ledger.payments import Payment
from abonent.operations.env import Env
from abonent.operations.money.payments import is_signed, pay_path
from abonent.operations.money.top_up_by_card import gateways_of
from abonent.operations.views.paging import FIRST, Page, cursor_of, position
from abonent.operations.views.payment_model import (
    BonusStep,
    CardTopUpView,
    MeansRow,
    PaymentRow,
    PaymentsView,
    PaymentView,
    ReviewRow,
    ReviewsView,
    ToldRow,
)
from abonent.store.tx import ReadTx, together

_UNPAID = frozenset({"created", "pending"})


async def payments(tx: ReadTx, case: Case, env: Env, page: Page = FIRST) -> PaymentsView:
    """Whether a payment has arrived: by card with its state, and all else that came in."""
    subject, before, most = case.subject, position(page.cursor), page.limit + 1
    by_card, came = await together(
        tx,
        sql.of_account(tx, subject.account, subject.person, before=before, limit=most),
        ledger.received(tx, subject.account, env.operator.currency, before=before, limit=most),
    )
    numbers = await _numbers(tx, by_card, subject.line)
    rows = merge(
        [_by_card(env, payment, numbers, case) for payment in by_card],
        [PaymentRow(m.entry, m.at, m.what, m.amount, "paid") for m in came],
        key=lambda row: (row.at, row.id),
        reverse=True,
    )
    listed = list(rows)
    items = tuple(listed[: page.limit])
    following = cursor_of(items[-1].at, items[-1].id) if len(listed) > page.limit else None
    return PaymentsView(items, following)


async def payment_reviews(tx: ReadTx, case: Case, _env: Env, page: Page = FIRST) -> ReviewsView:
    """What staff settle by `resolve_payment`; nobody else is shown any."""
    if not isinstance(case.who, Staff):
        return ReviewsView((), None)
    before, most = position(page.cursor), page.limit + 1
    found = await sql.in_review(tx, before=before, limit=most)
    items = tuple([await _review(tx, payment) for payment in found[: page.limit]])
    following = cursor_of(items[-1].at, items[-1].id) if len(found) > page.limit else None
    return ReviewsView(items, following)


async def payment_of_link(
    tx: ReadTx, _case: Case, env: Env, id: int, signature: str
) -> PaymentView | None:
    """The payment of a link, for whoever holds it; None where the link is not ours."""
    found = await sql.find(tx, id) if is_signed(env, id, signature) else None
    if found is None:
        return None
    return PaymentView(
        id=found.id,
        link=pay_path(env, found.id),
        state=found.state,
        text=Text(f"payment.{found.state}", {"amount": found.amount}),
        reason=_reason(found),
        gateway=found.gateway,
        amount=found.amount,
        to_pay=found.to_pay,
        created_at=found.created_at,
    )


async def card_top_up(tx: ReadTx, case: Case, env: Env) -> CardTopUpView | None:
    """How one can top up by card; None where the operator does not offer it."""
    rules = env.operator.card_top_up
    if rules is None:
        return None
    kept = await payment_means.of_person(tx, case.on.person) if case.on is not None else []
    return CardTopUpView(
        gateways=gateways_of(env),
        smallest=env.money(rules.smallest),
        largest=env.money(rules.largest),
        suggested=tuple(map(env.money, rules.suggested)),
        commissioned=bool(rules.commission),
        bonuses=tuple(BonusStep(least, bonus) for least, bonus in _bonuses(env)),
        means=tuple(
            MeansRow(means.id, means.label, means.kept_at)
            for means in kept
            if means.gateway in env.payments.gateways
        ),
    )


def _bonuses(env: Env) -> list[tuple[Money, Money]]:
    steps = env.operator.card_top_up.bonus if env.operator.card_top_up else ()
    return [(env.money(step.at_least), env.money(step.of(step.at_least))) for step in steps]


async def _numbers(tx: ReadTx, found: list[Payment], own: LineId) -> dict[int, str]:
    """Numbers of other lines that payments reached; before, it would say which numbers exist."""
    reached = {payment.line for payment in found if payment.booked}
    others = {line for line in reached if line is not None} - {own}
    return {line: (await lines.known(tx, line)).number for line in others}


def _by_card(env: Env, payment: Payment, numbers: dict[int, str], case: Case) -> PaymentRow:
    mine = payment.person == case.subject.person
    return PaymentRow(
        id=payment.id,
        at=payment.created_at,
        what=Text("entry.card_top_up"),
        amount=payment.amount,
        state=payment.state,
        reason=_reason(payment) if mine else None,
        number=numbers.get(payment.line or 0) if mine else None,
        link=pay_path(env, payment.id) if mine and payment.state in _UNPAID else None,
    )


async def _review(tx: ReadTx, payment: Payment) -> ReviewRow:
    told = await payment_events.told_of(tx, payment.id)
    return ReviewRow(
        id=payment.id,
        at=payment.created_at,
        gateway=payment.gateway,
        number=None if payment.line is None else (await lines.known(tx, payment.line)).number,
        reason=Text(f"payment.reason.{payment.reason}"),
        to_pay=payment.to_pay,
        booked=payment.held,
        told=tuple(ToldRow(each.at, each.state, each.amount, each.reference) for each in told),
    )


def _reason(payment: Payment) -> Text | None:
    return Text(f"payment.reason.{payment.reason}") if payment.reason else None
