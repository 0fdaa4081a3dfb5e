"""What was done, on paper: the answer to an operation with the money that it moved."""

from dataclasses import dataclass

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.ids import OperationId
from abonent.kernel.money import Money
from abonent.kernel.outcome import Done, Receipt
from abonent.kernel.time import Instant
from abonent.ledger import payments
from abonent.operations import proposals
from abonent.operations.env import Env
from abonent.operations.proposals import owner_of
from abonent.operations.views.statement import MoveView, movement
from abonent.store.tx import ReadTx, together


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """`moved` is None where the operation moved no money of the case's account.

    `paid` and the `commission` in it are of a payment by card that has been paid.
    """

    receipt: Receipt
    at: Instant
    moved: MoveView | None
    paid: Money | None = None
    commission: Money | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a paper is made out to."""

    name: str
    number: str
    contract: str


async def receipt(tx: ReadTx, case: Case, env: Env, id: int) -> ReceiptView | None:
    """What this asker's operation answered; None where there is no such, or it was refused."""
    found = await proposals.answer_given(tx, OperationId(id), owner_of(env, case))
    if found is None:
        return None
    answer, at = found
    if not isinstance(answer, Done):
        return None
    moved, payment = await together(tx, movement(tx, case, env, id), payments.find(tx, id))
    if payment is None or not payment.booked:
        return ReceiptView(answer.receipt, at, moved)
    return ReceiptView(answer.receipt, at, moved, payment.to_pay, payment.commission)


async def holder(tx: ReadTx, case: Case, _env: Env) -> Holder:
    line = await lines.known(tx, case.subject.line)
    name = await lines.personal(tx, line.person, "name") or ""
    return Holder(name, line.number, str(line.contract))
