"""Points: how many, what they buy, where they came from."""

from abonent.kernel.case import Case
from abonent.kernel.money import POINTS
from abonent.kernel.text import Item
from abonent.ledger import lots
from abonent.ledger import sql as ledger
from abonent.operations.env import Env
from abonent.operations.views.home import NEWEST
from abonent.operations.views.model import GiftRow, LoyaltyView, PointsMove
from abonent.operations.views.tariffs import included_rows
from abonent.store.tx import ReadTx

_HISTORY = 50


async def loyalty(tx: ReadTx, case: Case, env: Env) -> LoyaltyView:
    account, known = case.subject.account, env.catalog()
    owned = await ledger.balance(tx, account, POINTS)
    held = [
        lot
        for lot in await lots.usable(tx, account, env.clock.now())
        if lot.bucket == POINTS and lot.remaining and lot.expires_at is not None
    ]
    soonest = held[0].expires_at if held else None
    moves = await ledger.movements(tx, account, POINTS, before=NEWEST, limit=_HISTORY)
    return LoyaltyView(
        points=owned.amount_minor,
        expiring=sum(lot.remaining for lot in held if lot.expires_at == soonest),
        expiring_at=soonest,
        gifts=tuple(
            GiftRow(
                gift.id,
                Item("gift", gift.id),
                gift.points,
                included_rows(known, gift.included),
                env.money(gift.money),
                gift.points <= owned.amount_minor,
            )
            for gift in known.gifts
        ),
        history=tuple(PointsMove(m.entry, m.at, m.what, m.amount.amount_minor) for m in moves),
    )
