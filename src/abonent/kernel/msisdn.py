"""Telephone numbers: read strictly, kept as E.164 digits without the plus sign."""

import re
from dataclasses import dataclass
from typing import NewType

Msisdn = NewType("Msisdn", str)
"""E.164 digits, country code first, no plus: 380671234567 (ITU-T E.164, 3GPP TS 23.003)."""

_DIGITS = re.compile(r"[0-9]+")
_SPACING = str.maketrans("", "", " -()\u00a0")


class NumberProblem(ValueError):
    """Why a text is no number of the plan; `code` is `number_invalid | number_length | …`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """How an operator's subscribers write numbers. Lengths exclude the country code."""

    country_code: str
    national_length: int
    trunk_prefix: str = "0"
    accept_trunk_prefix: bool = False

    def parse(self, text: str) -> Msisdn:
        """Read a number of this country; raises NumberProblem with a code that says what is wrong.

        Accepted: `+380671234567`, `380671234567`, `671234567`, with spaces, hyphens and brackets;
        `0671234567` only where the plan accepts the trunk prefix.
        """
        digits = text.translate(_SPACING)
        international = digits.startswith("+")
        digits = digits.removeprefix("+")
        if _DIGITS.fullmatch(digits) is None:
            raise NumberProblem("number_invalid")
        full_length = len(self.country_code) + self.national_length
        if len(digits) == full_length and digits.startswith(self.country_code):
            national = digits[len(self.country_code) :]
        elif not international and len(digits) == self.national_length:
            national = digits
        elif not international and len(digits) == self.national_length + len(self.trunk_prefix):
            if not digits.startswith(self.trunk_prefix):
                raise NumberProblem("number_length")
            if not self.accept_trunk_prefix:
                raise NumberProblem("number_leading_zero")
            national = digits[len(self.trunk_prefix) :]
        else:
            raise NumberProblem("number_length")
        if national.startswith(self.trunk_prefix):
            raise NumberProblem("number_leading_zero")
        return Msisdn(self.country_code + national)
