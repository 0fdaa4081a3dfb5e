"""Payments that are taken by themselves: begun on their day, followed, tried again, switched off.

Begun under the account's lock by what is due; the provider is asked afterwards, outside of any
transaction, like for any payment from a kept means (`money/providers`), and what it tells comes
back here (`followed`). The database lets a day have one payment that is paid or under way.
"""

from calendar import monthrange
from datetime import date

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case, by_itself
from abonent.kernel.ids import LineId
from abonent.kernel.money import Money
from abonent.kernel.text import At, Value
from abonent.kernel.time import DAY_US, SECOND_US, Instant, day_of, first_of_next_month, midnight
from abonent.ledger import auto_payments, due, payment_means, payments, sql
from abonent.ledger.auto_payments import AutoPayment, Try
from abonent.ledger.due import Due
from abonent.ledger.payments import Payment
from abonent.operations.env import Env
from abonent.operations.messages import Deed, journal_line, notice
from abonent.profile.model import AutoPayment as Rules
from abonent.profile.model import CardTopUp
from abonent.store.tx import ReadTx, WriteTx

KIND = "auto_payment"
"""The kind of the due rows; `ref` is one of the following, `anchor` the local day it is for."""
ON_DATE = "date"
ANNOUNCED = "notice"
AGAIN = "retry"

_HOUR_US = 3600 * SECOND_US
_LATEST_US = DAY_US
"""What is later than this, because nothing ran, is left out: nobody expects it any more."""


def rules_of(env: Env) -> Rules:
    """The operator's table; the operations exist only where there is one."""
    rules = env.operator.auto_payment
    assert rules is not None, "offered without its rule"
    return rules


def to_take(env: Env, amount: Money) -> tuple[Money, Money]:
    """The commission and the bonus of a payment, as for any top-up by card."""
    steps = _top_up(env)
    minor = amount.amount_minor
    return env.money(steps.commission_on(minor)), env.money(steps.bonus_on(minor))


def date_after(day_of_month: int, after: date) -> date:
    """The next date with this day of the month, clipped to the month's length."""
    wanted = _clipped(after.year, after.month, day_of_month)
    if wanted > after:
        return wanted
    following = first_of_next_month(after)
    return _clipped(following.year, following.month, day_of_month)


async def schedule(tx: WriteTx, env: Env, wish: AutoPayment, after: date) -> None:
    """Make the next payment by date due, and its announcement, where there is time for one."""
    assert wish.day is not None, "only payments by date have dates"
    rules, day = rules_of(env), date_after(wish.day, after)
    at = _hour_of(env, day)
    rows = [_due(env, wish, ON_DATE, (day.isoformat(), 1), at)]
    announce_at = Instant(at - rules.notice_hours * _HOUR_US)
    if rules.notice_hours and announce_at >= env.clock.now():
        rows.append(_due(env, wish, ANNOUNCED, (day.isoformat(), 1), announce_at))
    await due.add(tx, *rows)


async def unschedule(tx: WriteTx, line: LineId) -> None:
    """Nothing more becomes due by itself; what is under way goes on."""
    for ref in (ON_DATE, ANNOUNCED, AGAIN):
        await due.remove_of_line(tx, line, KIND, ref)


async def call_off(tx: WriteTx, env: Env, wish: AutoPayment) -> None:
    """Its owner wants it no more: what the provider has not been asked for is not taken either."""
    await unschedule(tx, wish.line)
    for one in await auto_payments.under_way(tx, wish.account):
        if await payments.call_off(tx, one.payment, env.clock.now()):
            await auto_payments.mark_refused(tx, one)


async def asked_for(tx: ReadTx, wish: AutoPayment) -> Money | None:
    """What the provider has been asked for already, and may still take; None where nothing is."""
    tries = await auto_payments.under_way(tx, wish.account)
    asked = sum([one.taken_minor for one in tries if await payments.is_asked(tx, one.payment)])
    return Money(asked, wish.amount.currency) if asked else None


async def on_its_day(tx: WriteTx, env: Env, item: Due) -> None:
    """Do what became due: announce, pay, or try again."""
    await due.remove(tx, item.id)
    wish = await auto_payments.of_account(tx, item.account)
    if wish is None or env.operator.auto_payment is None:
        return
    match item.ref:
        case "notice":
            await _announce(tx, env, wish)
        case "date":
            await _by_date(tx, env, wish, item)
        case _:
            await _again(tx, env, wish, item)


async def begin(tx: WriteTx, env: Env, wish: AutoPayment, for_day: str, n: int = 1) -> bool:
    """Begin a payment for the local day, unless something forbids it; whether it was begun."""
    now = env.clock.now()
    kept = await payment_means.by_id(tx, wish.means)
    if kept is None:
        await switch_off(tx, env, wish, "auto_payment_off_card_gone")
        return False
    commission, bonus = to_take(env, wish.amount)
    month = day_of(now, env.zone).isoformat()[:7]
    taken = wish.amount + commission
    obstacle = await _obstacle(tx, env, wish, (month, taken))
    if obstacle is not None:
        await _leave_out(tx, env, wish, obstacle)
        return False
    id = env.ids.next()
    begun = Try(id, wish.account, wish.id, for_day, n, month, taken.amount_minor, "open", now)
    if not await auto_payments.begin(tx, begun):
        return False
    line = await lines.known(tx, wish.line)
    payment = Payment(
        id=id,
        account=wish.account,
        line=wish.line,
        person=wish.person,
        gateway=kept[0].gateway,
        amount=wish.amount,
        commission=commission,
        bonus=bonus,
        language=line.language,
        created_at=now,
        automatic=True,
        means=wish.means,
        try_at=now,
    )
    await payments.add(tx, payment)
    return True


async def followed(tx: WriteTx, env: Env, payment: Payment) -> None:
    """What became of a payment by now, for the wish that began it; under the account's lock."""
    one = await auto_payments.try_of(tx, payment.id) if payment.automatic else None
    if one is None:
        return
    wish = await auto_payments.of_account(tx, one.account)
    mine = wish if wish is not None and wish.id == one.auto_payment else None
    if payment.state == "paid":
        await auto_payments.mark_paid(tx, one)
        if mine is not None:
            await auto_payments.set_refusals(tx, mine.account, 0)
            await due.remove_of_line(tx, mine.line, KIND, AGAIN)
    elif payment.state == "failed" and one.state == "open":
        await auto_payments.mark_refused(tx, one)
        if mine is not None:
            await _refused(tx, env, mine, one)


async def switch_off(tx: WriteTx, env: Env, wish: AutoPayment, told: str) -> None:
    """It is off until its owner sets it again; an SMS of the kind says why."""
    line, case = await _about(tx, wish)
    await auto_payments.remove(tx, wish.account)
    await unschedule(tx, wish.line)
    await notice(tx, env, line, told, {"amount": wish.amount})
    await journal_line(tx, env, case, Deed("auto_payment_off", details={"amount": wish.amount}))


def is_below(wish: AutoPayment, balance: Money) -> bool:
    """Whether the balance has fallen below the threshold of the wish."""
    return wish.threshold is not None and balance.amount_minor < wish.threshold.amount_minor


async def _announce(tx: WriteTx, env: Env, wish: AutoPayment) -> None:
    planned = await due.of_line(tx, wish.line, KIND, ON_DATE)
    kept = await payment_means.by_id(tx, wish.means)
    if planned is None or kept is None or planned.due_at <= env.clock.now():
        return
    line, _ = await _about(tx, wish)
    values: dict[str, Value] = {
        "amount": wish.amount + to_take(env, wish.amount)[0],
        "day": At(planned.due_at, date_only=True),
        "means": kept[0].label,
    }
    await notice(tx, env, line, "auto_payment_soon", values)


async def _by_date(tx: WriteTx, env: Env, wish: AutoPayment, item: Due) -> None:
    """A payment whose next date has come as well, because nothing ran, is left out."""
    day = date.fromisoformat(item.anchor)
    await schedule(tx, env, wish, day)
    if wish.day is not None and _hour_of(env, date_after(wish.day, day)) > env.clock.now():
        await begin(tx, env, wish, item.anchor, 1)


async def _again(tx: WriteTx, env: Env, wish: AutoPayment, item: Due) -> None:
    if env.clock.now() - item.due_at > _LATEST_US:
        return
    if wish.threshold is None:
        await begin(tx, env, wish, item.anchor, item.period)
        return
    # A threshold is for whatever day it is by now: once a day holds for its retries as well.
    if is_below(wish, await sql.balance(tx, wish.account, wish.amount.currency)):
        await begin(tx, env, wish, day_of(env.clock.now(), env.zone).isoformat(), item.period)


async def _refused(tx: WriteTx, env: Env, wish: AutoPayment, one: Try) -> None:
    rules, refusals = rules_of(env), wish.refusals + 1
    if refusals >= rules.most_refusals:
        await switch_off(tx, env, wish, "auto_payment_off_refused")
        return
    await auto_payments.set_refusals(tx, wish.account, refusals)
    line, _ = await _about(tx, wish)
    late = env.clock.now() - one.begun_at > _LATEST_US
    if late or one.n > len(rules.retry_hours):
        await notice(tx, env, line, "auto_payment_refused", {"amount": wish.amount})
        return
    at = Instant(env.clock.now() + rules.retry_hours[one.n - 1] * _HOUR_US)
    await due.remove_of_line(tx, wish.line, KIND, AGAIN)
    await due.add(tx, _due(env, wish, AGAIN, (one.for_day, one.n + 1), at))
    values: dict[str, Value] = {"amount": wish.amount, "at": At(at)}
    await notice(tx, env, line, "auto_payment_again", values)


async def _obstacle(
    tx: ReadTx, env: Env, wish: AutoPayment, wanted: tuple[str, Money]
) -> str | None:
    """The kind of SMS that says why the (month, sum) may not be taken now; None where it may."""
    month, taken = wanted
    spent = await auto_payments.taken_in(tx, wish.account, month)
    if spent + taken.amount_minor > wish.ceiling.amount_minor:
        return "auto_payment_ceiling"
    balance = await sql.balance(tx, wish.account, wish.amount.currency)
    full = (balance + wish.amount).amount_minor > env.operator.limits.balance_max
    return "auto_payment_full" if full else None


async def _leave_out(tx: WriteTx, env: Env, wish: AutoPayment, obstacle: str) -> None:
    """Told once: a threshold is not looked at again before the next month."""
    line, case = await _about(tx, wish)
    following = first_of_next_month(day_of(env.clock.now(), env.zone))
    await auto_payments.pause(tx, wish.account, midnight(following, env.zone))
    values: dict[str, Value] = {"amount": wish.amount, "ceiling": wish.ceiling}
    await notice(tx, env, line, obstacle, values)
    deed = Deed("auto_payment_left_out", details={"amount": wish.amount})
    await journal_line(tx, env, case, deed)


async def _about(tx: ReadTx, wish: AutoPayment) -> tuple[Line, Case]:
    line = await lines.known(tx, wish.line)
    return line, by_itself(line.subject)


def _due(env: Env, wish: AutoPayment, ref: str, what: tuple[str, int], at: Instant) -> Due:
    """A row for the `n`-th try of a local day."""
    day, n = what
    return Due(env.ids.next(), wish.account, wish.line, KIND, ref, day, n, at, waiting=False)


def _hour_of(env: Env, day: date) -> Instant:
    return Instant(midnight(day, env.zone) + rules_of(env).at_hour * _HOUR_US)


def _clipped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _top_up(env: Env) -> CardTopUp:
    rules = env.operator.card_top_up
    assert rules is not None, "profiles with [auto_payment] have [card_top_up]"
    return rules
