"""Transfer money to another subscriber's account.

Everything is checked in the posting transaction, under the locks of both accounts. Why a number
cannot receive is not said: that would tell a stranger something about somebody's account.
"""

from collections.abc import Iterable
from datetime import date

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case, by_itself
from abonent.kernel.ids import AccountId
from abonent.kernel.money import Money
from abonent.kernel.outcome import Quote, Receipt, Refused, refused
from abonent.kernel.text import Text, Value
from abonent.kernel.time import Instant, day_of, midnight
from abonent.ledger import promises, sql, transfers
from abonent.ledger.model import Entry, House, Posting, charge
from abonent.ledger.transfers import Party, Transfer
from abonent.operations.asks import Amount, Number
from abonent.operations.attempts import probed_enough
from abonent.operations.env import Env
from abonent.operations.messages import tell_of
from abonent.operations.model import Ask as BaseAsk
from abonent.operations.model import Doing, Operation
from abonent.operations.money.credit import arrived
from abonent.profile.model import Transfer as Rules
from abonent.store.tx import ReadTx, WriteTx, together


class Ask(BaseAsk):
    to: Number
    amount: Amount


def rules_of(env: Env) -> Rules:
    """The operator's table; the operations of transfers exist only where there is one."""
    rules = env.operator.transfer
    assert rules is not None, "offered without its rule"
    return rules


async def touches(tx: ReadTx, case: Case, ask: Ask, _env: Env) -> Iterable[AccountId]:
    receiver = await lines.by_number(tx, ask.to)
    return {case.subject.account, receiver.account if receiver else case.subject.account}


async def quote(tx: ReadTx, case: Case, ask: Ask, env: Env) -> Quote | Refused:
    rules, account, currency = rules_of(env), case.subject.account, ask.amount.currency
    minor = ask.amount.amount_minor
    enough, receiver, sent, own = await together(
        tx,
        probed_enough(tx, env, case),
        lines.by_number(tx, ask.to),
        transfers.sent_since(tx, account, currency, begun(env)),
        promises.own_money(tx, account, currency),
    )
    if enough is not None:
        return enough
    if receiver is not None and receiver.account == case.subject.account:
        return refused("transfer_to_self")
    if not rules.smallest <= minor <= rules.largest:
        smallest, largest = env.money(rules.smallest), env.money(rules.largest)
        return refused("transfer_amount", smallest=smallest, largest=largest)
    refusal = _beyond_limits(ask, env, sent) or _too_little(ask, env, own)
    if refusal is not None:
        return refusal
    if receiver is None or not await _can_receive(tx, receiver, ask.amount, env):
        return refused("transfer_not_accepted")
    fee = env.money(rules.fee_on(minor))
    terms = (
        *((Text("term.transfer_fee", {"fee": fee}),) if fee else ()),
        Text("term.transfer_recall", {"minutes": rules.recall_minutes}),
    )
    return Quote(Text("quote.transfer_money", _told(ask)), ask.amount + fee, terms=terms)


async def apply(tx: WriteTx, case: Case, ask: Ask, quote: Quote, doing: Doing) -> Receipt:
    env, subject, now = doing.env, case.subject, doing.env.clock.now()
    receiver, sender = await together(
        tx, lines.by_number(tx, ask.to), lines.known(tx, subject.line)
    )
    assert receiver is not None, "quoted a moment ago in this transaction"
    sent = Entry(
        id=doing.id,
        kind="transfer",
        at=now,
        line=subject.line,
        postings=(Posting(subject.account, -ask.amount), Posting(receiver.account, ask.amount)),
        details={},
    )
    fee = quote.price - ask.amount
    about = (env.ids.next(), "transfer_fee", now, subject.line)
    paid = charge(about, subject.account, House.REVENUE_FEES, fee, {})
    new = Transfer(
        id=doing.id,
        sender=Party(subject.account, subject.line),
        receiver=Party(receiver.account, receiver.id),
        amount=ask.amount,
        at=now,
        state="sent",
        returned=env.money(0),
    )
    values: dict[str, Value] = {"amount": ask.amount, "from": f"+{sender.number}"}
    await together(
        tx,
        sql.post_all(tx, (sent, paid) if fee else (sent,)),
        transfers.add(tx, new),
        tell_of(tx, env, receiver, "transfer_received", values),
    )
    await arrived(tx, by_itself(receiver.subject), doing, ask.amount)
    return Receipt(doing.id, Text("done.transfer_money", _told(ask)), undo="ask_transfer_back")


def begun(env: Env) -> tuple[Instant, Instant]:
    """When the local day and the local month began."""
    today: date = day_of(env.clock.now(), env.zone)
    return midnight(today, env.zone), midnight(today.replace(day=1), env.zone)


def _beyond_limits(ask: Ask, env: Env, sent: tuple[int, int]) -> Refused | None:
    """`sent`: minor units since the day and since the month began."""
    rules, (today, month) = rules_of(env), sent
    for code, limit, before in (
        ("transfer_day_limit", rules.sent_per_day, today),
        ("transfer_month_limit", rules.sent_per_month, month),
    ):
        if before + ask.amount.amount_minor > limit:
            return refused(code, most=env.money(max(limit - before, 0)))
    return None


def _too_little(ask: Ask, env: Env, own: Money) -> Refused | None:
    """`own`: what is on the account and not lent."""
    rules = rules_of(env)
    most, left = rules.most(own.amount_minor), env.money(rules.left_min)
    if ask.amount.amount_minor <= most:
        return None
    if most < rules.smallest:
        return refused("transfer_nothing_free", left=left)
    return refused("transfer_too_much", most=env.money(most), left=left)


async def _can_receive(tx: ReadTx, receiver: Line, amount: Money, env: Env) -> bool:
    rules, minor = rules_of(env), amount.amount_minor
    if receiver.blocked or receiver.billing != "prepaid":
        return False
    balance, (today, month) = await together(
        tx,
        sql.balance(tx, receiver.account, amount.currency),
        transfers.received_since(tx, receiver.account, amount.currency, begun(env)),
    )
    return (
        balance.amount_minor + minor <= env.operator.limits.balance_max
        and today + minor <= rules.received_per_day
        and month + minor <= rules.received_per_month
    )


def _told(ask: Ask) -> dict[str, Value]:
    return {"amount": ask.amount, "to": f"+{ask.to}"}


OPERATION = Operation(
    name="transfer_money",
    section="topup",
    ask=Ask,
    touches=touches,
    probes=frozenset({"transfer_not_accepted"}),
    quote=quote,
    apply=apply,
    audit=("amount",),
    notice=True,
    sure=True,
    rule="transfer",
    code_sms="code_transfer",
)
