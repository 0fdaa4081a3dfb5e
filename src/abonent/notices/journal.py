"""The journal of visits and operations: codes and internal ids only, never a personal value."""

from dataclasses import dataclass

from abonent.kernel.ids import LineId, PersonId
from abonent.kernel.text import Text, Value, values_from_json, values_to_json
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that somebody did. `who` is person, staff, system or guest.

    `code` is worded as `journal.CODE`; `result` is done, accepted or a refusal's code.
    """

    id: int
    at: Instant
    person: PersonId | None
    line: LineId | None
    who: str
    who_name: str
    channel: str
    code: str
    result: str
    details: dict[str, Value]

    @property
    def text(self) -> Text:
        return Text(f"journal.{self.code}", self.details)


_COLUMNS = "id, at, person_id, line_id, who, who_name, channel, code, result, details"


async def write(tx: WriteTx, *lines: Line) -> None:
    rows = [
        (
            line.id,
            line.at,
            line.person,
            line.line,
            line.who,
            line.who_name,
            line.channel,
            line.code,
            line.result,
            values_to_json(line.details),
        )
        for line in lines
    ]
    await tx.add("journal", rows)


async def read(tx: ReadTx, person: PersonId, *, before: int, limit: int) -> list[Line]:
    """Lines about the person's affairs with an id below `before`, newest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM journal WHERE person_id = $1 AND id < $2"
        " ORDER BY id DESC LIMIT $3",
        person,
        before,
        limit,
    )
    return [_line(row) for row in rows]


def _line(row: Row) -> Line:
    columns = list(row)
    columns[-1] = values_from_json(row[-1])
    return Line(*columns)
