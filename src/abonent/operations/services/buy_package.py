"""Buy a package: its minutes, SMS and data are there at once, for so many days."""

from datetime import timedelta

from abonent.catalog import sql as catalog
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Amount, At, Item, Text, Value
from abonent.kernel.time import Instant, day_of, midnight
from abonent.ledger import sql
from abonent.ledger.model import House, charge
from abonent.operations.asks import Slug
from abonent.operations.env import Env
from abonent.operations.fees import short_of
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.settlement import grant_included
from abonent.profile.model import Included
from abonent.store.tx import ReadTx, WriteTx, together


class Ask(BaseAsk):
    package: Slug


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    package = env.catalog().package(ask.package)
    if package is None:
        return refused("package_unknown")
    price = env.money(package.price)
    current, short = await together(
        tx, catalog.tariff_of(tx, case.subject.line), short_of(tx, case, price)
    )
    tariff = env.catalog().tariff(current)
    if tariff is None or package.id not in tariff.services:
        return refused("package_not_on_tariff")
    if short is not None:
        return short
    text = Text("quote.buy_package", {"package": Item("package", package.id)})
    until = At(valid_until(env, package.valid_days), date_only=True)
    included = tuple(included_terms(env, package.included))
    return Quote(text, price, terms=(*included, Text("term.valid_until", {"until": until})))


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    env, subject, now = doing.env, case.subject, doing.env.clock.now()
    package = env.catalog().package(ask.package)
    assert package is not None, "quoted, and gone from the same catalogue"
    item = Item("package", package.id)
    entry = (doing.id, "package", now, subject.line)
    paid = charge(entry, subject.account, House.REVENUE_FEES, quote.price, {"package": item})
    await sql.post(tx, paid)
    until = valid_until(env, package.valid_days)
    source = (now, until, f"package:{package.id}")
    await grant_included(tx, env, subject.line, package.included, source)
    values: dict[str, Value] = {"package": item, "expires_at": At(until, date_only=True)}
    return Receipt(doing.id, Text("done.buy_package", values))


def valid_until(env: Env, days: int) -> Instant:
    """Local midnight so many days from today, so that a quote holds its date all day."""
    return midnight(day_of(env.clock.now(), env.zone) + timedelta(days=days), env.zone)


def included_terms(env: Env, included: tuple[Included, ...]) -> list[Text]:
    """A term for each bucket that is granted."""
    units = {bucket.id: bucket.unit for bucket in env.catalog().buckets}
    return [
        Text(
            "term.included",
            {"bucket": Item("bucket", p.bucket), "amount": Amount(p.amount, units[p.bucket])},
        )
        for p in included
    ]


OPERATION = Operation(
    name="buy_package",
    section="services",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    sure=True,
    audit=("package",),
    notice=True,
)
