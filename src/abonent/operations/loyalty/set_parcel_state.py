"""Say that a parcel has been sent, has arrived, or has come back: the staff's work."""

from typing import Literal

from abonent.accounts import lines, parcels
from abonent.kernel.case import Case, Subject
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Item, Text, Value
from abonent.operations.asks import Id
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, no_account
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    parcel: Id
    state: Literal["sent", "delivered", "returned"]


async def about(tx: ReadTx, ask: Ask, _env: Env) -> Subject | Refused:
    parcel = await parcels.by_id(tx, ask.parcel)
    if parcel is None:
        return refused("parcel_unknown")
    return (await lines.known(tx, parcel.line)).subject


async def quote(tx: ReadTx, _case: Case, ask: Ask, env: Env) -> Quote | Refused:
    parcel = await parcels.by_id(tx, ask.parcel)
    if parcel is None:
        return refused("parcel_unknown")
    if ask.state not in parcels.NEXT.get(parcel.state, ()):
        return refused("parcel_state")
    return Quote(Text("quote.set_parcel_state", _told(parcel.gift, ask.state)), env.money(0))


async def apply(
    tx: WriteTx, _case: Case, ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    parcel = await parcels.by_id(tx, ask.parcel)
    now = doing.env.clock.now()
    if parcel is None or not await parcels.set_state(tx, parcel, ask.state, now):
        return refused("parcel_state")
    return Receipt(doing.id, Text("done.set_parcel_state", _told(parcel.gift, ask.state)))


def _told(gift: str, state: str) -> dict[str, Value]:
    return {"gift": Item("gift", gift), "state": Item("parcel", state)}


OPERATION = Operation(
    name="set_parcel_state",
    section="loyalty",
    ask=Ask,
    about=about,
    touches=no_account,
    quote=quote,
    apply=apply,
    confirm=False,
    askers=frozenset({"staff"}),
    channels=frozenset({"staff", "api"}),
    audit=("gift", "state"),
    notice=True,
    while_blocked=True,
    rule="parcels",
)
