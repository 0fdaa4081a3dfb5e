"""Keep a transfer that its sender asks back: the sender is told."""

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused
from abonent.kernel.text import Text, Value
from abonent.ledger import transfers
from abonent.operations.asks import Id
from abonent.operations.env import Env
from abonent.operations.messages import notice
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.return_transfer import received
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    transfer: Id


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    found = await received(tx, case, ask.transfer)
    if isinstance(found, Refused):
        return found
    return Quote(Text("quote.keep_transfer", {"amount": found.amount}), env.money(0))


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt | Refused:
    found = await received(tx, case, ask.transfer)
    if isinstance(found, Refused):
        return found
    await transfers.keep(tx, found.id)
    receiver = await lines.known(tx, case.subject.line)
    sender = await lines.known(tx, found.sender.line)
    values: dict[str, Value] = {"amount": found.amount, "from": f"+{receiver.number}"}
    await notice(tx, doing.env, sender, "transfer_kept", values)
    return Receipt(doing.id, Text("done.keep_transfer", quote.text.values))


OPERATION = Operation(
    name="keep_transfer",
    section="topup",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    confirm=False,
    audit=("amount",),
    rule="transfer",
)
