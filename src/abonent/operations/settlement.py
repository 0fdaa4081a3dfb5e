"""Doing what is due on accounts, in order, with the catalogue of its own time.

Called under the accounts' locks by the runner and by rating before anything else is decided, and by
the worker so that it happens without being asked for. One account or two hundred go the same way.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from abonent.catalog.model import period_end
from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.money import POINTS, Money
from abonent.kernel.text import At, Item, Value
from abonent.kernel.time import Instant, day_of, midnight
from abonent.ledger import due, lots
from abonent.ledger.due import Due
from abonent.ledger.lots import Lot
from abonent.ledger.model import House, charge
from abonent.operations.bars import end_shortage
from abonent.operations.env import Env
from abonent.operations.loyalty.anniversaries import BIRTHDAY, TENURE, give
from abonent.operations.messages import Deed
from abonent.operations.money.auto_payments import KIND as AUTO_PAYMENT
from abonent.operations.money.auto_payments import on_its_day as pay_on_its_day
from abonent.operations.money.repayment import REPAYMENT, repay_on_its_day
from abonent.operations.tariffs.pending import paid_back
from abonent.operations.turn import Key, Turn
from abonent.profile.model import Included, Tariff
from abonent.store.tx import WriteTx


async def settle(tx: WriteTx, env: Env, account: AccountId, until: Instant) -> int:
    """Do what is due on the locked account up to the instant; how many things were done."""
    return await settle_all(tx, env, (account,), until)


async def settle_all(tx: WriteTx, env: Env, accounts: Collection[AccountId], until: Instant) -> int:
    """The same of many accounts, each in its own order.

    What changes the books by itself (`_HANDLERS`) has them written before it and read after it, so
    accounts with any such thing come last, and the others are still written at once.
    """
    turn = Turn(tx, env, until)
    await turn.load(accounts)
    done = 0
    for account in sorted(accounts, key=lambda each: not turn.kinds(each) <= _TURNED.keys()):
        while item := turn.next(account):
            if item.kind in _TURNED:
                _TURNED[item.kind](turn, item)
            else:
                await turn.flush()
                await _HANDLERS[item.kind](tx, env, item)
                await turn.load((account,))
            done += 1
    if done:
        await turn.flush()
    return done


async def grant_included(
    tx: WriteTx,
    env: Env,
    line: LineId,
    included: Iterable[Included],
    period: tuple[Instant, Instant, str],
) -> None:
    """Grant what a tariff, service, package or gift includes: (from, until, its `kind:id`)."""
    await lots.grant(tx, *included_lots(env, line, included, period))


def included_lots(
    env: Env, line: LineId, included: Iterable[Included], period: tuple[Instant, Instant, str]
) -> list[Lot]:
    """The lots that `grant_included` grants."""
    valid_from, expires_at, source = period
    known = env.catalog(valid_from)
    return [
        Lot(
            id=env.ids.next(),
            owner=line,
            bucket=part.bucket,
            unit=known.units[part.bucket],
            granted=part.amount,
            remaining=part.amount,
            valid_from=valid_from,
            expires_at=expires_at,
            source=source,
        )
        for part in included
    ]


async def start_fee(
    tx: WriteTx, env: Env, payer: tuple[AccountId, LineId], tariff: str, at: Instant
) -> None:
    """Make the first monthly fee of a tariff due at the instant; its periods count from then."""
    await due.add(tx, _first_fee(env, payer, tariff, at))


async def end_fee(tx: WriteTx, env: Env, fee: Key) -> None:
    """There is no such fee any more: nothing is owed for it, and nothing is held back for it."""
    await due.remove_of_line(tx, *fee)
    await end_shortage(tx, env, fee, env.clock.now())


@dataclass(frozen=True, slots=True)
class _Fee:
    """A price, when the period that it pays for ends, and what happens where it is not paid."""

    minor: int
    until: Instant
    rule: str
    own: bool = False
    """Whether nothing that is lent may pay it."""


def _tariff_fee(turn: Turn, item: Due) -> None:
    tariff = turn.env.catalog(item.due_at).tariff(item.ref)
    if tariff is None:
        _end(turn, item, item.due_at)
        return
    reduced = turn.discount(item.line) if tariff.monthly_fee else None
    minor = tariff.monthly_fee * (100 - (reduced.percent if reduced else 0)) // 100
    fee = _Fee(minor, _period_end(turn.env, item, "month"), tariff.unpaid)
    if not _take(turn, item, fee):
        return
    if reduced is not None:
        turn.use_discount(reduced)
    period = (item.due_at, fee.until, f"tariff:{item.ref}")
    turn.grant(included_lots(turn.env, item.line, tariff.included, period))


def _service_fee(turn: Turn, item: Due) -> None:
    service = turn.env.catalog(item.due_at).service(item.ref)
    active = turn.activation(item.line, item.ref)
    if active is None or service is None or service.period == "none":
        _end(turn, item, item.due_at)
        return
    until = _period_end(turn.env, item, service.period)
    fee = _Fee(service.fee, until, service.unpaid, own=service.content)
    told = {"service": item.ref}
    if not _take(turn, item, fee):
        turn.change(replace(active, paused=True))
        if not active.paused:
            turn.order(item.line, "service_off", told)
        return
    turn.change(replace(active, paused=False, paid_until=fee.until))
    if active.paused:
        turn.order(item.line, "service_on", told)
    period = (item.due_at, fee.until, f"service:{item.ref}")
    turn.grant(included_lots(turn.env, item.line, service.included, period))


def _package_renewal(turn: Turn, item: Due) -> None:
    """Nobody is charged more than was agreed to: then it is not renewed, which is told."""
    env, package = turn.env, turn.env.catalog(item.due_at).package(item.ref)
    values: dict[str, Value] = {"package": Item("package", item.ref)}
    if package is None or not package.renew or package.price > item.amount_minor:
        _end_renewal(turn, item, item.due_at)
        return
    ends = day_of(item.due_at, env.zone) + timedelta(days=package.valid_days)
    fee = _Fee(package.price, midnight(ends, env.zone), "wait")
    if _take(turn, item, fee):
        period = (item.due_at, fee.until, f"package:{item.ref}")
        turn.grant(included_lots(env, item.line, package.included, period))
        values["expires_at"] = At(fee.until, date_only=True)
        turn.tell(item.line, "package_renewal", values)


def _end_renewal(turn: Turn, renewal: Due, at: Instant) -> None:
    _end(turn, renewal, at)
    turn.tell(renewal.line, "package_renewal_ended", {"package": Item("package", renewal.ref)})


def _take(turn: Turn, item: Due, fee: _Fee) -> bool:
    """Charge one period and make the next one due; False where the money is short."""
    env = turn.env
    noun = item.kind.partition("_")[0]
    details: dict[str, Value] = {noun: Item(noun, item.ref)}
    missing = fee.minor - (turn.own if fee.own else turn.left)(item.account)
    if fee.minor and missing > 0:
        turn.wait(item)
        turn.begin_shortage(item, fee.rule)
        turn.tell(item.line, "fee_unpaid", {**details, "missing": env.money(missing)})
        return False
    if fee.minor:
        entry = (item.id, item.kind, item.due_at, item.line)
        taken = charge(entry, item.account, House.REVENUE_FEES, env.money(fee.minor), details)
        turn.post(taken)
    _end(turn, item, item.due_at)
    turn.add(replace(item, id=env.ids.next(), period=item.period + 1, due_at=fee.until))
    return True


def _tariff_change(turn: Turn, item: Due) -> None:
    turn.drop(item)
    told: dict[str, Value] = {"tariff": Item("tariff", item.ref)}
    tariff = turn.env.catalog(item.due_at).tariff(item.ref)
    if tariff is None:
        returned = paid_back(turn.env, item, (item.id, item.due_at))
        if returned is not None:
            turn.post(returned)
        turn.tell(item.line, "tariff_change_failed", told)
        return
    _end_fee(turn, item, "tariff_fee", turn.tariff(item.line))
    turn.start_tariff(item.line, item.ref, item.due_at)
    turn.add(_first_fee(turn.env, (item.account, item.line), item.ref, item.due_at))
    _end_what_it_lacks(turn, item, tariff)
    told["effective_at"] = At(item.due_at, date_only=True)
    turn.tell(item.line, "tariff_changed", told)
    turn.remember(item.line, Deed("tariff_changed", details=told))


def _end_what_it_lacks(turn: Turn, item: Due, tariff: Tariff) -> None:
    """Services and renewals that a new tariff does not have end with the old one."""
    for active in turn.activations(item.line):
        if active.service not in tariff.services:
            turn.change(replace(active, valid_to=item.due_at))
            _end_fee(turn, item, "service_fee", active.service)
            turn.order(item.line, "service_off", {"service": active.service})
    for renewal in turn.of_kind(item.account, item.line, "package_renewal"):
        if renewal.ref not in tariff.services:
            _end_renewal(turn, renewal, item.due_at)


def _end_fee(turn: Turn, change: Due, kind: str, ref: str) -> None:
    fee = turn.find(change.account, (change.line, kind, ref))
    if fee is not None:
        _end(turn, fee, change.due_at)


def _end(turn: Turn, item: Due, at: Instant) -> None:
    """The row is done with, and so is what was owed for it."""
    turn.drop(item)
    turn.end_shortage((item.line, item.kind, item.ref), at)


def _points_expiry(turn: Turn, item: Due) -> None:
    turn.drop(item)
    lot = turn.lot(int(item.ref))
    if lot.remaining == 0:
        return
    turn.empty(lot)
    expired = Money(lot.remaining, lot.bucket)
    kind = "points_expired" if expired.currency == POINTS else "bonus_expired"
    entry = (item.id, kind, item.due_at, item.line)
    turn.post(charge(entry, item.account, House.LOYALTY, expired, {}))


def _first_fee(env: Env, payer: tuple[AccountId, LineId], tariff: str, at: Instant) -> Due:
    account, line = payer
    anchor = day_of(at, env.zone).isoformat()
    return Due(env.ids.next(), account, line, "tariff_fee", tariff, anchor, 0, at, waiting=False)


def _period_end(env: Env, item: Due, period: str) -> Instant:
    return period_end(date.fromisoformat(item.anchor), item.period + 1, period, env.zone)


_TURNED: dict[str, Callable[[Turn, Due], None]] = {
    "tariff_fee": _tariff_fee,
    "service_fee": _service_fee,
    "package_renewal": _package_renewal,
    "tariff_change": _tariff_change,
    "points_expiry": _points_expiry,
    TENURE: give,
    BIRTHDAY: give,
}
"""What is done on the books that a turn holds."""

_HANDLERS: dict[str, Callable[[WriteTx, Env, Due], Awaitable[None]]] = {
    REPAYMENT: repay_on_its_day,
    AUTO_PAYMENT: pay_on_its_day,
}
"""What is done in the database itself, being rare or having much to look up."""
