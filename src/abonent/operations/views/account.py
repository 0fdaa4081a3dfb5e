"""The account over time: money in and out, the journal, the contacts."""

from collections.abc import Awaitable, Callable

from abonent.kernel.case import Case
from abonent.kernel.text import Text
from abonent.ledger import sql as ledger
from abonent.notices import journal as sql
from abonent.operations.env import Env
from abonent.operations.views.model import (
    ContactRow,
    ContactsView,
    Event,
    JournalRow,
    JournalView,
    MovementsView,
)
from abonent.operations.views.paging import FIRST, Page, cursor_of, position
from abonent.store.tx import ReadTx

_WHO = {"person": "self", "staff": "staff", "system": "system", "guest": "guest"}


async def movements(tx: ReadTx, case: Case, env: Env, page: Page = FIRST) -> MovementsView:
    """Every posting to the account in the operator's currency, newest first."""
    return await _moved(ledger.movements, tx, case, env, page)


async def journal(tx: ReadTx, case: Case, _env: Env, page: Page = FIRST) -> JournalView:
    """Visits and operations on all that the person holds, newest first."""
    before = position(page.cursor)[1]
    found = await sql.read(tx, case.subject.person, before=before, limit=page.limit + 1)
    items = tuple(_row(line) for line in found[: page.limit])
    following = cursor_of(items[-1].at, items[-1].id) if len(found) > page.limit else None
    return JournalView(items, following)


async def contacts(_tx: ReadTx, _case: Case, env: Env) -> ContactsView:
    return ContactsView(contact_rows(env))


def contact_rows(env: Env) -> tuple[ContactRow, ...]:
    """How to reach the operator, as the profile has it; needs no subscriber."""
    return tuple(
        ContactRow(
            contact.number,
            *(
                Text(f"profile.contact.{contact.number}.{part}")
                for part in ("label", "price", "hours")
            ),
        )
        for contact in env.operator.contacts
    )


async def _moved(
    read: Callable[..., Awaitable[list[ledger.Movement]]],
    tx: ReadTx,
    case: Case,
    env: Env,
    page: Page,
) -> MovementsView:
    account, before = case.subject.account, position(page.cursor)
    found = await read(tx, account, env.operator.currency, before=before, limit=page.limit + 1)
    items = tuple(Event(m.entry, m.at, m.what, m.amount) for m in found[: page.limit])
    following = cursor_of(items[-1].at, items[-1].id) if len(found) > page.limit else None
    return MovementsView(items, following)


def _row(line: sql.Line) -> JournalRow:
    result = "done" if line.result in {"done", "accepted"} else "refused"
    return JournalRow(
        line.id,
        line.at,
        line.channel,
        _WHO[line.who],  # type: ignore[arg-type]
        line.text,
        result,
    )
