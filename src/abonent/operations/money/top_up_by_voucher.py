"""Redeem a voucher: its face value arrives on the account."""

import re
from typing import Annotated

from pydantic import AfterValidator

from abonent.kernel.case import Case
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.ledger import sql, vouchers
from abonent.ledger.model import House
from abonent.operations.asks import PlainText, problem
from abonent.operations.attempts import Guard, address_guard
from abonent.operations.env import Env
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation, own_account
from abonent.operations.money.credit import Income, credit
from abonent.store.tx import ReadTx, WriteTx

VOUCHER_DIGITS = 16
_CODE = re.compile(rf"[0-9]{{{VOUCHER_DIGITS}}}")


def _code(value: str) -> str:
    digits = value.replace(" ", "").replace("-", "")
    if _CODE.fullmatch(digits) is None:
        raise problem("code_format", digits=VOUCHER_DIGITS)
    return digits


class Ask(BaseAsk):
    secret = frozenset({"code"})

    code: Annotated[PlainText, AfterValidator(_code)]


def guards(case: Case, _ask: Ask, env: Env) -> tuple[Guard, ...]:
    locks = env.operator.locks
    line = str(case.subject.line)
    own = Guard("voucher", line, locks.max_wrong_vouchers, locks.lock_minutes, "voucher_locked")
    return (own, *address_guard(env, case.source))


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
    balance = await sql.balance(tx, case.subject.account, found.amount.currency)
    if (balance + found.amount).amount_minor > env.operator.limits.balance_max:
        return refused("balance_too_high", limit=env.money(env.operator.limits.balance_max))
    income = Income(found.amount, House.VOUCHERS, {"way": "voucher"})
    balance = await credit(tx, case, doing, income)
    text = Text("done.top_up_by_voucher", {"amount": found.amount, "balance": balance})
    return Receipt(doing.id, text)


def voucher_digest(env: Env, code: str) -> bytes:
    """What is stored of a voucher's code: a keyed digest, useless without the secret key."""
    return env.secrets.digest("voucher", code)


OPERATION = Operation(
    name="top_up_by_voucher",
    section="topup",
    ask=Ask,
    guards=guards,
    touches=own_account,
    quote=quote,
    apply=apply,
    confirm=False,
    audit=("amount",),
    notice=True,
    while_blocked=True,
)
