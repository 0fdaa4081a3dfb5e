"""Register a line for self-care with the PUK of its starter pack, and set a password."""

import re
from hmac import compare_digest
from typing import Annotated

from pydantic import AfterValidator

from abonent.accounts import lines, secrets
from abonent.kernel.case import Case, Subject
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.operations.asks import Number, PlainText, problem
from abonent.operations.attempts import Guard, address_guard
from abonent.operations.env import Env
from abonent.operations.identity.passwords import check_again, check_password
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, no_account
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx

_PUK = re.compile(r"[0-9]{8}")


def _puk(value: str) -> str:
    if _PUK.fullmatch(value) is None:
        raise problem("puk_format")
    return value


class Ask(BaseAsk):
    secret = frozenset({"password", "password_again", "puk"})

    number: Number
    password: Annotated[PlainText, AfterValidator(check_password)]
    password_again: Annotated[PlainText, AfterValidator(check_again)]
    puk: Annotated[PlainText, AfterValidator(_puk)]


def guards(case: Case, ask: Ask, env: Env) -> tuple[Guard, ...]:
    locks = env.operator.locks
    own = Guard("puk", ask.number, locks.max_wrong_puks, locks.lock_minutes, "too_many_tries")
    return (own, *address_guard(env, case.source))


async def about(tx: ReadTx, ask: Ask, _env: Env) -> Subject | Refused:
    """An unknown number gets the same answer as a wrong PUK."""
    line = await lines.by_number(tx, ask.number)
    return refused("puk_wrong") if line is None else line.subject


async def prepare(_db: Database, _case: Case, ask: Ask, env: Env) -> str:
    return await env.secrets.hash_password(ask.password)


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    sealed = await secrets.sealed_puk(tx, case.subject.line)
    if sealed is None or not compare_digest(env.secrets.unseal(sealed), ask.puk):
        return refused("puk_wrong")
    line = await lines.known(tx, case.subject.line)
    if line.billing not in env.operator.accepts:
        return refused("postpaid_not_served")
    if line.registered:
        return refused("already_registered")
    return Quote(Text("quote.register"), env.money(0))


async def apply(
    tx: WriteTx, case: Case, _ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    now, person = doing.env.clock.now(), case.subject.person
    if not await secrets.mark_registered(tx, person, now):
        return refused("already_registered")
    await secrets.set_password(tx, person, doing.prepared, now)
    return Receipt(doing.id, Text("done.register"), link="/login")


OPERATION = Operation(
    name="register",
    section="register",
    ask=Ask,
    about=about,
    guards=guards,
    touches=no_account,
    prepare=prepare,
    quote=quote,
    apply=apply,
    confirm=False,
    askers=frozenset({"guest"}),
    channels=frozenset({"web", "api"}),
    notice=True,
    # Who has the PUK is the owner, and must get in to open the line; and a refusal that comes
    # before the PUK is looked at would tell a stranger that the number is there.
    while_blocked=True,
)
