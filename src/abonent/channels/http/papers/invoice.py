"""A tax invoice on paper: made of what was kept when it was issued, and of nothing else."""

from collections.abc import Mapping

from abonent.channels.http.papers.layouts import Asked
from abonent.channels.http.papers.paper import Cell, Field, Paper
from abonent.channels.wording import Wording
from abonent.kernel.money import Money
from abonent.kernel.text import Text
from abonent.operations.views.invoices import InvoiceLine, InvoiceView, invoice, item_key

_RATE_DIGITS = 2


async def invoice_paper(asked: Asked) -> Paper:
    """Services of a month with their prices, and the tax within the total."""
    view: InvoiceView = await asked.read(invoice, asked.id)
    t, say, row = asked.wording.t, asked.wording, view.row
    rate = percent(view.vat_rate, say)
    return Paper(
        name=f"invoice-{row.number}",
        title=t("paper.title.invoice", number=row.number),
        seller=_seller(view, say.language),
        facts=(
            (t("paper.fact.month"), say.month(row.month)),
            (t("paper.fact.issued"), say.stamp(row.issued_at)),
            *(((t("paper.fact.buyer"), view.buyer),) if view.buyer else ()),
        ),
        fields=(
            Field("what", 12),
            Field("count", 3, "number"),
            Field("amount", 4, "money", "with_vat"),
        ),
        rows=[_line(say, line, view) for line in view.lines],
        totals=(
            (t("paper.total.net"), row.net),
            (t("paper.total.vat", rate=rate), row.vat),
            (t("paper.total.gross"), row.total),
        ),
        notes=(t("paper.note.invoice"), t("paper.note.vat", rate=rate)),
    )


def percent(rate: int, wording: Wording) -> str:
    """Hundredths of a per cent as "20" or "7,5"."""
    whole, rest = divmod(rate, 10**_RATE_DIGITS)
    fraction = f"{rest:0{_RATE_DIGITS}d}".rstrip("0")
    return f"{whole}{wording.format.point}{fraction}" if fraction else str(whole)


def _seller(view: InvoiceView, language: str) -> tuple[str, ...]:
    numbers = [said for key, said in sorted(view.words.items()) if key.startswith("registration")]
    lines = (view.words["seller"], view.words["address"])
    joined = " · ".join(_in(said, language) for said in numbers)
    return (*(_in(said, language) for said in lines), joined)


def _line(wording: Wording, line: InvoiceLine, view: InvoiceView) -> tuple[Cell, ...]:
    said = _service(wording, line, view)
    if line.earlier:
        said = wording.t("paper.earlier", what=said)
    return said, max(line.count, 0), Money(line.amount_minor, view.row.total.currency)


def _service(wording: Wording, line: InvoiceLine, view: InvoiceView) -> str:
    """The sentence of a movement, if its things are all that it names; else the operation's."""
    values: dict[str, str] = {}
    for name, item in line.items:
        said = view.words.get(item_key(item))
        values[name] = _in(said, wording.language) if said else wording.item(item)
    entry, operation = f"entry.{line.kind}", f"op.{line.kind}"
    if wording.has(entry) and wording.placeholders(entry) <= values.keys():
        return wording.say(entry, values)
    if wording.has(operation):
        return wording.t(operation)
    return wording.text(Text("paper.service"))


def _in(said: Mapping[str, str], language: str) -> str:
    """In the language, or in the first one where the operator did not have it then."""
    return said.get(language) or next(iter(said.values()))
