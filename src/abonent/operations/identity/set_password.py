"""Set a new password, knowing the old one. All other sessions end."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from abonent.accounts import lines, secrets
from abonent.kernel.case import Case
from abonent.kernel.msisdn import Msisdn
from abonent.kernel.outcome import NeedsInput, Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.operations.asks import PlainText, needs
from abonent.operations.attempts import Guard, address_guard
from abonent.operations.env import Env
from abonent.operations.identity.passwords import check_again, check_password, is_number
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, no_account
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx


class Ask(BaseAsk):
    secret = frozenset({"old_password", "password", "password_again"})

    old_password: PlainText
    password: Annotated[PlainText, AfterValidator(check_password)]
    password_again: Annotated[PlainText, AfterValidator(check_again)]


@dataclass(frozen=True, slots=True)
class Hashes:
    old: str | None
    new: str


def guards(case: Case, _ask: Ask, env: Env) -> tuple[Guard, ...]:
    locks = env.operator.locks
    person = str(case.subject.person)
    limit = locks.max_wrong_passwords
    own = Guard("old_password", person, limit, locks.lock_minutes, "too_many_tries")
    return (own, *address_guard(env, case.source))


async def prepare(db: Database, case: Case, ask: Ask, env: Env) -> Hashes | Refused:
    old = await db.read(lambda tx: secrets.password_hash(tx, case.subject.person))
    if not await env.secrets.verify_password(old, ask.old_password):
        return refused("password_wrong")
    return Hashes(old, await env.secrets.hash_password(ask.password))


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | NeedsInput:
    line = await lines.known(tx, case.subject.line)
    if is_number(ask.password, Msisdn(line.number), env):
        return needs("password", "password_is_number")
    return Quote(Text("quote.set_password"), env.money(0))


async def apply(
    tx: WriteTx, case: Case, _ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    person, now = case.subject.person, doing.env.clock.now()
    if await secrets.password_hash(tx, person) != doing.prepared.old:
        return refused("password_wrong")
    await secrets.set_password(tx, person, doing.prepared.new, now)
    await secrets.end_sessions(tx, person, now, keep=case.session)
    return Receipt(doing.id, Text("done.set_password"))


OPERATION = Operation(
    name="set_password",
    section="profile",
    ask=Ask,
    guards=guards,
    touches=no_account,
    prepare=prepare,
    quote=quote,
    apply=apply,
    confirm=False,
    channels=frozenset({"web", "api"}),
    notice=True,
    while_blocked=True,
)
