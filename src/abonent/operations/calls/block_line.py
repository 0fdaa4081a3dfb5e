"""Block a line whose phone or SIM card is lost: nobody can call, write or pay with it.

Nor does it pay for others' calls any more, whoever agreed to that.

Other sessions of its owner end, because one of them may be on the lost phone and could unblock it.
"""

from abonent.accounts import lines, secrets
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text, Value
from abonent.operations.env import Env
from abonent.operations.messages import network_order
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.store.tx import ReadTx, WriteTx
from abonent.usage import collect_calls


class Ask(BaseAsk):
    pass


async def quote(_tx: ReadTx, _case: Case, _ask: Ask, env: Env) -> Quote:
    terms = (Text("term.line_silent"), Text("term.unblock_here"))
    return Quote(Text("quote.block_line"), env.money(0), terms=terms)


async def apply(
    tx: WriteTx, case: Case, _ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    line, person = case.subject.line, case.subject.person
    if not await lines.set_blocked(tx, line, True):
        return refused("line_blocked")
    await secrets.end_sessions(tx, person, doing.env.clock.now(), keep=case.session)
    await network_order(tx, doing.env, line, "bar", {})
    payer = await lines.known(tx, line)
    for ended in await collect_calls.end_consents(tx, line, doing.env.clock.now()):
        to: dict[str, Value] = {"to": payer.number}
        await network_order(tx, doing.env, ended.caller, "collect_call_off", to)
    return Receipt(doing.id, Text("done.block_line"), undo="unblock_line")


OPERATION = Operation(
    name="block_line",
    section="profile",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
)
