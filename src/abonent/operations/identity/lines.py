"""Whose a number is, where the network vouches for it."""

from dataclasses import dataclass

from abonent.accounts import lines
from abonent.kernel.case import Case, Channel, Person
from abonent.kernel.ids import LineId
from abonent.store.database import Database


async def find_case(db: Database, number: str, channel: Channel) -> Case | None:
    """The case of the line that has the number now, at level 0; None for a number not ours."""
    line = await db.read(lambda tx: lines.by_number(tx, number))
    if line is None:
        return None
    return Case(Person(line.person), line.subject, 0, channel, source=f"{channel}:{line.id}")


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a line is reached, and in which language."""

    number: str
    language: str


async def reached(db: Database, line: LineId) -> Reached | None:
    """The number that a line has now; None for a line that is gone."""
    found = await db.read(lambda tx: lines.by_id(tx, line))
    return None if found is None else Reached(found.number, found.language)
