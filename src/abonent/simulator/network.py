"""The peer that the outbox of the demo delivers to: it keeps what it was told about each number.

Delivery is at least once, so everything here may happen twice with the same id and count once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from abonent.operations.ports import Outgoing, Peer, Undeliverable
from abonent.simulator import sql
from abonent.simulator.sql import Sms
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx

_LAST_ORDER = "last_order"
_BARRED = "barred"
_ONE_WAY = "one_way"
_FORWARDING = "forwarding:"
_SERVICE = "service:"
_COLLECT = "collect:"


@dataclass(frozen=True, slots=True)
class NetworkState:
    """What the network does with a number, whatever the books say.

    `forwarding` is by kind (3GPP TS 22.082); `services` are ids of the operator's catalogue;
    `one_way`: it can receive, and reach emergency and free numbers.
    """

    forwarding: Mapping[str, str]
    barred: bool
    services: tuple[str, ...]
    one_way: bool = False


Say = Callable[[Outgoing], str]
"""Words an SMS of the outbox in the language of its receiver."""


class Network:
    """Takes what the worker brings, and says what it holds. `sender` is whom notices come from."""

    def __init__(self, db: Database, sender: str, say: Say) -> None:
        self._db = db
        self._sender = sender
        self._say = say

    def peers(self) -> Mapping[str, Peer]:
        """The peers of the outbox that this network is."""
        return {"sms": self.take_sms, "network": self.take_order}

    async def take_sms(self, outgoing: Outgoing) -> None:
        """A notice of the operator, for the inbox of its number."""
        text = self._say(outgoing)
        sms = Sms(outgoing.id, outgoing.number, self._sender, text, outgoing.at)
        await self.receive(sms)

    async def take_order(self, outgoing: Outgoing) -> None:
        """An order of the operator; raises Undeliverable for a kind that no network knows."""
        await self._db.write(lambda tx: _obey(tx, outgoing))

    async def receive(self, sms: Sms) -> None:
        """A message of anybody, for the inbox of its number."""
        await self._db.write(lambda tx: sql.add_sms(tx, sms))

    async def state(self, number: str) -> NetworkState:
        return await self._db.read(lambda tx: _state(tx, number))

    async def inbox(self, number: str, limit: int = 100) -> list[Sms]:
        """Messages of the number, newest first."""
        return await self._db.read(lambda tx: sql.inbox(tx, number, limit))


async def _obey(tx: WriteTx, order: Outgoing) -> None:
    """Do an order, unless it or a later one for the number was done: they come in order of ids."""
    number, values = order.number, order.values
    last = (await sql.facts(tx, number)).get(_LAST_ORDER, "0")
    if order.id <= int(last):
        return
    match order.kind:
        case "forwarding":
            await _put(tx, number, f"{_FORWARDING}{values['kind']}", str(values["to"]))
        case "bar" | "unbar":
            await _put(tx, number, _BARRED, "yes" if order.kind == "bar" else "")
        case "bar_outgoing" | "unbar_outgoing":
            await _put(tx, number, _ONE_WAY, "yes" if order.kind == "bar_outgoing" else "")
        case "collect_call_on" | "collect_call_off":
            on = "on" if order.kind == "collect_call_on" else ""
            await _put(tx, number, f"{_COLLECT}{values['to']}", on)
        case "service_on" | "service_off":
            on = "on" if order.kind == "service_on" else ""
            await _put(tx, number, f"{_SERVICE}{values['service']}", on)
        case _:
            raise Undeliverable(f"the network knows no order {order.kind!r}")
    await sql.set_fact(tx, number, _LAST_ORDER, str(order.id))


async def _state(tx: ReadTx, number: str) -> NetworkState:
    facts = await sql.facts(tx, number)
    return NetworkState(
        forwarding=_begun(facts, _FORWARDING),
        barred=_BARRED in facts,
        services=tuple(_begun(facts, _SERVICE)),
        one_way=_ONE_WAY in facts,
    )


async def _put(tx: WriteTx, number: str, fact: str, value: str) -> None:
    """Keep the fact; an empty value is no fact."""
    if value:
        await sql.set_fact(tx, number, fact, value)
    else:
        await sql.drop_fact(tx, number, fact)


def _begun(facts: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {
        fact.removeprefix(prefix): value for fact, value in facts.items() if fact.startswith(prefix)
    }
