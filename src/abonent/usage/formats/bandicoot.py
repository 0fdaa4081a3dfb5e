"""Records of bandicoot: `interaction,direction,correspondent_id,datetime,call_duration,…`.

The columns may stand in any order and others may follow. There is no owner in them, so the import
names the line. Texts have no duration; one that has is a text all the same, and is repaired.
"""

from collections.abc import Iterator
from typing import TextIO

from abonent.profile.model import UsageKind
from abonent.usage.formats.rows import (
    Fields,
    Parsed,
    Reading,
    Rejected,
    RowProblem,
    by_header,
    moment,
    other_party,
    whole,
)
from abonent.usage.model import Direction, Record
from abonent.usage.textfile import Line

_COLUMNS = ("interaction", "direction", "correspondent_id", "datetime", "call_duration")
_KINDS: dict[str, UsageKind] = {"call": "call", "text": "sms"}
_DIRECTIONS: dict[str, Direction] = {"in": "in", "out": "out"}


def read(stream: TextIO, reading: Reading) -> Iterator[Parsed | Rejected]:
    """The records of a file, in its order."""

    def parse(line: Line, fields: Fields) -> Parsed:
        kind = _KINDS.get(fields["interaction"].lower())
        if kind is None:
            raise RowProblem("kind_unknown")
        direction = _DIRECTIONS.get(fields["direction"].lower())
        if direction is None:
            raise RowProblem("direction_unknown")
        at, shifted = moment(fields["datetime"], reading)
        amount, mended = _amount(kind, fields["call_duration"])
        peer = other_party(fields["correspondent_id"], needed=direction == "out")
        return Parsed(line.number, Record(at, kind, direction, peer, amount), shifted or mended)

    return by_header(stream, reading, _COLUMNS, parse)


def _amount(kind: UsageKind, duration: str) -> tuple[int, bool]:
    if kind == "sms":
        return 1, duration != ""
    return whole(duration, kind)
