"""Tax invoices as they were made."""

from dataclasses import dataclass
from datetime import date

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.money import Money
from abonent.kernel.time import Instant
from abonent.ledger import invoices as sql
from abonent.ledger.invoices import Words
from abonent.operations.env import Env
from abonent.operations.invoicing import buyer_kind, item_key
from abonent.operations.views.paging import FIRST, Page, cursor_of, position
from abonent.store.tx import ReadTx

__all__ = ["InvoiceLine", "InvoiceRow", "InvoiceView", "InvoicesView", "item_key"]

InvoiceLine = sql.InvoiceLine


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice of one month. `total` includes `vat`; `net` is what it leaves."""

    id: int
    number: str
    month: date
    """Its first day."""
    issued_at: Instant
    net: Money
    vat: Money
    total: Money


@dataclass(frozen=True, slots=True)
class InvoicesView:
    items: tuple[InvoiceRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """`vat_rate` is hundredths of a per cent; `words` are the names as they were then."""

    row: InvoiceRow
    vat_rate: int
    buyer: str
    lines: tuple[InvoiceLine, ...]
    words: Words


async def invoices(tx: ReadTx, case: Case, _env: Env, page: Page = FIRST) -> InvoicesView:
    """The invoices of the case's account that have been made, newest first."""
    account, before = case.subject.account, position(page.cursor)
    found = await sql.of_account(tx, account, before=before, limit=page.limit + 1)
    items = tuple(map(_row, found[: page.limit]))
    following = cursor_of(items[-1].issued_at, items[-1].id) if len(found) > page.limit else None
    return InvoicesView(items, following)


async def invoice(tx: ReadTx, case: Case, _env: Env, id: int) -> InvoiceView | None:
    """All that stands on an invoice; None for one of another account."""
    found = await sql.invoice(tx, case.subject.account, id)
    if found is None:
        return None
    buyer = await lines.personal(tx, case.subject.person, buyer_kind(id)) or ""
    charged = tuple(await sql.lines_of(tx, id))
    return InvoiceView(_row(found), found.vat_rate, buyer, charged, found.words)


def _row(found: sql.Invoice) -> InvoiceRow:
    total, vat = (Money(minor, found.currency) for minor in (found.total_minor, found.vat_minor))
    month = date.fromisoformat(f"{found.month}-01")
    return InvoiceRow(found.id, found.number, month, found.issued_at, total - vat, vat, total)
