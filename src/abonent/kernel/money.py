"""Money as whole minor units. No float touches an amount anywhere in the program."""

import re
from dataclasses import dataclass

POINTS = "PTS"
"""The ledger currency of loyalty points: whole units, no minor part."""

MINOR_DIGITS = {"UAH": 2, "RUB": 2, "EUR": 2, "USD": 2, "GBP": 2, "PLN": 2, POINTS: 0}
"""Decimal digits after the point, by currency (ISO 4217; points are ours)."""

_BONUS = re.compile(r"B([02])[A-Z]")

_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]+))?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (kopecks) of one currency; may be negative."""

    amount_minor: int
    currency: str

    @property
    def is_bonus(self) -> bool:
        """Whether it is points or another bonus, which no bank knows."""
        return is_bonus(self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount_minor < other.amount_minor

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def decimal(self) -> str:
        """The amount as a plain decimal string ("-12.50"), as the API and files write it."""
        digits = minor_digits(self.currency)
        sign = "-" if self.amount_minor < 0 else ""
        if digits == 0:
            return f"{sign}{abs(self.amount_minor)}"
        whole, fraction = divmod(abs(self.amount_minor), 10**digits)
        return f"{sign}{whole}.{fraction:0{digits}d}"

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")


def is_bonus(currency: str) -> bool:
    """Whether a ledger currency is points or another bonus."""
    return currency == POINTS or _BONUS.fullmatch(currency) is not None


def minor_digits(currency: str) -> int:
    """Decimal digits after the point.

    The code of a bonus that a profile names says them itself: `B0H` has none, `B2C` has two. ISO
    4217 has no digits in its codes, so none of them can be such a one. Raises KeyError for others.
    """
    match = _BONUS.fullmatch(currency)
    return MINOR_DIGITS[currency] if match is None else int(match[1])


def parse_money(text: str, currency: str) -> Money:
    """Read a non-negative decimal amount: ASCII digits, point or comma, no more digits than minor.

    Raises ValueError for anything else: signs, exponents, NaN, other scripts' digits, white space,
    fractions of a kopeck.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError("not an amount")
    digits = minor_digits(currency)
    whole, fraction = match[1], match[2] or ""
    if len(fraction) > digits:
        raise ValueError("more digits than the currency has")
    return Money(int(whole) * 10**digits + int(fraction.ljust(digits, "0") or "0"), currency)


def round_half_up(numerator: int, denominator: int) -> int:
    """The quotient to the nearest whole, halves up, in integers; for non-negative values."""
    return (2 * numerator + denominator) // (2 * denominator)
