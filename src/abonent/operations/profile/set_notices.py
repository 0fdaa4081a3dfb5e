"""Choose which of the optional notices are sent."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ValidationInfo

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt
from abonent.kernel.text import Item, Text
from abonent.operations.asks import PlainText, env_of, problem
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, no_account
from abonent.store.tx import ReadTx, WriteTx


def _optional(value: str, info: ValidationInfo) -> str:
    if value not in env_of(info).operator.optional_notices:
        raise problem("unknown_item")
    return value


class Ask(BaseAsk):
    notice: Annotated[PlainText, AfterValidator(_optional)]
    on: Literal["yes", "no"]


async def quote(_tx: ReadTx, _case: Case, ask: Ask, env: Env) -> Quote:
    return Quote(Text("quote.set_notices", {"notice": Item("notice", ask.notice)}), env.money(0))


async def apply(tx: WriteTx, case: Case, ask: Ask, _quote: Quote, doing: Doing) -> Receipt:
    person = case.subject.person
    off = await lines.notices_off(tx, person)
    off = off - {ask.notice} if ask.on == "yes" else off | {ask.notice}
    await lines.set_notices_off(tx, person, off)
    key = "done.set_notices_on" if ask.on == "yes" else "done.set_notices_off"
    return Receipt(doing.id, Text(key, {"notice": Item("notice", ask.notice)}))


OPERATION = Operation(
    name="set_notices",
    section="profile",
    ask=Ask,
    touches=no_account,
    quote=quote,
    apply=apply,
    sure=True,
    confirm=False,
    audit=("notice",),
    channels=frozenset({"web", "api", "staff"}),
    while_blocked=True,
)
