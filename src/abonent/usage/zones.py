"""Where a call or a message goes, told by the number alone."""

import re

from abonent.profile.model import Numbering, Zone
from abonent.usage.model import Record

_SPACING = str.maketrans("", "", " -().\u00a0")
_NUMBER = re.compile(r"(\+|00)?([0-9]+)")


def zone_of(record: Record, numbering: Numbering) -> Zone:
    """The zone of a record: data is `internet`, a call or message goes by the other number."""
    if record.kind == "data":
        return "internet"
    if record.emergency:
        return "emergency"
    return zone_of_number(record.peer, numbering)


def zone_of_number(peer: str, numbering: Numbering) -> Zone:
    """The zone of the other party's number.

    Numbers come as people and networks write them: `+380671234567`, `00380671234567`,
    `380671234567`, `0671234567`, `671234567`, or a short number. What is no number at all (a name,
    letters that stand for numbers) or too short to be told apart counts as national.
    """
    match = _NUMBER.fullmatch(peer.translate(_SPACING))
    if match is None:
        return "national"
    prefix, digits = match.groups()
    if prefix is None:
        if digits in numbering.emergency:
            return "emergency"
        if digits in numbering.free:
            return "free"
    national = _national(digits, numbering, international=prefix is not None)
    if national is None:
        return "international"
    whole = len(national) == numbering.national_length
    return "onnet" if whole and national.startswith(numbering.own_prefixes) else "national"


def _national(digits: str, numbering: Numbering, *, international: bool) -> str | None:
    """The digits without country code or trunk prefix; None for a number of another country."""
    code, trunk = numbering.country_code, numbering.trunk_prefix
    if international:
        return digits.removeprefix(code) if digits.startswith(code) else None
    length = numbering.national_length
    if len(digits) <= length:
        return digits
    if len(digits) == len(trunk) + length and digits.startswith(trunk):
        return digits.removeprefix(trunk)
    if len(digits) == len(code) + length and digits.startswith(code):
        return digits.removeprefix(code)
    return None
