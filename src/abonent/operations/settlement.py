"""Doing what is due on an account, in order, with the catalogue of its own time.

Called under the account's lock by the runner and by rating before anything else is decided, and by
the worker so that it happens without being asked for.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date

from abonent.accounts import lines
from abonent.catalog import sql as catalog
from abonent.catalog.model import period_end
from abonent.kernel.case import Case, System
from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.money import POINTS, Money
from abonent.kernel.text import At, Item, Value
from abonent.kernel.time import Instant, day_of
from abonent.ledger import due, lots, sql
from abonent.ledger.due import Due
from abonent.ledger.lots import Lot
from abonent.ledger.model import House, charge
from abonent.operations.env import Env
from abonent.operations.messages import Deed, journal_line, network_order, notice
from abonent.operations.tariffs.pending import return_paid
from abonent.profile.model import Included
from abonent.store.tx import WriteTx


async def settle(tx: WriteTx, env: Env, account: AccountId, until: Instant) -> int:
    """Do what is due on the locked account up to the instant; how many things were done."""
    done = 0
    while item := await due.next_ripe(tx, account, until):
        await _HANDLERS[item.kind](tx, env, item)
        done += 1
    return done


async def grant_included(
    tx: WriteTx,
    env: Env,
    line: LineId,
    included: Iterable[Included],
    period: tuple[Instant, Instant, str],
) -> None:
    """Lots of what a tariff, service, package or gift includes: (from, until, its `kind:id`)."""
    valid_from, expires_at, source = period
    buckets = {bucket.id: bucket for bucket in env.catalog(valid_from).buckets}
    granted = (
        Lot(
            id=env.ids.next(),
            owner=line,
            bucket=part.bucket,
            unit=buckets[part.bucket].unit,
            granted=part.amount,
            remaining=part.amount,
            valid_from=valid_from,
            expires_at=expires_at,
            source=source,
        )
        for part in included
    )
    await lots.grant(tx, *granted)


async def start_fee(
    tx: WriteTx, env: Env, payer: tuple[AccountId, LineId], tariff: str, at: Instant
) -> None:
    """Make the first monthly fee of a tariff due at the instant; its periods count from then."""
    account, line = payer
    anchor = day_of(at, env.zone).isoformat()
    await due.add(
        tx, Due(env.ids.next(), account, line, "tariff_fee", tariff, anchor, 0, at, waiting=False)
    )


async def _tariff_fee(tx: WriteTx, env: Env, item: Due) -> None:
    tariff = env.catalog(item.due_at).tariff(item.ref)
    if tariff is None:
        await due.remove(tx, item.id)
        return
    until = await _take_fee(tx, env, item, tariff.monthly_fee, "month")
    if until is not None:
        period = (item.due_at, until, f"tariff:{item.ref}")
        await grant_included(tx, env, item.line, tariff.included, period)


async def _service_fee(tx: WriteTx, env: Env, item: Due) -> None:
    service = env.catalog(item.due_at).service(item.ref)
    active = await catalog.activation(tx, item.line, item.ref)
    if active is None or service is None or service.period == "none":
        await due.remove(tx, item.id)
        return
    until = await _take_fee(tx, env, item, service.fee, service.period)
    told = {"service": item.ref}
    if until is None:
        await catalog.pause(tx, active.id)
        if not active.paused:
            await network_order(tx, env, item.line, "service_off", told)
        return
    await catalog.set_paid_until(tx, active.id, until)
    if active.paused:
        await network_order(tx, env, item.line, "service_on", told)
    period = (item.due_at, until, f"service:{item.ref}")
    await grant_included(tx, env, item.line, service.included, period)


async def _take_fee(
    tx: WriteTx, env: Env, item: Due, fee_minor: int, period: str
) -> Instant | None:
    """Charge one period and make the next one due; its end, or None where the money is short."""
    fee = env.money(fee_minor)
    left = await sql.available(tx, item.account, fee.currency)
    noun = item.kind.removesuffix("_fee")
    details: dict[str, Value] = {noun: Item(noun, item.ref)}
    if fee and left.amount_minor < fee.amount_minor:
        await due.mark_waiting(tx, item.id)
        await _notice(tx, env, item, "fee_unpaid", {**details, "missing": fee - left})
        return None
    entry = (item.id, item.kind, item.due_at, item.line)
    if fee:
        await sql.post(tx, charge(entry, item.account, House.REVENUE_FEES, fee, details))
    await due.remove(tx, item.id)
    anchor = date.fromisoformat(item.anchor)
    until = period_end(anchor, item.period + 1, period, env.zone)
    following = Due(
        id=env.ids.next(),
        account=item.account,
        line=item.line,
        kind=item.kind,
        ref=item.ref,
        anchor=item.anchor,
        period=item.period + 1,
        due_at=until,
        waiting=False,
    )
    await due.add(tx, following)
    return until


async def _tariff_change(tx: WriteTx, env: Env, item: Due) -> None:
    before = await catalog.tariff_of(tx, item.line)
    await due.remove(tx, item.id)
    tariff = env.catalog(item.due_at).tariff(item.ref)
    if tariff is None:
        await return_paid(tx, env, item, (item.id, item.due_at))
        await _notice(tx, env, item, "tariff_change_failed", {"tariff": Item("tariff", item.ref)})
        return
    await catalog.start_tariff(tx, env.ids.next(), item.line, item.ref, item.due_at)
    await due.remove_of_line(tx, item.line, "tariff_fee", before)
    await start_fee(tx, env, (item.account, item.line), item.ref, item.due_at)
    for active in await catalog.activations(tx, item.line):
        if active.service not in tariff.services:
            await catalog.deactivate(tx, active.id, item.due_at)
            await due.remove_of_line(tx, item.line, "service_fee", active.service)
            await network_order(tx, env, item.line, "service_off", {"service": active.service})
    values: dict[str, Value] = {
        "tariff": Item("tariff", item.ref),
        "effective_at": At(item.due_at, date_only=True),
    }
    await _notice(tx, env, item, "tariff_changed", values)
    case = Case(System(), (await lines.known(tx, item.line)).subject, 0, "system")
    await journal_line(tx, env, case, Deed("tariff_changed", details=values))


async def _points_expiry(tx: WriteTx, _env: Env, item: Due) -> None:
    await due.remove(tx, item.id)
    lot = await lots.by_id(tx, int(item.ref))
    if lot.remaining == 0:
        return
    await lots.draw(tx, [(lot.id, lot.remaining)])
    entry = (item.id, "points_expired", item.due_at, item.line)
    points = Money(lot.remaining, POINTS)
    await sql.post(tx, charge(entry, item.account, House.LOYALTY, points, {}))


async def _notice(tx: WriteTx, env: Env, item: Due, kind: str, values: dict[str, Value]) -> None:
    await notice(tx, env, await lines.known(tx, item.line), kind, values)


_HANDLERS: dict[str, Callable[[WriteTx, Env, Due], Awaitable[None]]] = {
    "tariff_fee": _tariff_fee,
    "service_fee": _service_fee,
    "tariff_change": _tariff_change,
    "points_expiry": _points_expiry,
}
