"""Send calls to another number (3GPP TS 22.082)."""

from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Item, Text, Value
from abonent.ledger import sql
from abonent.ledger.model import House, charge
from abonent.operations.asks import Number, PlainText, env_of, problem
from abonent.operations.env import Env
from abonent.operations.fees import fee, short_of
from abonent.operations.messages import network_order
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.store.tx import ReadTx, WriteTx


def _kind(value: str, info: ValidationInfo) -> str:
    if value not in env_of(info).operator.forwarding_kinds:
        raise problem("unknown_item")
    return value


ForwardingKind = Annotated[PlainText, AfterValidator(_kind)]
"""Which calls: one of the kinds that the operator offers."""


def forwarding_word(kind: str) -> Item:
    """The kind as a word that wording knows (`forwarding.KIND`)."""
    return Item("forwarding", kind)


class Ask(BaseAsk):
    kind: ForwardingKind
    to: Number


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    line = await lines.known(tx, case.subject.line)
    if ask.to == line.number:
        return refused("forwarding_to_self")
    if (ask.kind, ask.to) in await lines.forwardings(tx, line.id):
        return refused("forwarding_same")
    price = await fee(tx, case, env, "set_forwarding")
    short = await short_of(tx, case, price)
    if short is not None:
        return short
    values: dict[str, Value] = {"kind": forwarding_word(ask.kind), "to": f"+{ask.to}"}
    return Quote(Text("quote.set_forwarding", values), price)


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    subject, env = case.subject, doing.env
    await lines.set_forwarding(tx, subject.line, ask.kind, ask.to)
    await network_order(tx, env, subject.line, "forwarding", {"kind": ask.kind, "to": ask.to})
    if quote.price:
        entry = (doing.id, "set_forwarding", env.clock.now(), subject.line)
        paid = charge(entry, subject.account, House.REVENUE_FEES, quote.price, {})
        await sql.post(tx, paid)
    values: dict[str, Value] = {"kind": forwarding_word(ask.kind), "to": f"+{ask.to}"}
    return Receipt(doing.id, Text("done.set_forwarding", values), undo="clear_forwarding")


OPERATION = Operation(
    name="set_forwarding",
    section="services",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    sure=True,
    audit=("kind",),
    notice=True,
)
