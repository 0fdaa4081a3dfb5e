"""Which of our languages a browser prefers: the header Accept-Language (RFC 9110, 12.5.4)."""

import re
from collections.abc import Collection

LONGEST_HEADER = 500
_RANGE = re.compile(
    r"([A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*"
    r"(?:\s*;\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
)


def preferred(header: str, languages: Collection[str]) -> str | None:
    """The language of the highest weight, the first of equals; None where none is wanted.

    Regions are ignored (`uk-UA` is `uk`), malformed parts skipped, weight 0 is a refusal.
    """
    best: str | None = None
    best_weight = 0.0
    for part in header[:LONGEST_HEADER].split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None or match[1].lower() not in languages:
            continue
        weight = float(match[2] or "1")
        if weight > best_weight:
            best, best_weight = match[1].lower(), weight
    return best
