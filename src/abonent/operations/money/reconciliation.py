"""A provider's file of a day against our books: what we missed is booked, what differs is listed.

What came in and what went back of each payment is added up, so that what was taken twice shows.
Each sum is settled in a transaction of its own by the same rules as a webhook, so the file may be
read again, and a webhook that comes afterwards changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from abonent.kernel.money import Money
from abonent.kernel.time import Instant, midnight
from abonent.ledger import payments
from abonent.ledger.payments import Payment
from abonent.operations.env import Env
from abonent.operations.money.payments import receive
from abonent.operations.ports import PaymentEvent, PaymentGateway, PaymentState, Settled
from abonent.store.database import Database

_GONE = frozenset({"refunded", "charged_back"})


@dataclass(frozen=True, slots=True)
class Difference:
    """What a person has to look at: `code` is unknown, amount, review, or missing there.

    `line` is the last of the file that says so, 0 for what the file lacks; `there` and `here` are
    the amounts.
    """

    code: str
    line: int
    payment: int
    there: Money | None
    here: Money | None


@dataclass(slots=True)
class Reconciled:
    """How many sums agreed and how many of them made us book something, and what differs."""

    agreed: int = 0
    booked: int = 0
    differences: list[Difference] = field(default_factory=list)


async def reconcile(
    db: Database, env: Env, gateway: PaymentGateway, lines: Iterable[str], day: date | None = None
) -> Reconciled:
    """Go through the file; raises ValueError for a line that is none, with nothing settled.

    What the file lacks is looked for on the local `day`, or else between the first and the last
    payment that it has.
    """
    done = Reconciled()
    named: dict[int, Instant | None] = {}
    for settled in _added_up(gateway.settled(lines)):
        payment = await _settle(db, env, gateway.name, (settled, done))
        if payment is not None:
            named[payment.id] = payment.paid_at
    for payment in await _booked(db, env, gateway.name, (day, list(named.values()))):
        if payment.id not in named:
            lacks = Difference("missing there", 0, payment.id, None, payment.to_pay)
            done.differences.append(lacks)
    return done


def _added_up(lines: Iterable[Settled]) -> Iterable[Settled]:
    """One for what came in of each payment, and one for what went back."""
    sums: dict[tuple[int, bool, str], Settled] = {}
    for settled in lines:
        # What is not ours has no id by which it could be added up.
        payment = settled.payment or -settled.line
        key = payment, settled.amount.amount_minor < 0, settled.amount.currency
        before = sums.get(key)
        sums[key] = replace(settled, amount=before.amount + settled.amount) if before else settled
    return sums.values()


async def _settle(
    db: Database, env: Env, gateway: str, line: tuple[Settled, Reconciled]
) -> Payment | None:
    """One line; the payment as it is afterwards, None where it is not ours."""
    settled, done = line
    payment = await _find(db, gateway, settled.payment)
    if payment is not None and not _agrees(payment, settled) and _may_be_told(payment, settled):
        await receive(db, env, gateway, _event(env, settled))
        payment = await _find(db, gateway, settled.payment)
        done.booked += payment is not None and _agrees(payment, settled)
    if payment is not None and _agrees(payment, settled):
        done.agreed += 1
    else:
        done.differences.append(_difference(settled, payment))
    return payment


def _agrees(payment: Payment, settled: Settled) -> bool:
    """Whether our books say what the line says."""
    if settled.amount.amount_minor < 0:
        given = payment.returned if payment.booked else payment.to_pay
        return payment.state in _GONE and given == -settled.amount
    on_its_way_back = payment.reason == "number_unknown"
    known = payment.booked or payment.state in _GONE or on_its_way_back
    return known and payment.to_pay == settled.amount


def _may_be_told(payment: Payment, settled: Settled) -> bool:
    """Whether the line can be news, and not a contradiction."""
    if settled.amount.amount_minor < 0:
        return payment.state not in _GONE and -settled.amount == payment.to_pay
    return payment.open and settled.amount == payment.to_pay


def _difference(settled: Settled, payment: Payment | None) -> Difference:
    if payment is None:
        return Difference("unknown", settled.line, settled.payment, settled.amount, None)
    given_back = settled.amount.amount_minor < 0
    here = -(payment.returned or payment.to_pay) if given_back else payment.to_pay
    code = "review" if here == settled.amount else "amount"
    return Difference(code, settled.line, payment.id, settled.amount, here)


def _event(env: Env, settled: Settled) -> PaymentEvent:
    given_back = settled.amount.amount_minor < 0
    back: PaymentState = "charged_back" if settled.by_bank else "refunded"
    state = back if given_back else "paid"
    return PaymentEvent(
        id=f"file {state} {settled.payment} {settled.reference}",
        payment=settled.payment,
        state=state,
        amount=-settled.amount if given_back else settled.amount,
        reference=settled.reference,
        at=env.clock.now(),
    )


async def _find(db: Database, gateway: str, payment: int) -> Payment | None:
    found = await db.read(lambda tx: payments.find(tx, payment))
    return found if found is not None and found.gateway == gateway else None


async def _booked(
    db: Database, env: Env, gateway: str, period: tuple[date | None, list[Instant | None]]
) -> list[Payment]:
    day, named = period
    times = [at for at in named if at is not None]
    if day is not None:
        since, until = midnight(day, env.zone), midnight(day + timedelta(days=1), env.zone)
    elif times:
        since, until = min(times), Instant(max(times) + 1)
    else:
        return []
    return await db.read(lambda tx: payments.paid_between(tx, gateway, since, until))
