"""Bonuses in the ledger: what is earned lives in lots, and what expires first is spent first."""

from dataclasses import dataclass

from abonent.accounts import lines
from abonent.kernel.case import Subject
from abonent.kernel.ids import AccountId, LineId
from abonent.kernel.money import POINTS, Money
from abonent.kernel.time import DAY_US, Instant
from abonent.ledger import due, lots
from abonent.ledger.due import Due
from abonent.ledger.lots import POINT, Lot
from abonent.operations.env import Env
from abonent.store.tx import ReadTx, WriteTx


@dataclass(frozen=True, slots=True)
class Earned:
    """So much of a bonus until it expires; `source` says where it came from."""

    amount: Money
    expires_at: Instant
    source: str


async def earned_by_top_up(tx: ReadTx, env: Env, subject: Subject, paid: Money) -> list[Earned]:
    """What a top-up brings: points as the catalogue has it, and a share of it in each bonus."""
    rules, now = env.catalog().loyalty, env.clock.now()
    points = paid.amount_minor // rules.points_per_top_up if rules.points_per_top_up else 0
    found = [(Money(points, POINTS), rules.points_valid_days)]
    shared = [bonus for bonus in env.operator.bonuses if bonus.top_up_percent]
    kind = await lines.kind_of(tx, subject.line) if shared else ""
    found += [
        (Money(bonus.earned(paid.amount_minor), bonus.currency), bonus.valid_days)
        for bonus in shared
        if bonus.only in {None, kind}
    ]
    return [
        Earned(amount, Instant(now + days * DAY_US), "top_up") for amount, days in found if amount
    ]


def earned_now(env: Env, amount: Money) -> Earned:
    """So much of a bonus as if it were earned now."""
    rules = (each for each in env.operator.bonuses if each.currency == amount.currency)
    points_days = env.catalog().loyalty.points_valid_days
    days = points_days if amount.currency == POINTS else next(rules).valid_days
    return Earned(amount, Instant(env.clock.now() + days * DAY_US), "top_up")


def lot_of(env: Env, payer: tuple[AccountId, LineId], earned: Earned, at: Instant) -> Lot:
    """The lot that holds what was earned at the instant."""
    return Lot(
        id=env.ids.next(),
        owner=payer[0],
        bucket=earned.amount.currency,
        unit=POINT,
        granted=earned.amount.amount_minor,
        remaining=earned.amount.amount_minor,
        valid_from=at,
        expires_at=earned.expires_at,
        source=earned.source,
    )


def expiry_of(env: Env, payer: tuple[AccountId, LineId], lot: Lot) -> Due:
    """When what is left of the lot goes."""
    account, line = payer
    assert lot.expires_at is not None, "bonuses expire"
    return Due(
        id=env.ids.next(),
        account=account,
        line=line,
        kind="points_expiry",
        ref=str(lot.id),
        anchor="",
        period=0,
        due_at=lot.expires_at,
        waiting=False,
    )


async def put(tx: WriteTx, env: Env, payer: tuple[AccountId, LineId], *earned: Earned) -> None:
    """Put what was earned now into lots, which expire by themselves; the caller posts it."""
    now = env.clock.now()
    granted = [lot_of(env, payer, each, now) for each in earned]
    await lots.grant(tx, *granted)
    await due.add(tx, *(expiry_of(env, payer, lot) for lot in granted))


async def spend(tx: WriteTx, account: AccountId, amount: Money) -> list[Earned]:
    """Draw so much from the account's lots; what was drawn, with when it would have expired.

    The caller posts it, and has seen under the lock that there is enough.
    """
    mine = {lot.id: lot for lot in await lots.left_of_bonus(tx, account, amount.currency)}
    drawn = lots.spread(list(mine.values()), amount.amount_minor)
    await lots.draw(tx, drawn)
    return [
        Earned(Money(part, amount.currency), expires_at, mine[id].source)
        for id, part in drawn
        if (expires_at := mine[id].expires_at) is not None
    ]
