"""Tax invoices: their numbers, their tax, and what was put on each when it was made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from abonent.kernel.ids import AccountId
from abonent.kernel.money import round_half_up
from abonent.kernel.text import Item, values_from_json, values_to_json
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx

_WHOLE_RATE = 100_00
"""A rate of 100 per cent, in hundredths of a per cent."""

_COLUMNS = "id, account_id, month, series, n, issued_at, currency, total, vat, vat_rate, words"

Words = Mapping[str, Mapping[str, str]]
"""What is named on an invoice, in every language that the operator had then."""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One kind of service. `earlier`: of months before, which came too late for their invoices."""

    kind: str
    items: tuple[tuple[str, Item], ...]
    earlier: bool
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as it was made; `month` is ISO (2026-10), `vat_rate` hundredths of a per cent."""

    id: int
    account: AccountId
    month: str
    series: str
    n: int
    issued_at: Instant
    currency: str
    total_minor: int
    vat_minor: int
    vat_rate: int
    words: Words

    @property
    def number(self) -> str:
        return f"{self.series}-{self.n:06d}"


def vat_of(total_minor: int, rate: int) -> int:
    """The tax within a total that includes it, to the nearest minor unit, halves up."""
    return round_half_up(total_minor * rate, _WHOLE_RATE + rate)


async def draw_number(tx: WriteTx, series: str) -> int:
    """The next number of the series. Others wait for it until the transaction ends: no gaps."""
    row = await tx.row(
        "INSERT INTO invoice_series VALUES ($1, 1)"
        " ON CONFLICT (series) DO UPDATE SET last = invoice_series.last + 1 RETURNING last",
        series,
    )
    assert row is not None, "inserted or updated"
    return int(row[0])


async def add(tx: WriteTx, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    words = json.dumps(invoice.words, ensure_ascii=False, sort_keys=True)
    await tx.run(
        f"INSERT INTO invoice ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        invoice.id,
        invoice.account,
        invoice.month,
        invoice.series,
        invoice.n,
        invoice.issued_at,
        invoice.currency,
        invoice.total_minor,
        invoice.vat_minor,
        invoice.vat_rate,
        words,
    )
    await tx.add(
        "invoice_line",
        [
            (
                invoice.id,
                n,
                line.kind,
                values_to_json(dict(line.items)),
                int(line.earlier),
                line.count,
                line.amount_minor,
            )
            for n, line in enumerate(lines)
        ],
    )


async def of_account(
    tx: ReadTx, account: AccountId, *, before: tuple[int, int], limit: int
) -> list[Invoice]:
    """Invoices made before (instant, id), newest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM invoice WHERE account_id = $1"
        " AND (issued_at < $2 OR (issued_at = $2 AND id < $3))"
        " ORDER BY issued_at DESC, id DESC LIMIT $4",
        account,
        *before,
        limit,
    )
    return [_invoice(row) for row in rows]


async def invoice(tx: ReadTx, account: AccountId, id: int) -> Invoice | None:
    """The invoice, if it is the account's."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM invoice WHERE id = $1 AND account_id = $2", id, account
    )
    return None if row is None else _invoice(row)


async def lines_of(tx: ReadTx, invoice: int) -> list[InvoiceLine]:
    rows = await tx.rows(
        "SELECT kind, items, earlier, count, amount FROM invoice_line WHERE invoice_id = $1"
        " ORDER BY n",
        invoice,
    )
    return [
        InvoiceLine(kind, _items(items), bool(earlier), count, amount)
        for kind, items, earlier, count, amount in rows
    ]


async def last_month(tx: ReadTx, account: AccountId) -> str | None:
    """The newest month (ISO) that the account has an invoice for."""
    month = await tx.value("SELECT MAX(month) FROM invoice WHERE account_id = $1", account)
    return None if month is None else str(month)


async def invoiced(tx: ReadTx, account: AccountId) -> list[InvoiceLine]:
    """What all invoices of the account say together, by kind."""
    rows = await tx.rows(
        "SELECT l.kind, l.items, CAST(SUM(l.count) AS BIGINT), CAST(SUM(l.amount) AS BIGINT)"
        " FROM invoice i JOIN invoice_line l ON l.invoice_id = i.id WHERE i.account_id = $1"
        " GROUP BY l.kind, l.items ORDER BY l.kind, l.items",
        account,
    )
    return [
        InvoiceLine(kind, _items(items), True, count, amount) for kind, items, count, amount in rows
    ]


def _items(packed: str) -> tuple[tuple[str, Item], ...]:
    values = sorted(values_from_json(packed).items())
    return tuple((name, value) for name, value in values if isinstance(value, Item))


def _invoice(row: Row) -> Invoice:
    columns = list(row)
    columns[-1] = json.loads(columns[-1])
    return Invoice(*columns)
