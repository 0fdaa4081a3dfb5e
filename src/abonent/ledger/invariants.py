"""What must always hold of the live book: small named checks, each one query of violations."""

from dataclasses import dataclass

from abonent.store.tx import ReadTx


@dataclass(frozen=True, slots=True)
class Invariant:
    """`violations` selects the offending ids; it must select nothing."""

    name: str
    violations: str


INVARIANTS = (
    Invariant(
        "every entry sums to zero in every currency",
        "SELECT entry_id FROM posting GROUP BY entry_id, currency HAVING SUM(amount) <> 0",
    ),
    Invariant(
        "every stored balance is the sum of its postings",
        "SELECT b.account_id FROM balance b LEFT JOIN"
        " (SELECT account_id, currency, CAST(SUM(amount) AS BIGINT) AS total FROM posting"
        " GROUP BY account_id, currency) p"
        " ON p.account_id = b.account_id AND p.currency = b.currency"
        " WHERE b.amount <> COALESCE(p.total, 0)",
    ),
    Invariant(
        "every posting to a customer has a stored balance",
        "SELECT p.entry_id FROM posting p LEFT JOIN balance b"
        " ON b.account_id = p.account_id AND b.currency = p.currency"
        " WHERE p.account_id > 1000 AND b.account_id IS NULL",
    ),
    Invariant(
        "bonuses are never below nothing",
        "SELECT b.account_id FROM balance b JOIN account a ON a.id = b.account_id"
        " WHERE b.currency <> a.currency AND b.amount < 0",
    ),
    Invariant(
        "the bonuses of an account are what its lots hold",
        "SELECT b.account_id FROM balance b JOIN account a ON a.id = b.account_id LEFT JOIN"
        " (SELECT owner_id, bucket, CAST(SUM(remaining) AS BIGINT) AS total FROM lot"
        " WHERE unit = 'point' GROUP BY owner_id, bucket) l"
        " ON l.owner_id = b.account_id AND l.bucket = b.currency"
        " WHERE b.currency <> a.currency AND b.amount <> COALESCE(l.total, 0)",
    ),
    Invariant(
        "bonuses in lots are on an account",
        "SELECT l.owner_id FROM lot l LEFT JOIN balance b"
        " ON b.account_id = l.owner_id AND b.currency = l.bucket"
        " WHERE l.unit = 'point' AND l.remaining > 0 AND b.account_id IS NULL",
    ),
    Invariant(
        "every used voucher has one entry of its own amount",
        "SELECT v.entry_id FROM voucher v LEFT JOIN posting p"
        " ON p.entry_id = v.entry_id AND p.account_id > 1000 AND p.amount = v.amount"
        " AND p.currency = v.currency"
        " WHERE v.entry_id IS NOT NULL AND p.entry_id IS NULL",
    ),
    Invariant(
        "no entry redeems two vouchers",
        "SELECT entry_id FROM voucher WHERE entry_id IS NOT NULL"
        " GROUP BY entry_id HAVING COUNT(*) > 1",
    ),
    Invariant(
        "every paid payment has one entry of its own amount",
        "SELECT m.id FROM payment m LEFT JOIN posting p ON p.entry_id = m.id"
        " AND p.account_id = m.account_id AND p.amount = m.amount AND p.currency = m.currency"
        " WHERE m.paid_at IS NOT NULL AND p.entry_id IS NULL",
    ),
    Invariant(
        "every top-up by card is a paid payment",
        "SELECT e.id FROM entry e LEFT JOIN payment m ON m.id = e.id AND m.paid_at IS NOT NULL"
        " WHERE e.kind = 'card_top_up' AND m.id IS NULL",
    ),
    Invariant(
        "every payment given back has an entry by which it was",
        "SELECT m.id FROM payment m LEFT JOIN posting p ON p.entry_id = m.return_id"
        " AND p.account_id = 6 AND p.currency = m.currency"
        " WHERE (m.return_id IS NOT NULL OR m.returned > 0) AND p.entry_id IS NULL",
    ),
    Invariant(
        "what providers owe is what payments brought, less what was given back",
        "SELECT currency FROM (SELECT currency, amount FROM posting WHERE account_id = 6"
        " UNION ALL SELECT currency, amount + commission - returned FROM payment"
        " WHERE paid_at IS NOT NULL) both_sides GROUP BY currency HAVING SUM(amount) <> 0",
    ),
    Invariant(
        "every auto-payment that was paid is a booked payment",
        "SELECT t.payment_id FROM auto_payment_try t LEFT JOIN payment m"
        " ON m.id = t.payment_id AND m.paid_at IS NOT NULL"
        " WHERE t.state = 'paid' AND m.id IS NULL",
    ),
    Invariant(
        "every automatic payment is a try of an auto-payment",
        "SELECT m.id FROM payment m LEFT JOIN auto_payment_try t ON t.payment_id = m.id"
        " WHERE m.automatic = 1 AND t.payment_id IS NULL",
    ),
    Invariant(
        "every charge of usage is an entry of the same amount",
        "SELECT u.id FROM usage_record u LEFT JOIN posting p"
        " ON p.entry_id = u.id AND p.account_id = u.account_id"
        " WHERE u.charge_minor <> 0 AND (p.amount IS NULL OR p.amount <> -u.charge_minor)",
    ),
    Invariant(
        "what was drawn from a bucket is what it lacks",
        "SELECT l.id FROM lot l LEFT JOIN"
        " (SELECT lot_id, CAST(SUM(amount) AS BIGINT) AS total FROM lot_draw GROUP BY lot_id) d"
        " ON d.lot_id = l.id"
        " WHERE l.unit <> 'point' AND l.granted - l.remaining <> COALESCE(d.total, 0)",
    ),
    Invariant(
        "what a record took from buckets is what its draws say",
        "SELECT u.id FROM usage_record u LEFT JOIN"
        " (SELECT record_id, CAST(SUM(amount) AS BIGINT) AS total FROM lot_draw"
        " GROUP BY record_id) d ON d.record_id = u.id"
        " WHERE u.from_lots <> COALESCE(d.total, 0)",
    ),
    Invariant(
        "every tax invoice is the sum of its lines",
        "SELECT i.id FROM invoice i LEFT JOIN"
        " (SELECT invoice_id, CAST(SUM(amount) AS BIGINT) AS total FROM invoice_line"
        " GROUP BY invoice_id) l ON l.invoice_id = i.id WHERE i.total <> COALESCE(l.total, 0)",
    ),
    Invariant(
        "numbers of tax invoices have no gaps",
        "SELECT MIN(i.id) FROM invoice i LEFT JOIN invoice_series s ON s.series = i.series"
        " GROUP BY i.series, s.last HAVING MAX(i.n) <> COUNT(*) OR s.last IS NULL"
        " OR s.last <> MAX(i.n)",
    ),
    Invariant(
        "what is lent is what the house is owed",
        "SELECT account_id FROM (SELECT c.account_id AS account_id, h.amount AS amount"
        " FROM posting h JOIN posting c ON c.entry_id = h.entry_id AND c.account_id > 1000"
        " WHERE h.account_id = 7 UNION ALL SELECT account_id, owed FROM promise) lent"
        " GROUP BY account_id HAVING SUM(amount) <> 0",
    ),
    Invariant(
        "what is lent has its day",
        "SELECT p.id FROM promise p LEFT JOIN due d ON d.line_id = p.line_id"
        " AND d.kind = 'promised_repayment' AND d.ref = CAST(p.id AS TEXT)"
        " AND d.amount_minor = p.owed + p.fee_owed"
        " WHERE p.closed_at IS NULL AND d.id IS NULL",
    ),
    Invariant(
        "every transfer is an entry of the same amount",
        "SELECT t.id FROM transfer t LEFT JOIN posting p ON p.entry_id = t.id"
        " AND p.account_id = t.to_account AND p.currency = t.currency"
        " WHERE p.amount IS NULL OR p.amount <> t.amount",
    ),
    Invariant(
        "every entry of a transfer is a transfer or its return",
        "SELECT e.id FROM entry e LEFT JOIN transfer t ON t.id = e.id OR t.return_id = e.id"
        " WHERE e.kind IN ('transfer', 'transfer_returned') AND t.id IS NULL",
    ),
    Invariant(
        "what came back of a transfer is an entry of the same amount",
        "SELECT t.id FROM transfer t LEFT JOIN posting p ON p.entry_id = t.return_id"
        " AND p.account_id = t.from_account AND p.currency = t.currency"
        " WHERE t.return_id IS NOT NULL AND (p.amount IS NULL OR p.amount <> t.returned)",
    ),
)


async def broken(tx: ReadTx) -> list[tuple[str, list[int]]]:
    """The invariants that do not hold, each with up to ten offending ids."""
    found = []
    for invariant in INVARIANTS:
        rows = await tx.rows(f"{invariant.violations} LIMIT 10")
        if rows:
            found.append((invariant.name, [row[0] for row in rows]))
    return found
