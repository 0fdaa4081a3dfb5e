"""Exchange points for a gift."""

from abonent.kernel.case import Case
from abonent.kernel.money import POINTS, Money
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import At, Item, Text, Value
from abonent.ledger import lots, sql
from abonent.ledger.model import Entry, House, Posting
from abonent.operations.asks import Slug
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.credit import take_waiting
from abonent.operations.services.buy_package import included_terms, valid_until
from abonent.operations.settlement import grant_included
from abonent.profile.model import Gift
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    gift: Slug


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    gift = env.catalog().gift(ask.gift)
    if gift is None:
        return refused("gift_unknown")
    owned = await sql.balance(tx, case.subject.account, POINTS)
    if owned.amount_minor < gift.points:
        return refused("points_low", missing=gift.points - owned.amount_minor)
    text = Text("quote.redeem_gift", {"gift": Item("gift", gift.id)})
    return Quote(text, Money(gift.points, POINTS), terms=_terms(env, gift))


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    env, subject, now = doing.env, case.subject, doing.env.clock.now()
    gift = env.catalog().gift(ask.gift)
    assert gift is not None, "quoted, and gone from the same catalogue"
    owned = await lots.usable(tx, subject.account, now)
    points = [lot for lot in owned if lot.bucket == POINTS]
    await lots.draw(tx, lots.spread(points, gift.points))
    item, money = Item("gift", gift.id), env.money(gift.money)
    spent = (Posting(subject.account, -quote.price), Posting(House.LOYALTY, quote.price))
    given = (Posting(subject.account, money), Posting(House.LOYALTY, -money)) if money else ()
    details: dict[str, Value] = {"gift": item}
    await sql.post(tx, Entry(doing.id, "gift", now, subject.line, spent + given, details))
    period = (now, valid_until(env, gift.valid_days), f"gift:{gift.id}")
    await grant_included(tx, env, subject.line, gift.included, period)
    if money:
        await take_waiting(tx, case, doing)
    return Receipt(doing.id, Text("done.redeem_gift", {"gift": item, "points": gift.points}))


def _terms(env: Env, gift: Gift) -> tuple[Text, ...]:
    money = (Text("term.money_given", {"amount": env.money(gift.money)}),) if gift.money else ()
    until = At(valid_until(env, gift.valid_days), date_only=True)
    valid = (Text("term.valid_until", {"until": until}),) if gift.included else ()
    return (*included_terms(env, gift.included), *money, *valid)


OPERATION = Operation(
    name="redeem_gift",
    section="loyalty",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    sure=True,
    audit=("gift", "points"),
    notice=True,
)
