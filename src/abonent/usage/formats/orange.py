"""Records of the Orange challenge: eight columns between semicolons, without a header.

`call_record_type;basic_service;user_msisdn;call_partner;datetime;call_duration;longitude;latitude`

Record type 1 is outgoing and 2 incoming. Basic service 11 is telephony, 12 an emergency call, 21 a
message that was received and 22 one that was sent. Where the two disagree about the direction, the
record type is believed: it is what the exchange wrote the record for.
"""

from collections.abc import Iterator
from typing import TextIO

from abonent.profile.model import UsageKind
from abonent.usage.formats.rows import (
    Parsed,
    Reading,
    Rejected,
    RowProblem,
    moment,
    other_party,
    parsed,
    split,
    whole,
)
from abonent.usage.model import Direction, Record
from abonent.usage.textfile import Line, lines

_COLUMNS = 8
_DIRECTIONS: dict[str, Direction] = {"1": "out", "2": "in"}
_SERVICES: dict[str, tuple[UsageKind, Direction | None]] = {
    "11": ("call", None),
    "12": ("call", "out"),
    "21": ("sms", "in"),
    "22": ("sms", "out"),
}
_EMERGENCY = "12"


def read(stream: TextIO, reading: Reading) -> Iterator[Parsed | Rejected]:
    """The records of a file, in its order."""

    def parse(line: Line) -> Parsed:
        kind_of_record, service, owner, partner, time, duration, _, _ = split(
            line.text, ";", _COLUMNS
        )
        direction = _DIRECTIONS.get(kind_of_record)
        if direction is None:
            raise RowProblem("direction_unknown")
        if service not in _SERVICES:
            raise RowProblem("kind_unknown")
        kind, meant = _SERVICES[service]
        at, shifted = moment(time, reading)
        amount, mended = _amount(kind, duration)
        emergency = service == _EMERGENCY
        peer = other_party(partner, needed=direction == "out" and not emergency)
        return Parsed(
            line.number,
            Record(at, kind, direction, peer, amount, emergency),
            repaired=shifted or mended or meant not in {None, direction},
            number=owner or None,
        )

    return parsed(lines(stream), reading, parse)


def _amount(kind: UsageKind, duration: str) -> tuple[int, bool]:
    if kind == "sms":
        return 1, duration not in {"", "0"}
    return whole(duration, kind)
