"""What a file says, in words already: made in the program, laid out in a process of its own.

Nothing here may import more than the standard library: the process that lays out papers is small.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal["text", "number", "money"]
"""`money` is a decimal string in workbooks, and an amount with its sign in a PDF."""

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """`share` of the width of a page, in no unit; 0 leaves the column out of PDFs."""

    head: str
    share: int
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Head:
    """Everything but the rows.

    `facts` stand above the table and `totals` below it, both as pairs of a label and a value;
    `page` is a sentence with `{page}` and `{pages}`.
    """

    format: Literal["pdf", "xlsx"]
    language: str
    title: str
    seller: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    totals: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    page: str
    made: str
    """When, in words."""


def written(head: Head) -> bytes:
    """The head as the first line of a job."""
    return _line(asdict(head))


def row_written(cells: Cells) -> bytes:
    return _line(cells)


def read_job(lines: Iterable[bytes]) -> tuple[Head, Iterator[Cells]]:
    """The head and the rows of a job, which come as they are asked for."""
    remaining = iter(lines)
    packed = json.loads(next(remaining))
    columns = tuple(Column(**column) for column in packed.pop("columns"))
    return Head(columns=columns, **packed), map(json.loads, remaining)


def _line(packed: object) -> bytes:
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
