"""Moving the business clock to local times, with the worker's settling on the way."""

from datetime import datetime

from abonent.accounts.model import Line
from abonent.kernel.time import Instant, instant, local
from abonent.operations.due_work import settle_ripe
from tests.fixtures.house import House


async def pass_until(house: House, when: str) -> None:
    """Move the clock to a local time, such as "2026-12-01 00:00"; what is due by then is done."""
    move(house, when)
    while await settle_ripe(house.db, house.env):
        pass


def move(house: House, when: str) -> None:
    """Move the clock to a local time; nobody settles anything."""
    house.clock.advance(at(house, when) - house.clock.now())


def at(house: House, when: str) -> Instant:
    return instant(datetime.fromisoformat(when).replace(tzinfo=house.env.zone))


def said(house: House, moment: object) -> str:
    """A stored instant as local time."""
    assert isinstance(moment, int)
    return f"{local(Instant(moment), house.env.zone):%Y-%m-%d %H:%M}"


async def fees(house: House, line: Line, kind: str) -> list[str]:
    """When fees of the kind were taken from the line's account."""
    rows = await house.rows(
        "SELECT e.at FROM entry e JOIN posting p ON p.entry_id = e.id"
        " WHERE e.kind = $1 AND p.account_id = $2 ORDER BY e.at",
        kind,
        line.account,
    )
    return [said(house, row[0]) for row in rows]


async def due(house: House, line: Line) -> list[tuple[str, str, str, bool]]:
    """(kind, ref, when, waiting) of everything to come."""
    rows = await house.rows(
        "SELECT kind, ref, due_at, waiting FROM due WHERE account_id = $1 ORDER BY due_at, id",
        line.account,
    )
    return [(str(r[0]), str(r[1]), said(house, r[2]), bool(r[3])) for r in rows]


async def tariff(house: House, line: Line) -> object:
    rows = await house.rows(
        "SELECT tariff FROM subscription WHERE line_id = $1 AND valid_to IS NULL", line.id
    )
    return rows[0][0]


async def services(house: House, line: Line) -> dict[str, str]:
    """What is on or paused."""
    rows = await house.rows(
        "SELECT service, paused FROM activation WHERE line_id = $1 AND valid_to IS NULL", line.id
    )
    return {str(row[0]): "paused" if row[1] else "on" for row in rows}
