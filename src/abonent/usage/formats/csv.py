"""Our own format, described for those who write it in `docs/usage-csv.md`."""

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

COLUMNS = ("id", "number", "kind", "direction", "peer", "at", "amount")

_KINDS: dict[str, UsageKind] = {"call": "call", "sms": "sms", "data": "data"}
_DIRECTIONS: dict[str, Direction] = {"in": "in", "out": "out"}
_LONGEST_ID = 100


def read(stream: TextIO, reading: Reading) -> Iterator[Parsed | Rejected]:
    """The records of a file, in its order."""

    def parse(line: Line, fields: Fields) -> Parsed:
        kind = _KINDS.get(fields["kind"].lower())
        if kind is None:
            raise RowProblem("kind_unknown")
        direction, turned = _direction(kind, fields["direction"].lower())
        at, shifted = moment(fields["at"], reading)
        amount, mended = whole(fields["amount"], kind)
        if kind == "sms" and amount == 0:
            raise RowProblem("amount_zero")
        peer, dropped = _peer(kind, direction, fields["peer"])
        return Parsed(
            line.number,
            Record(at, kind, direction, peer, amount),
            repaired=turned or shifted or mended or dropped,
            number=fields["number"] or None,
            id=_id(fields["id"]),
        )

    return by_header(stream, reading, COLUMNS, parse)


def _direction(kind: UsageKind, text: str) -> tuple[Direction, bool]:
    """Data goes both ways at once and is `out`, or empty."""
    if kind == "data" and text in {"", "in"}:
        return "out", text == "in"
    direction = _DIRECTIONS.get(text)
    if direction is None:
        raise RowProblem("direction_unknown")
    return direction, False


def _peer(kind: UsageKind, direction: Direction, text: str) -> tuple[str, bool]:
    """Data has no other party; an access point's name in its place is dropped."""
    if kind == "data":
        return "", text != ""
    return other_party(text, needed=direction == "out"), False


def _id(text: str) -> str | None:
    if len(text) > _LONGEST_ID or not text.isprintable():
        raise RowProblem("id_invalid")
    return text or None
