"""Promised payments and transfers: what may be asked for now, and what became of it."""

from dataclasses import dataclass
from typing import Literal

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.ids import LineId
from abonent.kernel.money import Money
from abonent.kernel.outcome import Refused
from abonent.kernel.text import Text
from abonent.kernel.time import Instant
from abonent.ledger import promises, transfers
from abonent.ledger.transfers import Transfer
from abonent.operations.env import Env
from abonent.operations.money.ask_transfer_back import recall_until
from abonent.operations.money.take_promised_payment import back_on, offers_to
from abonent.operations.money.transfer_money import rules_of
from abonent.store.tx import ReadTx

_LATEST = 10


@dataclass(frozen=True, slots=True)
class PromisedOffer:
    """A sum that can be borrowed; `fee` is what that costs, `until` when it is taken back."""

    amount: Money
    fee: Money
    until: Instant


@dataclass(frozen=True, slots=True)
class PromisedView:
    """What is lent, or else what may be, or why nothing is.

    `owed` is what is still to be given back, fee included, and `until` its day.
    """

    owed: Money | None
    until: Instant | None
    offers: tuple[PromisedOffer, ...]
    reason: Text | None


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer as one of its two sides sees it: `number` is the other's.

    `recall_until` is until when its sender can ask for it back; None once that is over or done.
    `returned` is what came back.
    """

    id: int
    at: Instant
    direction: Literal["out", "in"]
    number: str
    amount: Money
    state: Literal["sent", "asked", "returned", "kept"]
    returned: Money
    recall_until: Instant | None


@dataclass(frozen=True, slots=True)
class TransfersView:
    """How much can be transferred, at what price, and the latest transfers, newest first.

    `most` is all that can go now. The fee is `fee` and `fee_percent` (a decimal) of the sum.
    """

    smallest: Money
    largest: Money
    left: Money
    most: Money
    fee: Money
    fee_percent: str
    items: tuple[TransferRow, ...]


async def promised(tx: ReadTx, case: Case, env: Env) -> PromisedView | None:
    """None where the operator lends nothing."""
    if env.operator.promised_payment is None:
        return None
    lent = await promises.open_of(tx, case.subject.account)
    if lent is not None:
        return PromisedView(lent.outstanding, lent.due_at, (), None)
    found = await offers_to(tx, case, env)
    if isinstance(found, Refused):
        return PromisedView(None, None, (), found.text)
    offers = (
        PromisedOffer(env.money(each.amount), env.money(each.fee), back_on(env, each.days))
        for each in found
    )
    return PromisedView(None, None, tuple(offers), None)


async def largest_offer(tx: ReadTx, case: Case, env: Env) -> Money | None:
    """The largest promised payment that can be had now, for who has little money."""
    if env.operator.promised_payment is None:
        return None
    found = await offers_to(tx, case, env)
    return None if isinstance(found, Refused) else env.money(found[-1].amount)


async def latest_transfers(tx: ReadTx, case: Case, env: Env) -> TransfersView | None:
    """None where the operator transfers nothing."""
    if env.operator.transfer is None:
        return None
    rules, account = rules_of(env), case.subject.account
    own = await promises.own_money(tx, account, env.operator.currency)
    most = min(rules.most(own.amount_minor), rules.largest)
    found = await transfers.latest(tx, account, _LATEST)
    others = {
        each.receiver.line if each.sender.account == account else each.sender.line for each in found
    }
    numbers = {id: line.number for id, line in (await lines.by_ids(tx, others)).items()}
    return TransfersView(
        smallest=env.money(rules.smallest),
        largest=env.money(rules.largest),
        left=env.money(rules.left_min),
        most=env.money(most if most >= rules.smallest else 0),
        fee=env.money(rules.fee),
        fee_percent=env.money(rules.fee_percent).decimal().rstrip("0").rstrip("."),
        items=tuple(_row(env, case, each, numbers) for each in found),
    )


def _row(env: Env, case: Case, found: Transfer, numbers: dict[LineId, str]) -> TransferRow:
    mine = found.sender.account == case.subject.account
    until = recall_until(env, found)
    open_ = mine and found.state == "sent" and env.clock.now() <= until
    return TransferRow(
        id=found.id,
        at=found.at,
        direction="out" if mine else "in",
        number=numbers[found.receiver.line if mine else found.sender.line],
        amount=found.amount,
        state=found.state,
        returned=found.returned,
        recall_until=until if open_ else None,
    )
