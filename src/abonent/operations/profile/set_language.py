"""Choose the language of pages, dialogues and messages."""

from typing import Annotated

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


def _language(value: str, info: ValidationInfo) -> str:
    if value not in env_of(info).operator.languages:
        raise problem("unknown_item")
    return value


class Ask(BaseAsk):
    language: Annotated[PlainText, AfterValidator(_language)]


async def quote(_tx: ReadTx, _case: Case, ask: Ask, env: Env) -> Quote:
    return Quote(Text("quote.set_language", _values(ask)), env.money(0))


async def apply(tx: WriteTx, case: Case, ask: Ask, _quote: Quote, doing: Doing) -> Receipt:
    await lines.set_language(tx, case.subject.person, ask.language)
    return Receipt(doing.id, Text("done.set_language", _values(ask)))


def _values(ask: Ask) -> dict[str, Item]:
    return {"language": Item("language", ask.language)}


OPERATION = Operation(
    name="set_language",
    section="profile",
    ask=Ask,
    touches=no_account,
    quote=quote,
    apply=apply,
    sure=True,
    confirm=False,
    audit=("language",),
    while_blocked=True,
)
