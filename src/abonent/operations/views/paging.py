"""Cursors of lists that go from the newest to the oldest."""

import re
from dataclasses import dataclass

from abonent.kernel.time import Instant

_CURSOR = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_LARGEST = 2**62
_NEWEST = (_LARGEST, _LARGEST)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list: at most `limit` items from where `cursor` (of the last part) says."""

    cursor: str | None = None
    limit: int = 50


FIRST = Page()


def cursor_of(at: Instant, id: int) -> str:
    return f"{at}-{id}"


def position(cursor: str | None) -> tuple[int, int]:
    """The (instant, id) that a page begins below; raises ValueError for what is no cursor."""
    if cursor is None:
        return _NEWEST
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise ValueError("not a cursor")
    at, id = int(match[1]), int(match[2])
    if max(at, id) > _LARGEST:
        raise ValueError("not a cursor")
    return at, id
