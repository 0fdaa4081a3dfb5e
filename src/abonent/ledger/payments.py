"""Payments that a provider takes for us: what was asked, what it told, and what was booked."""

from dataclasses import dataclass

from abonent.kernel.ids import AccountId, LineId, PersonId
from abonent.kernel.money import Money
from abonent.kernel.time import DAY_US, Instant
from abonent.store.tx import ReadTx, Row, WriteTx

LONGEST_OPEN_US = 2 * DAY_US
"""After so long nobody pays any more; money that comes even later is booked all the same."""


@dataclass(frozen=True, slots=True)
class Payment:
    """`id` is also the id of its entry, which therefore is posted once at most.

    `account` and `line` are what it is for; None for a number that is nobody's. `person` is who
    pays, None for a guest. `state` is created, pending, paid, failed, refunded, charged_back, or
    review: a person of staff must look at it, and `reason` says why.
    """

    id: int
    account: AccountId | None
    line: LineId | None
    person: PersonId | None
    gateway: str
    amount: Money
    """What arrives on the account."""
    commission: Money
    """What is paid on top of it."""
    bonus: Money
    """What the operator adds to it."""
    language: str
    created_at: Instant
    state: str = "created"
    reason: str = ""
    reference: str = ""
    """The provider's own id of the payment."""
    keep: bool = False
    """Whether the payer wants the means of payment kept."""
    automatic: bool = False
    means: int | None = None
    """The kept means that it is taken from; None where the payer goes to the provider's page."""
    told_at: Instant | None = None
    """When what made the state happened, by the provider's clock."""
    paid_at: Instant | None = None
    """When it was booked; stays when it is given back."""
    returned: Money | None = None
    """How much of it the payer got back."""
    return_entry: int | None = None
    """The entry by which that changed last."""
    try_at: Instant | None = None
    """When the provider is to be asked (again) without the payer."""
    tries: int = 0

    @property
    def to_pay(self) -> Money:
        """What the payer pays, commission included."""
        return self.amount + self.commission

    @property
    def booked(self) -> bool:
        return self.paid_at is not None

    @property
    def open(self) -> bool:
        """Whether it may still turn out to be paid, or not to be, by what its provider tells."""
        waits = self.state in {"created", "pending", "failed"}
        return not self.booked and (waits or self.reason == "unanswered")

    @property
    def held(self) -> Money:
        """What of it the provider has for us, as the books say it."""
        whole = self.to_pay if self.booked else Money(0, self.amount.currency)
        return whole - self.returned if self.returned else whole


_COLUMNS = (
    "id, account_id, line_id, person_id, gateway, currency, amount, commission, bonus, language,"
    " created_at, state, reason, reference, keep, automatic, means_id, told_at, paid_at, returned,"
    " try_at, tries, return_id"
)


async def add(tx: WriteTx, payment: Payment) -> None:
    await tx.run(
        "INSERT INTO payment (id, account_id, line_id, person_id, gateway, currency, amount,"
        " commission, bonus, state, language, keep, automatic, means_id, created_at, changed_at,"
        " try_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15,"
        " $16)",
        payment.id,
        payment.account,
        payment.line,
        payment.person,
        payment.gateway,
        payment.amount.currency,
        payment.amount.amount_minor,
        payment.commission.amount_minor,
        payment.bonus.amount_minor,
        payment.state,
        payment.language,
        int(payment.keep),
        int(payment.automatic),
        payment.means,
        payment.created_at,
        payment.try_at,
    )


async def find(tx: ReadTx, payment: int, *, lock: bool = False) -> Payment | None:
    """The payment; `lock` keeps another of its events waiting until the transaction ends."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM payment WHERE id = $1" + (" FOR NO KEY UPDATE" if lock else ""),
        payment,
    )
    return None if row is None else _payment(row)


async def update(tx: WriteTx, payment: Payment, at: Instant) -> None:
    """Write what can change of a payment."""
    await tx.run(
        "UPDATE payment SET state = $2, reason = $3, reference = $4, told_at = $5, paid_at = $6,"
        " try_at = $7, tries = $8, changed_at = $9 WHERE id = $1",
        payment.id,
        payment.state,
        payment.reason,
        payment.reference,
        payment.told_at,
        payment.paid_at,
        payment.try_at,
        payment.tries,
        at,
    )


async def mark_opened(tx: WriteTx, payment: int, at: Instant) -> None:
    """The payer has been shown the provider's page."""
    await tx.run(
        "UPDATE payment SET state = 'pending', changed_at = $2 WHERE id = $1 AND state = 'created'",
        payment,
        at,
    )


async def keep_nothing(tx: WriteTx, payment: int) -> None:
    """The means that it is paid with is not to be kept."""
    await tx.run("UPDATE payment SET keep = 0 WHERE id = $1", payment)


async def claim_try(tx: WriteTx, payment: Payment, again_at: Instant) -> bool:
    """Ask the provider now, and again then if it does not answer; False if another worker does."""
    return (
        await tx.run(
            "UPDATE payment SET try_at = $3, tries = tries + 1 WHERE id = $1 AND try_at = $2",
            payment.id,
            payment.try_at,
            again_at,
        )
        == 1
    )


async def mark_returned(tx: WriteTx, payment: int, entry: int, amount: Money) -> None:
    """So much of it is given back in all, by now, and by this entry at last."""
    await tx.run(
        "UPDATE payment SET return_id = $2, returned = $3 WHERE id = $1",
        payment,
        entry,
        amount.amount_minor,
    )


async def set_bill(tx: WriteTx, payment: Payment) -> None:
    """What is to arrive, with commission and bonus, of a payment that is not booked."""
    await tx.run(
        "UPDATE payment SET amount = $2, commission = $3, bonus = $4"
        " WHERE id = $1 AND paid_at IS NULL",
        payment.id,
        payment.amount.amount_minor,
        payment.commission.amount_minor,
        payment.bonus.amount_minor,
    )


async def in_review(tx: ReadTx, *, before: tuple[int, int], limit: int) -> list[Payment]:
    """Payments that a person must look at, before (instant, id) `before`, newest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM payment WHERE state = 'review'"
        " AND (created_at < $1 OR (created_at = $1 AND id < $2))"
        " ORDER BY created_at DESC, id DESC LIMIT $3",
        *before,
        limit,
    )
    return [_payment(row) for row in rows]


async def of_account(
    tx: ReadTx,
    account: AccountId,
    person: PersonId,
    *,
    before: tuple[int, int],
    limit: int,
) -> list[Payment]:
    """Payments by the person and those that reached the account, before (instant, id) `before`.

    Newest first. What others have begun and not paid is nothing for the account's owner to see.
    """
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM payment"
        " WHERE (person_id = $2 OR (account_id = $1 AND paid_at IS NOT NULL))"
        " AND (created_at < $3 OR (created_at = $3 AND id < $4))"
        " ORDER BY created_at DESC, id DESC LIMIT $5",
        account,
        person,
        *before,
        limit,
    )
    return [_payment(row) for row in rows]


async def to_try(tx: ReadTx, now: Instant, limit: int) -> list[Payment]:
    """Payments about which the provider is to be asked by now, longest waiting first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM payment WHERE try_at IS NOT NULL AND try_at <= $1"
        " ORDER BY try_at, id LIMIT $2",
        now,
        limit,
    )
    return [_payment(row) for row in rows]


async def call_off(tx: WriteTx, payment: int, now: Instant) -> bool:
    """Give up a payment from kept means that nobody has asked for; False if somebody has."""
    changed = await tx.run(
        "UPDATE payment SET state = 'failed', reason = 'abandoned', try_at = NULL, changed_at = $2"
        " WHERE id = $1 AND state = 'created' AND tries = 0",
        payment,
        now,
    )
    return changed == 1


async def is_asked(tx: ReadTx, payment: int) -> bool:
    """Whether the provider has been asked to take it, and has not said what became of it."""
    return bool(
        await tx.value(
            "SELECT CASE WHEN tries > 0 THEN 1 ELSE 0 END FROM payment"
            " WHERE id = $1 AND state IN ('created', 'pending')",
            payment,
        )
    )


async def give_up(tx: WriteTx, payment: Payment, now: Instant) -> bool:
    """Ask the provider no more without the payer; the state and reason are those given.

    False, and nothing happens, for a payment of which something has been told meanwhile.
    """
    changed = await tx.run(
        "UPDATE payment SET state = $2, reason = $3, try_at = NULL, changed_at = $4"
        " WHERE id = $1 AND state IN ('created', 'pending', 'review') AND paid_at IS NULL",
        payment.id,
        payment.state,
        payment.reason,
        now,
    )
    return changed == 1


async def abandon(tx: WriteTx, before: Instant, now: Instant, limit: int) -> list[Payment]:
    """Payments begun before the instant that nobody has paid have failed; up to so many of them."""
    rows = await tx.rows(
        "UPDATE payment SET state = 'failed', reason = 'abandoned', changed_at = $2 WHERE id IN"
        " (SELECT id FROM payment WHERE state IN ('created', 'pending') AND created_at <= $1"
        " AND try_at IS NULL ORDER BY created_at LIMIT $3)"
        # Said again, for PostgreSQL looks once more at a row that it has waited for.
        f" AND state IN ('created', 'pending') AND try_at IS NULL RETURNING {_COLUMNS}",
        before,
        now,
        limit,
    )
    return [_payment(row) for row in rows]


async def paid_between(tx: ReadTx, gateway: str, since: Instant, until: Instant) -> list[Payment]:
    """Payments of the gateway that were booked in [since, until), oldest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM payment WHERE gateway = $1 AND paid_at >= $2 AND paid_at < $3"
        " ORDER BY paid_at, id",
        gateway,
        since,
        until,
    )
    return [_payment(row) for row in rows]


def _payment(row: Row) -> Payment:
    currency = row[5]
    return Payment(
        id=row[0],
        account=row[1],
        line=row[2],
        person=row[3],
        gateway=row[4],
        amount=Money(row[6], currency),
        commission=Money(row[7], currency),
        bonus=Money(row[8], currency),
        language=row[9],
        created_at=row[10],
        state=row[11],
        reason=row[12],
        reference=row[13],
        keep=bool(row[14]),
        automatic=bool(row[15]),
        means=row[16],
        told_at=row[17],
        paid_at=row[18],
        returned=Money(row[19], currency) if row[19] else None,
        try_at=row[20],
        tries=row[21],
        return_entry=row[22],
    )
