"""Which papers there are, and what stands on each: from views to typed cells."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from types import MappingProxyType
from typing import Any

from abonent.channels.http.papers.paper import Cell, Field, Named, Paper
from abonent.channels.http.problem import HttpProblem
from abonent.channels.wording import Wording
from abonent.kernel.case import Case
from abonent.kernel.money import Money
from abonent.kernel.text import Amount, At, Item
from abonent.operations.runner import Runner
from abonent.operations.views import account, receipts, usage
from abonent.operations.views.invoices import InvoiceRow, invoices
from abonent.operations.views.model import JournalRow, UsageRecordRow
from abonent.operations.views.paging import Page
from abonent.operations.views.payments import payments
from abonent.operations.views.statement import movement, statement, statement_problem

MOST_ROWS = 20_000
"""Rows of one paper; a longer list is cut, and says so."""
_PAGE = 1000
_UNITS = {"call": "second", "sms": "sms", "data": "byte"}
Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper that somebody asked for; `about` says which one of its kind."""

    runner: Runner
    case: Case
    wording: Wording
    about: Mapping[str, str]

    @property
    def id(self) -> int:
        return int(self.about["id"])

    def day(self, name: str) -> date:
        return date.fromisoformat(self.about[name])

    async def read(self, view: Callable[..., Awaitable[Any]], *args: object) -> Any:
        """A view that may be long; raises HttpProblem 404 where there is nothing."""
        found = await self.runner.report(view, self.case, *args)
        if found is None:
            raise HttpProblem(404, "not_found")
        return found

    async def all(self, page: Callable[[Page], Awaitable[tuple[Sequence[Any], str | None]]]) -> Any:
        """The items of a list from its newest on, up to `MOST_ROWS`, and whether there are more."""
        items: list[Any] = []
        cursor = None
        while True:
            part, cursor = await page(Page(cursor, _PAGE))
            items += part
            if cursor is None or len(items) >= MOST_ROWS:
                return items, cursor is not None


Layout = Callable[[Asked], Awaitable[Paper]]


async def statement_paper(asked: Asked) -> Paper:
    """Every movement of a period between an opening and a closing balance."""
    days = asked.day("from"), asked.day("to")
    wrong = statement_problem(asked.runner.env, *days)
    if wrong is not None:
        raise HttpProblem(422, wrong.code, wrong.text)
    view = await asked.read(statement, days, MOST_ROWS + 1)
    moves = view.moves[:MOST_ROWS]
    amounts = [move.amount.amount_minor for move in moves]
    left = list(accumulate(amounts, initial=view.opening.amount_minor))[1:]
    t = asked.wording.t
    return Paper(
        name=f"statement-{days[0]}-{days[1]}",
        title=t("paper.title.statement"),
        seller=seller(asked),
        facts=(*await holder(asked), _period(asked, *days)),
        fields=(
            Field("at", 4),
            Field("what", 9),
            Field("amount", 3, "money"),
            Field("balance", 3, "money"),
        ),
        rows=[
            (At(move.at), move.what, move.amount, asked.runner.env.money(after))
            for move, after in zip(moves, left, strict=True)
        ],
        totals=(
            (t("paper.total.opening"), view.opening),
            (t("paper.total.received"), view.received),
            (t("paper.total.spent"), -view.spent),
            (t("paper.total.closing"), view.closing),
        ),
        notes=_notes(asked, "statement", len(view.moves) > MOST_ROWS),
    )


async def movements_paper(asked: Asked) -> Paper:
    """Money in and out, newest first."""

    async def page(part: Page) -> tuple[Sequence[Any], str | None]:
        found = await asked.read(account.movements, part)
        return found.items, found.next

    items, cut = await asked.all(page)
    return Paper(
        name="movements",
        title=asked.wording.t("paper.title.movements"),
        seller=seller(asked),
        facts=await holder(asked),
        fields=(Field("at", 4), Field("what", 11), Field("amount", 4, "money")),
        rows=[(At(event.at), event.what, event.amount) for event in items],
        notes=_notes(asked, "", cut),
    )


async def payments_paper(asked: Asked) -> Paper:
    """Money that came in or is on its way, newest first, with what became of it."""

    async def page(part: Page) -> tuple[Sequence[Any], str | None]:
        found = await asked.read(payments, part)
        return found.items, found.next

    items, cut = await asked.all(page)
    return Paper(
        name="payments",
        title=asked.wording.t("paper.title.payments"),
        seller=seller(asked),
        facts=await holder(asked),
        fields=(Field("at", 4), Field("what", 8), Field("state", 4), Field("amount", 4, "money")),
        rows=[
            (At(row.at), row.what, Named(row.state, f"payment.state.{row.state}"), row.amount)
            for row in items
        ],
        notes=_notes(asked, "", cut),
    )


async def detail_paper(asked: Asked) -> Paper:
    """The records of an ordered detail; the order is what was paid for."""
    orders: list[Any] = []

    async def page(part: Page) -> tuple[Sequence[Any], str | None]:
        found = await asked.read(usage.detail, asked.id, part)
        orders.append(found.order)
        return found.records, found.next

    records, cut = await asked.all(page)
    order, t = orders[0], asked.wording.t
    charged = asked.runner.env.money(sum(record.charge.amount_minor for record in records))
    return Paper(
        name=f"detail-{order.id}",
        title=t("paper.title.detail"),
        seller=seller(asked),
        facts=(*await holder(asked), _period(asked, order.first_day, order.last_day)),
        fields=(
            Field("at", 13),
            Field("kind", 8),
            Field("direction", 9),
            Field("peer", 16),
            Field("zone", 12),
            Field("amount", 10, "number", "volume"),
            Field("from_buckets", 9, "number"),
            Field("charge", 9, "money"),
        ),
        rows=[_record(record) for record in records],
        totals=((t("paper.total.charged"), charged),),
        notes=_notes(asked, "detail", cut),
    )


def _record(record: UsageRecordRow) -> tuple[Cell, ...]:
    unit = _UNITS[record.kind]
    return (
        At(record.at),
        Item("kind", record.kind),
        Named(record.direction, f"web.record.{record.kind}_{record.direction}"),
        record.peer,
        Item("zone", record.zone),
        Amount(record.amount, unit),
        Amount(record.from_buckets, unit) if record.from_buckets else 0,
        record.charge,
    )


async def journal_paper(asked: Asked) -> Paper:
    async def page(part: Page) -> tuple[Sequence[Any], str | None]:
        found = await asked.read(account.journal, part)
        return found.items, found.next

    items, cut = await asked.all(page)
    return Paper(
        name="journal",
        title=asked.wording.t("page.journal"),
        seller=seller(asked),
        facts=await holder(asked),
        fields=(
            Field("at", 4),
            Field("channel", 3),
            Field("who", 3),
            Field("what", 7),
            Field("result", 3),
        ),
        rows=[_journal_row(line) for line in items],
        notes=_notes(asked, "", cut),
    )


def _journal_row(line: JournalRow) -> tuple[Cell, ...]:
    channel = "staff" if line.who == "staff" else line.channel
    return (
        At(line.at),
        Named(line.channel, f"channel.{channel}"),
        Named(line.who, f"paper.who.{line.who}"),
        line.what,
        Named(line.result, f"paper.result.{line.result}"),
    )


async def invoices_paper(asked: Asked) -> Paper:
    async def page(part: Page) -> tuple[Sequence[Any], str | None]:
        found = await asked.read(invoices, part)
        return found.items, found.next

    items, cut = await asked.all(page)
    return Paper(
        name="invoices",
        title=asked.wording.t("page.invoices"),
        seller=seller(asked),
        facts=await holder(asked),
        fields=(
            Field("number", 5),
            Field("month", 4),
            Field("net", 3, "money"),
            Field("vat", 3, "money"),
            Field("total", 3, "money"),
        ),
        rows=[_invoice_row(asked.wording, row) for row in items],
        notes=_notes(asked, "", cut),
    )


def _invoice_row(wording: Wording, row: InvoiceRow) -> tuple[Cell, ...]:
    return row.number, wording.month(row.month), row.net, row.vat, row.total


async def receipt_paper(asked: Asked) -> Paper:
    """What was done in answer to an operation, with what it moved."""
    view = await asked.read(receipts.receipt, asked.id)
    t, text = asked.wording.t, asked.wording.text
    moved = view.moved.amount if view.moved else None
    state = t(f"web.receipt.{view.receipt.state}")
    facts = ((t("paper.fact.done"), text(view.receipt.text)), (t("paper.fact.state"), state))
    paper = await _receipt(asked, (view.at, facts, moved))
    by_card = (("commission", view.commission), ("paid", view.paid))
    paid = tuple((t(f"paper.total.{name}"), amount) for name, amount in by_card if amount)
    return replace(paper, totals=paper.totals + paid)


async def movement_paper(asked: Asked) -> Paper:
    """One movement of the account, whoever asked for it."""
    view = await asked.read(movement, asked.id)
    said = "; ".join(dict.fromkeys(asked.wording.text(part.what) for part in view.parts))
    facts = ((asked.wording.t("paper.fact.what"), said),)
    return await _receipt(asked, (view.at, facts, view.amount))


async def _receipt(asked: Asked, done: tuple[Any, tuple[Fact, ...], Money | None]) -> Paper:
    at, facts, moved = done
    t = asked.wording.t
    if moved is None or not moved:
        sums: tuple[tuple[str, Money], ...] = ()
    elif moved.amount_minor > 0:
        sums = ((t("paper.total.credited"), moved),)
    else:
        sums = ((t("paper.total.debited"), -moved),)
    return Paper(
        name=f"receipt-{asked.id}",
        title=t("paper.title.receipt"),
        seller=seller(asked),
        facts=(
            (t("paper.fact.reference"), str(asked.id)),
            (t("paper.fact.at"), asked.wording.stamp(at)),
            *await holder(asked),
            *facts,
        ),
        totals=sums,
    )


def seller(asked: Asked) -> tuple[str, ...]:
    """Who issues the paper: as the law knows it, or else the brand."""
    operator, language = asked.runner.env.operator, asked.wording.language
    legal = operator.legal
    if legal is None:
        return (operator.brand.name[language],)
    numbers = " · ".join(f"{each.label[language]}: {each.value}" for each in legal.registrations)
    return tuple(filter(None, (legal.name[language], legal.address[language], numbers)))


async def holder(asked: Asked) -> tuple[Fact, ...]:
    """Whom the paper is made out to."""
    found = await asked.read(receipts.holder)
    t = asked.wording.t
    number = f"+{found.number}" if found.number.isdigit() else found.number
    facts = (("subscriber", found.name), ("number", number), ("contract", found.contract))
    return tuple((t(f"paper.fact.{name}"), value) for name, value in facts if value)


def _period(asked: Asked, first: date, last: date) -> Fact:
    say = asked.wording
    days = say.t("web.range", first=say.full_day(first), last=say.full_day(last))
    return say.t("paper.fact.period"), days if first != last else say.full_day(first)


def _notes(asked: Asked, about: str, cut: bool) -> tuple[str, ...]:
    t = asked.wording.t
    said = (t(f"paper.note.{about}"),) if about else ()
    clock = t("paper.note.zone", zone=asked.runner.env.operator.time_zone)
    return (*said, clock, *((t("paper.note.cut", n=MOST_ROWS),) if cut else ()))


LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "statement": statement_paper,
        "movements": movements_paper,
        "payments": payments_paper,
        "detail": detail_paper,
        "journal": journal_paper,
        "invoices": invoices_paper,
        "receipt": receipt_paper,
        "movement": movement_paper,
    }
)
"""By what `about["paper"]` names; `invoice` has a file of its own."""
