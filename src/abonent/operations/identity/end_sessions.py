"""Log out everywhere else."""

from abonent.accounts import secrets
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt
from abonent.kernel.text import Text
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, no_account
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    pass


async def quote(_tx: ReadTx, _case: Case, _ask: Ask, env: Env) -> Quote:
    return Quote(Text("quote.end_sessions"), env.money(0))


async def apply(tx: WriteTx, case: Case, _ask: Ask, _quote: Quote, doing: Doing) -> Receipt:
    now = doing.env.clock.now()
    ended = await secrets.end_sessions(tx, case.subject.person, now, keep=case.session)
    return Receipt(doing.id, Text("done.end_sessions", {"n": ended}))


OPERATION = Operation(
    name="end_sessions",
    section="profile",
    ask=Ask,
    touches=no_account,
    quote=quote,
    apply=apply,
    sure=True,
    confirm=False,
    channels=frozenset({"web", "api"}),
    while_blocked=True,
)
