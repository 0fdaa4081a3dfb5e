"""Let calls come to the phone again."""

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.operations.calls.set_forwarding import ForwardingKind, forwarding_word
from abonent.operations.env import Env
from abonent.operations.messages import network_order
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    kind: ForwardingKind


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    kinds = {kind for kind, _ in await lines.forwardings(tx, case.subject.line)}
    if ask.kind not in kinds:
        return refused("forwarding_none")
    text = Text("quote.clear_forwarding", {"kind": forwarding_word(ask.kind)})
    return Quote(text, env.money(0))


async def apply(tx: WriteTx, case: Case, ask: Ask, _quote: Quote, doing: Doing) -> Receipt:
    line = case.subject.line
    await lines.clear_forwarding(tx, line, ask.kind)
    await network_order(tx, doing.env, line, "forwarding", {"kind": ask.kind, "to": ""})
    text = Text("done.clear_forwarding", {"kind": forwarding_word(ask.kind)})
    return Receipt(doing.id, text, undo="set_forwarding")


OPERATION = Operation(
    name="clear_forwarding",
    section="services",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    sure=True,
    confirm=False,
    audit=("kind",),
)
