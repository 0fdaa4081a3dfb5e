"""Open a blocked line again. Not by USSD: who found the phone would dial that first."""

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.operations.env import Env
from abonent.operations.messages import network_order
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    pass


async def quote(tx: ReadTx, case: Case, _ask: Ask, env: Env) -> Quote | Refused:
    if not (await lines.known(tx, case.subject.line)).blocked:
        return refused("line_not_blocked")
    return Quote(Text("quote.unblock_line"), env.money(0))


async def apply(
    tx: WriteTx, case: Case, _ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    line = case.subject.line
    if not await lines.set_blocked(tx, line, False):
        return refused("line_not_blocked")
    await network_order(tx, doing.env, line, "unbar", {})
    return Receipt(doing.id, Text("done.unblock_line"), undo="block_line")


OPERATION = Operation(
    name="unblock_line",
    section="profile",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    channels=frozenset({"web", "api", "staff"}),
    while_blocked=True,
    notice=True,
)
