"""Exchange points or another bonus for a gift."""

from abonent.accounts import lines, parcels
from abonent.accounts.parcels import Parcel
from abonent.catalog import discounts
from abonent.catalog import sql as catalog
from abonent.catalog.discounts import Discount
from abonent.kernel.case import Case
from abonent.kernel.money import POINTS, Money
from abonent.kernel.outcome import FieldProblem, NeedsInput, Quote, Receipt, Refused, refused
from abonent.kernel.text import At, Item, Text, Value
from abonent.kernel.time import DAY_US, Instant
from abonent.ledger import sql
from abonent.ledger.model import Entry, House, Posting
from abonent.operations.asks import PlainText, Slug
from abonent.operations.env import Env
from abonent.operations.fees import overfull
from abonent.operations.loyalty import bonus
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.credit import arrived
from abonent.operations.services.buy_package import included_terms, valid_until
from abonent.operations.settlement import grant_included
from abonent.profile.model import Gift
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    gift: Slug
    receiver: PlainText | None = None
    address: PlainText | None = None


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | NeedsInput | Refused:
    gift = env.catalog().gift(ask.gift)
    if gift is None:
        return refused("gift_unknown")
    missing = _unaddressed(gift, ask)
    if missing:
        return NeedsInput(missing)
    price = gift_price(env, gift)
    owned = await sql.balance(tx, case.subject.account, price.currency)
    if owned.amount_minor < price.amount_minor:
        if price.currency == POINTS:
            return refused("points_low", missing=gift.points - owned.amount_minor)
        return refused("bonus_low", missing=price - owned)
    full = await overfull(tx, case, env, env.money(gift.money)) if gift.money else None
    if full is not None:
        return full
    if gift.discount_percent and not await _pays_monthly(tx, case, env):
        return refused("discount_useless")
    text = Text("quote.redeem_gift", {"gift": Item("gift", gift.id)})
    return Quote(text, price, terms=_terms(env, gift))


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    env, subject, now = doing.env, case.subject, doing.env.clock.now()
    gift = env.catalog().gift(ask.gift)
    assert gift is not None, "quoted, and gone from the same catalogue"
    await bonus.spend(tx, subject.account, quote.price)
    item, money = Item("gift", gift.id), env.money(gift.money)
    spent = (Posting(subject.account, -quote.price), Posting(House.LOYALTY, quote.price))
    given = (Posting(subject.account, money), Posting(House.LOYALTY, -money)) if money else ()
    details: dict[str, Value] = {"gift": item}
    await sql.post(tx, Entry(doing.id, "gift", now, subject.line, spent + given, details))
    period = (now, valid_until(env, gift.valid_days), f"gift:{gift.id}")
    await grant_included(tx, env, subject.line, gift.included, period)
    await _give_what_lasts(tx, case, ask, gift, doing)
    if money:
        await arrived(tx, case, doing, money)
    return Receipt(doing.id, Text("done.redeem_gift", {"gift": item, "points": gift.points}))


def gift_price(env: Env, gift: Gift) -> Money:
    """What a gift costs, in points or in the bonus that pays for it."""
    rule = env.operator.bonus(gift.bonus) if gift.bonus else None
    return Money(gift.points * rule.one, rule.currency) if rule else Money(gift.points, POINTS)


def _unaddressed(gift: Gift, ask: Ask) -> tuple[FieldProblem, ...]:
    if not gift.parcel:
        return ()
    fields = (("receiver", ask.receiver), ("address", ask.address))
    return tuple(
        FieldProblem(name, "required", Text("problem.required"))
        for name, value in fields
        if value is None or not value.strip()
    )


async def _pays_monthly(tx: ReadTx, case: Case, env: Env) -> bool:
    tariff = env.catalog().tariff(await catalog.tariff_of(tx, case.subject.line))
    return tariff is not None and tariff.monthly_fee > 0


async def _give_what_lasts(tx: WriteTx, case: Case, ask: Ask, gift: Gift, doing: Doing) -> None:
    """A discount on fees to come, and a parcel on its way."""
    env, subject, now = doing.env, case.subject, doing.env.clock.now()
    if gift.discount_percent:
        id, source = env.ids.next(), f"gift:{gift.id}"
        fees, percent = gift.discount_fees, gift.discount_percent
        await discounts.give(tx, Discount(id, subject.line, percent, fees, source))
    if gift.parcel:
        person = subject.person
        await parcels.add(tx, Parcel(doing.id, person, subject.line, gift.id, "ordered", now, now))
        rules = env.operator.parcels
        assert rules is not None, "checked with the profile"
        until = Instant(now + rules.address_days * DAY_US)
        for kind, value in (
            (parcels.name_of(doing.id), ask.receiver),
            (parcels.address_of(doing.id), ask.address),
        ):
            await lines.keep_personal(tx, env.ids.next(), person, (kind, value), until)


def _terms(env: Env, gift: Gift) -> tuple[Text, ...]:
    money = (Text("term.money_given", {"amount": env.money(gift.money)}),) if gift.money else ()
    until = At(valid_until(env, gift.valid_days), date_only=True)
    valid = (Text("term.valid_until", {"until": until}),) if gift.included else ()
    off: dict[str, Value] = {"percent": gift.discount_percent, "n": gift.discount_fees}
    reduced = (Text("term.discount", off),) if gift.discount_percent else ()
    sent = (Text("term.parcel"),) if gift.parcel else ()
    return (*included_terms(env, gift.included), *money, *valid, *reduced, *sent)


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
