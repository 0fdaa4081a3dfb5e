"""Buy a package: its minutes, SMS and data are there at once, for so many days."""

from datetime import timedelta

from abonent.catalog import sql as catalog
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Amount, At, Item, Text, Value
from abonent.kernel.time import Instant, day_of, midnight
from abonent.ledger import due, sql
from abonent.ledger.due import Due
from abonent.ledger.model import House, charge
from abonent.operations.asks import Slug
from abonent.operations.env import Env
from abonent.operations.fees import short_of
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.settlement import grant_included
from abonent.profile.model import Included, Package
from abonent.store.tx import ReadTx, WriteTx, together

RENEWAL = "package_renewal"
"""The kind of the due row; its `ref` is the package, its amount the price that was agreed to."""


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
    renewal = await renewal_of(tx, case, package.id) if package.renew else None
    tariff = env.catalog().tariff(current)
    if tariff is None or package.id not in tariff.services:
        return refused("package_not_on_tariff")
    if short is not None:
        return short
    text = Text("quote.buy_package", {"package": Item("package", package.id)})
    until = At(valid_until(env, package.valid_days), date_only=True)
    included = tuple(included_terms(env, package.included))
    valid = Text("term.valid_until", {"until": until})
    renewed = () if not package.renew or renewal else (_renewal_term(env, package),)
    return Quote(text, price, terms=(*included, valid, *renewed))


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
    undo = None
    if package.renew and await renewal_of(tx, case, package.id) is None:
        await due.add(tx, _renewal(doing, case, package, until))
        undo = "stop_package_renewal"
    values: dict[str, Value] = {"package": item, "expires_at": At(until, date_only=True)}
    return Receipt(doing.id, Text("done.buy_package", values), undo=undo)


async def renewal_of(tx: ReadTx, case: Case, package: str) -> Due | None:
    """When the line's package will be bought again by itself; None if it will not."""
    return await due.of_line(tx, case.subject.line, RENEWAL, package)


def valid_until(env: Env, days: int) -> Instant:
    """Local midnight so many days from today, so that a quote holds its date all day."""
    return midnight(day_of(env.clock.now(), env.zone) + timedelta(days=days), env.zone)


def _renewal(doing: Doing, case: Case, package: Package, at: Instant) -> Due:
    return Due(
        id=doing.env.ids.next(),
        account=case.subject.account,
        line=case.subject.line,
        kind=RENEWAL,
        ref=package.id,
        anchor="",
        period=0,
        due_at=at,
        waiting=False,
        amount_minor=package.price,
    )


def _renewal_term(env: Env, package: Package) -> Text:
    values: dict[str, Value] = {"price": env.money(package.price), "n": package.valid_days}
    return Text("term.renewed_every", values)


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
