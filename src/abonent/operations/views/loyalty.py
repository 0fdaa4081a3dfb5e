"""Points and other bonuses: how many, what they buy, where they came from."""

from collections.abc import Sequence

from abonent.accounts import lines, parcels
from abonent.kernel.case import Case
from abonent.kernel.money import POINTS, Money
from abonent.kernel.text import Item
from abonent.kernel.time import Instant
from abonent.ledger import lots
from abonent.ledger import sql as ledger
from abonent.ledger.lots import Lot
from abonent.operations.env import Env
from abonent.operations.loyalty.redeem_gift import gift_price
from abonent.operations.views.home import NEWEST
from abonent.operations.views.loyalty_model import (
    BonusLeft,
    GiftRow,
    LoyaltyView,
    ParcelRow,
    PointsMove,
)
from abonent.operations.views.model import (
    Event,
)
from abonent.operations.views.tariffs import included_rows
from abonent.profile.model import Bonus, Gift
from abonent.store.tx import ReadTx

_HISTORY = 50
_PARCELS = 10


async def loyalty(tx: ReadTx, case: Case, env: Env) -> LoyaltyView:
    account, known = case.subject.account, env.catalog()
    owned = await ledger.balances(tx, account)
    held = await lots.usable(tx, account, env.clock.now())
    expiring, soonest = _soonest(held, POINTS)
    moves = await ledger.movements(tx, account, POINTS, before=NEWEST, limit=_HISTORY)
    kind = await lines.kind_of(tx, case.subject.line) if env.operator.bonuses else ""
    others = [
        bonus
        for bonus in env.operator.bonuses
        if bonus.currency != POINTS and (bonus.only in {None, kind} or owned.get(bonus.currency))
    ]
    events = [
        Event(move.entry, move.at, move.what, move.amount)
        for bonus in others
        for move in await ledger.movements(
            tx, account, bonus.currency, before=NEWEST, limit=_HISTORY
        )
    ]
    return LoyaltyView(
        points=owned.get(POINTS, 0),
        expiring=expiring,
        expiring_at=soonest,
        gifts=tuple(_gift(env, gift, owned) for gift in known.gifts),
        history=tuple(PointsMove(m.entry, m.at, m.what, m.amount.amount_minor) for m in moves),
        bonuses=tuple(
            _bonus(env, bonus, owned.get(bonus.currency, 0), held, kind) for bonus in others
        ),
        bonus_history=tuple(sorted(events, key=lambda event: (-event.at, -event.id))[:_HISTORY]),
        parcels=await _parcels(tx, case) if env.operator.bonuses else (),
    )


def _bonus(env: Env, rule: Bonus, owned_minor: int, held: Sequence[Lot], kind: str) -> BonusLeft:
    expiring, soonest = _soonest(held, rule.currency)
    return BonusLeft(
        id=rule.id,
        name=Item("bonus", rule.id),
        amount=Money(owned_minor, rule.currency),
        expiring=Money(expiring, rule.currency),
        expiring_at=soonest,
        worth=env.money(rule.money(owned_minor)) if rule.worth else None,
        passable=rule.passed_to_mobile and rule.only in {None, kind},
    )


def _gift(env: Env, gift: Gift, owned: dict[str, int]) -> GiftRow:
    price = gift_price(env, gift)
    return GiftRow(
        id=gift.id,
        name=Item("gift", gift.id),
        points=gift.points if price.currency == POINTS else 0,
        included=included_rows(env.catalog(), gift.included),
        money=env.money(gift.money),
        affordable=price.amount_minor <= owned.get(price.currency, 0),
        price=price,
        discount_percent=gift.discount_percent,
        discount_fees=gift.discount_fees if gift.discount_percent else 0,
        parcel=gift.parcel,
    )


def _soonest(held: Sequence[Lot], currency: str) -> tuple[int, Instant | None]:
    """How much of a bonus expires first, and when; lots come in the order of their use."""
    mine = [lot for lot in held if lot.bucket == currency and lot.remaining]
    at = mine[0].expires_at if mine else None
    return sum(lot.remaining for lot in mine if lot.expires_at == at), at


async def _parcels(tx: ReadTx, case: Case) -> tuple[ParcelRow, ...]:
    found = await parcels.of_line(tx, case.subject.line, _PARCELS)
    return tuple(
        ParcelRow(
            each.id,
            Item("gift", each.gift),
            Item("parcel", each.state),
            each.ordered_at,
            each.changed_at,
        )
        for each in found
    )
