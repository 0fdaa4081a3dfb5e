"""Lists as CSV files (RFC 4180, UTF-8 with a mark so that spreadsheets read Cyrillic).

A cell that a spreadsheet would take for a formula gets an apostrophe in front (CWE-1236).
"""

import csv
import io
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from starlette.responses import Response

from abonent.channels.http.problem import HttpProblem
from abonent.channels.web.visit import Visit
from abonent.kernel.case import Case
from abonent.kernel.time import local
from abonent.operations.env import Env
from abonent.operations.views.account import journal
from abonent.operations.views.model import MovementsView
from abonent.operations.views.paging import Page
from abonent.operations.views.usage import detail

Listed = Callable[[Any, Case, Env, Page], Awaitable[MovementsView]]

_PAGE = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def detail_csv(visit: Visit, id: int) -> Response:
    """Every record of an ordered detail; the order is what was paid for."""
    runner, case = visit.deps.runner, visit.case

    async def page(cursor: str | None) -> Any:
        view = await runner.read(detail, case, id, Page(cursor, _PAGE))
        if view is None:
            raise HttpProblem(404, "not_found")
        return view.records, view.next

    rows = [
        (
            _moment(visit, record.at),
            record.kind,
            record.direction,
            record.peer,
            record.zone,
            record.amount,
            record.from_buckets,
            record.charge.decimal(),
            record.charge.currency,
        )
        async for record in _all(page)
    ]
    head = (
        "at",
        "kind",
        "direction",
        "peer",
        "zone",
        "amount",
        "from_buckets",
        "charge",
        "currency",
    )
    return _file(f"detail-{id}.csv", head, rows)


async def movements_csv(visit: Visit, listed: Listed) -> Response:
    """All of a view that lists events of the account."""
    runner, case = visit.deps.runner, visit.case

    async def page(cursor: str | None) -> Any:
        view = await runner.read(listed, case, Page(cursor, _PAGE))
        return view.items, view.next

    rows = [
        (
            _moment(visit, event.at),
            visit.wording.text(event.what),
            event.amount.decimal(),
            event.amount.currency,
        )
        async for event in _all(page)
    ]
    return _file("payments.csv", ("at", "what", "amount", "currency"), rows)


async def journal_csv(visit: Visit) -> Response:
    runner, case = visit.deps.runner, visit.case

    async def page(cursor: str | None) -> Any:
        view = await runner.read(journal, case, Page(cursor, _PAGE))
        return view.items, view.next

    rows = [
        (
            _moment(visit, line.at),
            line.channel,
            line.who,
            visit.wording.text(line.what),
            line.result,
        )
        async for line in _all(page)
    ]
    return _file("journal.csv", ("at", "channel", "who", "what", "result"), rows)


async def _all(page: Callable[[str | None], Awaitable[Any]]) -> Any:
    cursor = None
    while True:
        items, cursor = await page(cursor)
        for item in items:
            yield item
        if cursor is None:
            return


def _moment(visit: Visit, at: Any) -> str:
    return local(at, visit.deps.runner.env.zone).isoformat(sep=" ", timespec="seconds")


def _file(name: str, head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return Response(
        "\ufeff" + text.getvalue(),
        headers={
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": f'attachment; filename="{name}"',
        },
    )


def _safe(cell: object) -> str:
    """Texts may hold what others wrote; amounts are our own and keep their sign."""
    text = str(cell)
    number = text.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{text}" if text.startswith(_FORMULA) and not number else text
