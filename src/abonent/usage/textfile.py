"""Reading text of unknown origin line by line, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

LONGEST_LINE = 4096
"""Characters; no record of any format comes near it."""

_HEAD_BYTES = 65_536
_TEXT_CONTROLS = frozenset(b"\t\n\r\f")
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"SQLite format 3", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end. `complete`: the end was there. `problem`: why it cannot be used."""

    number: int
    text: str
    complete: bool = True
    problem: str | None = None


def open_text(path: Path) -> TextIO:
    """The file as UTF-8 text, with or without a byte order mark; bad bytes show up as problems."""
    return path.open(encoding="utf-8-sig", errors="surrogateescape")


def looks_binary(head: bytes) -> bool:
    """Whether the beginning of a file is that of something other than text in UTF-8.

    One bad byte makes one bad line; a file of them (an archive, a spreadsheet, UTF-16) is refused.
    """
    head = head[:_HEAD_BYTES]
    if head.startswith(_PACKED):
        return True
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)
    broken = head.decode("utf-8", errors="replace").count("\ufffd")
    return 10 * (controls + broken) > len(head)


def lines(stream: TextIO) -> Iterator[Line]:
    """The lines of a text, numbered from 1; what is too long is passed over piece by piece."""
    number = 0
    while text := stream.readline(LONGEST_LINE + 1):
        number += 1
        complete = text.endswith("\n")
        if len(text) > LONGEST_LINE and not complete:
            _pass_over(stream)
            yield Line(number, "", problem="line_too_long")
            continue
        yield Line(number, text.removesuffix("\n"), complete, _problem(text))


def _pass_over(stream: TextIO) -> None:
    while (piece := stream.readline(LONGEST_LINE)) and not piece.endswith("\n"):
        pass


def _problem(text: str) -> str | None:
    if text.isascii():
        return "nul_byte" if "\0" in text else None
    if any("\udc80" <= character <= "\udcff" for character in text):
        return "not_utf8"
    return "nul_byte" if "\0" in text else None
