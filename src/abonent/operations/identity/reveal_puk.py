"""Tell a subscriber the PUK they forgot: staff, after checking who is calling."""

from abonent.accounts import lines, secrets
from abonent.kernel.case import Case, Staff, Subject
from abonent.kernel.outcome import NeedsInput, Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.operations.asks import Number, needs
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, no_account
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    number: Number


async def about(tx: ReadTx, ask: Ask, _env: Env) -> Subject | Refused:
    line = await lines.by_number(tx, ask.number)
    return refused("number_unknown") if line is None else line.subject


async def quote(tx: ReadTx, case: Case, _ask: Ask, env: Env) -> Quote | NeedsInput | Refused:
    if isinstance(case.who, Staff) and not case.who.reason.strip():
        return needs("reason", "required")
    if await secrets.sealed_puk(tx, case.subject.line) is None:
        return refused("puk_none")
    return Quote(Text("quote.reveal_puk"), env.money(0))


async def apply(
    tx: WriteTx, case: Case, _ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    sealed = await secrets.sealed_puk(tx, case.subject.line)
    if sealed is None:
        return refused("puk_none")
    puk = doing.env.secrets.unseal(sealed)
    return Receipt(doing.id, Text("done.reveal_puk"), secret=puk)


OPERATION = Operation(
    name="reveal_puk",
    section="support",
    ask=Ask,
    about=about,
    touches=no_account,
    quote=quote,
    apply=apply,
    confirm=False,
    askers=frozenset({"staff"}),
    channels=frozenset({"api", "staff"}),
    while_blocked=True,
    notice=True,
)
