"""Switch a service off at once; what was paid for its period is not returned."""

from abonent.catalog import sql as catalog
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import At, Item, Text
from abonent.operations.asks import Slug
from abonent.operations.env import Env
from abonent.operations.messages import network_order
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.settlement import end_fee
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    service: Slug


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    active = await catalog.activation(tx, case.subject.line, ask.service)
    if active is None:
        known = env.catalog().service(ask.service) is not None
        return refused("service_off" if known else "service_unknown")
    lost = active.paid_until is not None and not active.paused
    terms = (
        (Text("term.paid_period_lost", {"until": At(active.paid_until, date_only=True)}),)
        if lost and active.paid_until is not None
        else ()
    )
    text = Text("quote.deactivate_service", {"service": Item("service", ask.service)})
    return Quote(text, env.money(0), terms=terms)


async def apply(
    tx: WriteTx, case: Case, ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    line = case.subject.line
    active = await catalog.activation(tx, line, ask.service)
    if active is None:
        return refused("service_off")
    await catalog.deactivate(tx, active.id, doing.env.clock.now())
    await end_fee(tx, doing.env, (line, "service_fee", ask.service))
    await network_order(tx, doing.env, line, "service_off", {"service": ask.service})
    text = Text("done.deactivate_service", {"service": Item("service", ask.service)})
    return Receipt(doing.id, text, undo="activate_service")


OPERATION = Operation(
    name="deactivate_service",
    section="services",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    audit=("service",),
    notice=True,
)
