"""What the formats share: rows that became records or were rejected, and strict fields.

A field that cannot be meant rejects its row with a reason; one that contradicts the rest, but whose
meaning is plain, is put right and the row counts as repaired.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from abonent.kernel.time import SECOND_US, Instant, instant
from abonent.profile.model import UsageKind
from abonent.usage.model import Record
from abonent.usage.textfile import Line, lines

MOST: dict[UsageKind, int] = {"call": 86_400, "sms": 255, "data": 2**40}
"""The largest believable amount: a day of talk, the parts of one message (3GPP TS 23.040,
9.2.3.24.1), a tebibyte."""

FIRST_YEAR = 2000
"""Older records are a clock that was never set."""

_CLOCKS_DIFFER_US = 5 * 60 * SECOND_US
_LONGEST_PEER = 40
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_WHOLE = re.compile(r"(-)?([0-9]+)(\.0+)?")
_LONGEST_AMOUNT = 15


@dataclass(frozen=True, slots=True)
class Parsed:
    """A row that is a record; `number` (whose it is) and `id` where the row gives them."""

    line: int
    record: Record
    repaired: bool = False
    number: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is none, with a stable reason (`docs/usage-csv.md` explains them)."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read: the zone of times that have none, the time now, and what was done before."""

    zone: ZoneInfo
    now: Instant
    after_line: int = 0


class RowProblem(Exception):
    """Why a row is no record; `reason` is stable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Fields = dict[str, str]


def by_header(
    stream: TextIO,
    reading: Reading,
    required: Sequence[str],
    parse: Callable[[Line, Fields], Parsed],
) -> Iterator[Parsed | Rejected]:
    """Rows of comma-separated text, whose first line names the columns in any order.

    A header that lacks a required column rejects line 1 as `header_unknown`, and nothing follows.
    A last row without its end is rejected where the column that was cut may be its amount.
    """
    numbered = lines(stream)
    header = next(numbered, Line(1, ""))
    names = [name.strip().lower() for name in header.text.split(",")]
    if header.problem or len(set(names)) < len(names) or not set(required) <= set(names):
        yield Rejected(1, "header_unknown")
        return

    def parse_line(line: Line) -> Parsed:
        if not line.complete and names[-1] in required:
            raise RowProblem("row_cut_off")
        return parse(line, dict(zip(names, split(line.text, ",", len(names)), strict=True)))

    yield from parsed(numbered, reading, parse_line)


def parsed(
    numbered: Iterable[Line], reading: Reading, parse: Callable[[Line], Parsed]
) -> Iterator[Parsed | Rejected]:
    """Each line that was not done before as what it is; empty lines are nothing."""
    for line in numbered:
        if line.number <= reading.after_line:
            continue
        if line.problem is not None:
            yield Rejected(line.number, line.problem)
        elif line.text and not line.text.isspace():
            try:
                yield parse(line)
            except RowProblem as problem:
                yield Rejected(line.number, problem.reason)


def split(text: str, separator: str, count: int) -> list[str]:
    """The fields of one row, trimmed, quoted or not (RFC 4180, without line ends inside quotes)."""
    if '"' in text:
        try:
            fields = next(csv.reader([text], delimiter=separator, strict=True))
        except csv.Error:
            raise RowProblem("row_unreadable") from None
    else:
        fields = text.split(separator)
    if len(fields) != count:
        raise RowProblem("fields_missing" if len(fields) < count else "fields_extra")
    return [field.strip() for field in fields]


def moment(text: str, reading: Reading) -> tuple[Instant, bool]:
    """The instant of `2014-03-02 07:13:30` in local time or with an offset (RFC 3339).

    A local time that the clocks skipped is read with the offset before the gap, and of one that
    they showed twice the first is meant (RFC 5545, 3.3.5): both are repairs.
    """
    match = _TIME.fullmatch(text.upper())
    if match is None:
        raise RowProblem("time_missing" if text == "" else "time_invalid")
    day, time, fraction, offset = match.groups()
    try:
        naive = datetime.fromisoformat(f"{day}T{time}")
        if naive.year < FIRST_YEAR:
            raise RowProblem("time_too_old")
        at = _fixed(naive, offset) if offset else naive.replace(tzinfo=reading.zone)
        seconds = instant(at.astimezone(UTC))
    except OverflowError:
        raise RowProblem("time_in_future") from None
    except ValueError:
        raise RowProblem("time_invalid") from None
    result = Instant(seconds + int(f"{fraction or '.'}000000"[1:7]))
    if result > reading.now + _CLOCKS_DIFFER_US:
        raise RowProblem("time_in_future")
    return result, offset is None and at.utcoffset() != at.replace(fold=1).utcoffset()


def whole(text: str, kind: UsageKind) -> tuple[int, bool]:
    """A whole amount that is possible for the kind; `374.0` is one after a repair."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        raise RowProblem("amount_missing" if text == "" else "amount_invalid")
    sign, digits, zeros = match.groups()
    if sign:
        raise RowProblem("amount_negative")
    if len(digits) > _LONGEST_AMOUNT or int(digits) > MOST[kind]:
        raise RowProblem("amount_too_large")
    return int(digits), zeros is not None


def other_party(text: str, *, needed: bool) -> str:
    """The other party as written; an incoming call may hide it."""
    if text == "" and needed:
        raise RowProblem("peer_missing")
    if len(text) > _LONGEST_PEER or not text.isprintable():
        raise RowProblem("peer_invalid")
    return text


def _fixed(naive: datetime, offset: str) -> datetime:
    return datetime.fromisoformat(f"{naive.isoformat()}{'+00:00' if offset == 'Z' else offset}")
