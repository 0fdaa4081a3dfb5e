"""Redeem a voucher: its face value arrives on the account."""

import re
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator

from abonent.kernel.case import Case
from abonent.kernel.damm import is_sound
from abonent.kernel.outcome import NeedsInput, Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.ledger import vouchers
from abonent.ledger.model import House
from abonent.operations import attempts
from abonent.operations.asks import PlainText, needs, problem
from abonent.operations.attempts import Guard, Siege, address_guard
from abonent.operations.env import Env
from abonent.operations.fees import overfull
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.credit import Income, credit
from abonent.operations.money.voucher_codes import VOUCHER_DIGITS, voucher_digest
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx

_CODE = re.compile(rf"[0-9]{{{VOUCHER_DIGITS}}}")


def _code(value: str) -> str:
    digits = value.replace(" ", "").replace("-", "")
    if _CODE.fullmatch(digits) is None:
        raise problem("code_format", digits=VOUCHER_DIGITS)
    return digits


class Ask(BaseAsk):
    secret = frozenset({"code"})

    code: Annotated[PlainText, AfterValidator(_code)]


def guards(case: Case, ask: Ask, env: Env) -> tuple[Guard, ...]:
    """None for a code that cannot be one: it is a slip of the finger, and no guess."""
    if not is_sound(ask.code):
        return ()
    locks, line = env.operator.locks, str(case.subject.line)
    own = Guard("voucher", line, locks.max_wrong_vouchers, locks.lock_minutes, "voucher_locked")
    siege = Siege("voucher", locks.max_wrong_vouchers_in_all, locks.lock_minutes)
    return tuple(replace(guard, siege=siege) for guard in (own, *address_guard(env, case.source)))


async def prepare(db: Database, case: Case, ask: Ask, env: Env) -> NeedsInput | Refused | None:
    """A code with a wrong check digit is looked up nowhere, and counts for its address alone."""
    if is_sound(ask.code):
        return None
    over = await attempts.count(db, env, address_guard(env, case.source))
    return over or needs("code", "voucher_digits")


async def quote(tx: ReadTx, _case: Case, ask: Ask, env: Env) -> Quote | Refused:
    found = await vouchers.find(tx, voucher_digest(env, ask.code))
    if found is None:
        return refused("voucher_unknown")
    if found.used:
        return refused("voucher_used")
    if found.expires_at <= env.clock.now():
        return refused("voucher_expired")
    return Quote(Text("quote.top_up_by_voucher", {"amount": found.amount}), env.money(0))


async def apply(
    tx: WriteTx, case: Case, ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    env, digest = doing.env, voucher_digest(doing.env, ask.code)
    found = await vouchers.find(tx, digest)
    if found is None or not await vouchers.use(tx, digest, doing.id):
        return refused("voucher_used")
    full = await overfull(tx, case, env, found.amount)
    if full is not None:
        return full
    income = Income(found.amount, House.VOUCHERS, {"way": "voucher"})
    balance = await credit(tx, case, doing, income)
    text = Text("done.top_up_by_voucher", {"amount": found.amount, "balance": balance})
    return Receipt(doing.id, text)


OPERATION = Operation(
    name="top_up_by_voucher",
    section="topup",
    ask=Ask,
    guards=guards,
    guesses=frozenset({"voucher_unknown", "voucher_used", "voucher_expired"}),
    prepare=prepare,
    touches=own_account,
    quote=quote,
    apply=apply,
    confirm=False,
    audit=("amount",),
    notice=True,
    while_blocked=True,
)
