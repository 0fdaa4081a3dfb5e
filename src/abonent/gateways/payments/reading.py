"""Reading what a provider says, strictly: one meaning per text, no floats, no surprises."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from abonent.kernel.money import MINOR_DIGITS, Money, parse_money
from abonent.operations.ports import NotSigned

T = TypeVar("T")
Object = Mapping[str, Any]

_OUR_ID = re.compile(r"[1-9][0-9]{0,18}")
_IDS_END = 2**63


def read_object(text: str | bytes) -> Object:
    """A JSON object; numbers with a fraction stay text. Raises NotSigned for anything else.

    Keys that are repeated mean one thing to one reader and another to the next (RFC 8259, section
    4), so they are no message of a provider's.
    """
    try:
        found = json.loads(
            text, object_pairs_hook=_once, parse_float=str, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        raise NotSigned("not readable as JSON") from error
    if not isinstance(found, dict):
        raise NotSigned("no JSON object")
    return found


def part(source: Object, name: str, kind: type[T]) -> T:
    """What the object has under the name; raises NotSigned where it is of another kind."""
    value = source.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise NotSigned(f"{name} is missing or of another kind")
    return value


def our_id(text: object) -> int | None:
    """The id of a payment of ours; None for what others have named."""
    if not isinstance(text, str) or not _OUR_ID.fullmatch(text):
        return None
    return int(text) if int(text) < _IDS_END else None


def minor(amount: int, currency: str) -> Money:
    """So many minor units of a currency that we know; raises NotSigned for another."""
    if currency.upper() not in MINOR_DIGITS:
        raise NotSigned(f"a currency that nobody here pays in: {currency}")
    return Money(amount, currency.upper())


def decimal(text: str, currency: str) -> Money:
    """A decimal amount, which may be negative; raises ValueError for what is none."""
    if currency.upper() not in MINOR_DIGITS:
        raise ValueError(f"{currency} is a currency that nobody here pays in")
    magnitude = parse_money(text.removeprefix("-"), currency.upper())
    return -magnitude if text.startswith("-") else magnitude


def rows(lines: Iterable[str], needed: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of a CSV file with its line numbers; raises ValueError where it is not one."""
    reader = csv.DictReader(lines, strict=True)
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise ValueError(f"line 1: no column {', '.join(missing)}")
    last = 1
    try:
        for row in reader:
            last = reader.line_num
            if None in row or None in row.values():
                raise ValueError(f"line {last}: more or fewer columns than line 1")
            yield last, row
    except csv.Error as error:
        raise ValueError(f"after line {last}: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
