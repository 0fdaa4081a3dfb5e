"""Ask for a transfer back that went to a wrong number: its receiver is told, and decides."""

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text, Value
from abonent.kernel.time import SECOND_US, Instant
from abonent.ledger import transfers
from abonent.ledger.transfers import Transfer
from abonent.operations.asks import Id
from abonent.operations.env import Env
from abonent.operations.messages import tell_of
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.transfer_money import rules_of
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    transfer: Id


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    found = await transfers.by_id(tx, ask.transfer)
    if found is None or found.sender.account != case.subject.account:
        return refused("transfer_unknown")
    if found.state != "sent":
        return refused("transfer_asked")
    if env.clock.now() > recall_until(env, found):
        return refused("transfer_recall_over")
    terms = (Text("term.receiver_decides"), Text("term.transfer_fee_kept"))
    values = await _told(tx, found)
    return Quote(Text("quote.ask_transfer_back", values), env.money(0), terms=terms)


async def apply(
    tx: WriteTx, case: Case, ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    env, found = doing.env, await transfers.by_id(tx, ask.transfer)
    if found is None or not await transfers.ask_back(tx, ask.transfer):
        return refused("transfer_asked")
    sender = await lines.known(tx, case.subject.line)
    receiver = await lines.known(tx, found.receiver.line)
    asked: dict[str, Value] = {"amount": found.amount, "from": f"+{sender.number}"}
    await tell_of(tx, env, receiver, "transfer_asked_back", asked)
    return Receipt(doing.id, Text("done.ask_transfer_back", await _told(tx, found)))


def recall_until(env: Env, transfer: Transfer) -> Instant:
    """The last instant at which the transfer can be asked back."""
    return Instant(transfer.at + rules_of(env).recall_minutes * 60 * SECOND_US)


async def _told(tx: ReadTx, transfer: Transfer) -> dict[str, Value]:
    receiver = await lines.known(tx, transfer.receiver.line)
    return {"amount": transfer.amount, "to": f"+{receiver.number}"}


OPERATION = Operation(
    name="ask_transfer_back",
    section="topup",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply,
    audit=("amount",),
    rule="transfer",
)
