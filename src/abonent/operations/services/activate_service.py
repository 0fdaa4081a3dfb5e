"""Switch a service on: its first period is paid now, the next ones by themselves."""

from abonent.catalog import sql as catalog
from abonent.catalog.model import Activation, period_end
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Item, Text
from abonent.kernel.time import day_of
from abonent.ledger import due, sql
from abonent.ledger.due import Due
from abonent.ledger.model import House, charge
from abonent.operations.asks import Slug
from abonent.operations.env import Env
from abonent.operations.fees import short_of
from abonent.operations.messages import network_order
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.settlement import grant_included
from abonent.profile.model import Service
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    service: Slug


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    service = env.catalog().service(ask.service)
    if service is None:
        return refused("service_unknown")
    line = case.subject.line
    tariff = env.catalog().tariff(await catalog.tariff_of(tx, line))
    if tariff is None or service.id not in tariff.services:
        return refused("service_not_on_tariff")
    active = {a.service for a in await catalog.activations(tx, line)}
    if service.id in active:
        return refused("service_on")
    rivals = {s.id for s in env.catalog().services if service.id in s.excludes} & active
    rivals |= active & set(service.excludes)
    if rivals:
        return Refused(
            "service_excluded",
            Text("refused.service_excluded", {"service": Item("service", min(rivals))}),
        )
    price = env.money(service.activation_price + service.fee)
    short = await short_of(tx, case, price, own=service.content)
    if short is not None:
        return short
    text = Text("quote.activate_service", {"service": Item("service", service.id)})
    return Quote(text, price, terms=_terms(env, service))


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    env, subject, now = doing.env, case.subject, doing.env.clock.now()
    service = env.catalog().service(ask.service)
    assert service is not None, "quoted, and gone from the same catalogue"
    item = Item("service", service.id)
    if quote.price:
        entry = (doing.id, "service_activation", now, subject.line)
        paid = charge(entry, subject.account, House.REVENUE_FEES, quote.price, {"service": item})
        await sql.post(tx, paid)
    until = None
    if service.period != "none":
        anchor = day_of(now, env.zone)
        until = period_end(anchor, 1, service.period, env.zone)
        following = Due(
            id=env.ids.next(),
            account=subject.account,
            line=subject.line,
            kind="service_fee",
            ref=service.id,
            anchor=anchor.isoformat(),
            period=1,
            due_at=until,
            waiting=False,
        )
        await due.add(tx, following)
        source = (now, until, f"service:{service.id}")
        await grant_included(tx, env, subject.line, service.included, source)
    await catalog.activate(
        tx,
        Activation(env.ids.next(), subject.line, service.id, now, None, False, until),
    )
    await network_order(tx, env, subject.line, "service_on", {"service": service.id})
    text = Text("done.activate_service", {"service": item})
    return Receipt(doing.id, text, undo="deactivate_service")


def _terms(env: Env, service: Service) -> tuple[Text, ...]:
    if service.period == "none" or not service.fee:
        return ()
    return (Text(f"term.then_per_{service.period}", {"fee": env.money(service.fee)}),)


OPERATION = Operation(
    name="activate_service",
    section="services",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    sure=True,
    audit=("service",),
    notice=True,
)
