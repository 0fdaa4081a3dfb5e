"""Return a transfer that its sender asks back: what is still there of it goes."""

from collections.abc import Iterable

from abonent.accounts import lines
from abonent.kernel.case import Case, by_itself
from abonent.kernel.ids import AccountId
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text, Value
from abonent.ledger import promises, sql, transfers
from abonent.ledger.model import Entry, Posting
from abonent.ledger.transfers import Transfer
from abonent.operations.asks import Id
from abonent.operations.env import Env
from abonent.operations.messages import tell_of
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation
from abonent.operations.money.credit import arrived
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    transfer: Id


async def touches(tx: ReadTx, case: Case, ask: Ask, _env: Env) -> Iterable[AccountId]:
    found, own = await transfers.by_id(tx, ask.transfer), case.subject.account
    # Its sender may ask for it while we wait for the lock.
    mine = found is not None and found.receiver.account == own
    return {own, found.sender.account} if found is not None and mine else {own}


async def quote(tx: ReadTx, case: Case, ask: Ask, _env: Env) -> Quote | Refused:
    found = await received(tx, case, ask.transfer)
    if isinstance(found, Refused):
        return found
    own = await promises.own_money(tx, case.subject.account, found.amount.currency)
    amount = min(own, found.amount)
    if amount.amount_minor <= 0:
        return refused("transfer_nothing_left")
    sender = await lines.known(tx, found.sender.line)
    less: dict[str, Value] = {"amount": amount, "sent": found.amount}
    terms = () if amount == found.amount else (Text("term.transfer_less", less),)
    values: dict[str, Value] = {"amount": amount, "to": f"+{sender.number}"}
    return Quote(Text("quote.return_transfer", values), amount, terms=terms)


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt | Refused:
    subject, amount = case.subject, quote.price
    found = await received(tx, case, ask.transfer)
    if isinstance(found, Refused):
        return found
    back = Entry(
        id=doing.id,
        kind="transfer_returned",
        at=doing.env.clock.now(),
        line=subject.line,
        postings=(Posting(subject.account, -amount), Posting(found.sender.account, amount)),
        details={},
    )
    await sql.post(tx, back)
    await transfers.give_back(tx, found.id, doing.id, amount)
    receiver = await lines.known(tx, subject.line)
    sender = await lines.known(tx, found.sender.line)
    values: dict[str, Value] = {"amount": amount, "from": f"+{receiver.number}"}
    await tell_of(tx, doing.env, sender, "transfer_returned", values)
    await arrived(tx, by_itself(sender.subject), doing, amount)
    return Receipt(doing.id, Text("done.return_transfer", quote.text.values))


async def received(tx: ReadTx, case: Case, id: int) -> Transfer | Refused:
    """A transfer to the account of the case that its sender asks back."""
    found = await transfers.by_id(tx, id)
    if found is None or found.receiver.account != case.subject.account:
        return refused("transfer_unknown")
    if found.state != "asked":
        return refused("transfer_not_asked")
    return found


OPERATION = Operation(
    name="return_transfer",
    section="topup",
    ask=Ask,
    touches=touches,
    quote=quote,
    apply=apply,
    audit=("amount",),
    rule="transfer",
)
