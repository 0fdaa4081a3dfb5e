"""Money as whole minor units. No float touches an amount anywhere in the program."""

import re
from dataclasses import dataclass

POINTS = "PTS"
"""The ledger currency of loyalty points: whole units, no minor part."""

MINOR_DIGITS = {"UAH": 2, "RUB": 2, "EUR": 2, "USD": 2, "GBP": 2, "PLN": 2, POINTS: 0}
"""Decimal digits after the point, by currency (ISO 4217; points are ours)."""

_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]+))?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (kopecks) of one currency; may be negative."""

    amount_minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def decimal(self) -> str:
        """The amount as a plain decimal string ("-12.50"), as the API and files write it."""
        digits = MINOR_DIGITS[self.currency]
        sign = "-" if self.amount_minor < 0 else ""
        if digits == 0:
            return f"{sign}{abs(self.amount_minor)}"
        whole, fraction = divmod(abs(self.amount_minor), 10**digits)
        return f"{sign}{whole}.{fraction:0{digits}d}"

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")


def parse_money(text: str, currency: str) -> Money:
    """Read a non-negative decimal amount: ASCII digits, point or comma, no more digits than minor.

    Raises ValueError for anything else: signs, exponents, NaN, other scripts' digits, white space,
    fractions of a kopeck.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError("not an amount")
    digits = MINOR_DIGITS[currency]
    whole, fraction = match[1], match[2] or ""
    if len(fraction) > digits:
        raise ValueError("more digits than the currency has")
    return Money(int(whole) * 10**digits + int(fraction.ljust(digits, "0") or "0"), currency)


def round_half_up(numerator: int, denominator: int) -> int:
    """The quotient to the nearest whole, halves up, in integers; for non-negative values."""
    return (2 * numerator + denominator) // (2 * denominator)
