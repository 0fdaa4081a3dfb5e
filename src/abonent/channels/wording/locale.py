"""Numbers, money and dates as a language and country write them.

The data are CLDR's, read from Babel once; the formatting is our own where a page needs it often,
because Babel's takes some 30 microseconds a value.
"""

from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from re import sub

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time

from abonent.kernel.money import Money, minor_digits

SIGNS = {"UAH": "₴", "RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£", "PLN": "zł"}
"""CLDR's narrow currency symbols: an operator has one currency, so the short sign is clear."""

MINUS = "\u2212"
"""A true minus: screen readers say it, and no line breaks after it."""

NBSP = "\u00a0"

EUROPE = "150"
"""UN M.49 code of the region, as CLDR uses it."""


def find_locale(language: str, *places: str) -> Locale:
    """The language as the first of these places that CLDR has writes it, else as it is in general.

    Raises ValueError for a language that CLDR does not have.
    """
    for name in (*(f"{language}_{place}" for place in places), language):
        try:
            return Locale.parse(name)
        except UnknownLocaleError:
            continue
    raise ValueError(f"CLDR knows no language {language}")


@lru_cache
def plural_categories(language: str) -> frozenset[str]:
    """The CLDR categories that whole numbers reach in the language."""
    rule = Locale.parse(language).plural_form
    return frozenset(rule(number) for number in (*range(200), 1_000_000))


@dataclass(frozen=True, slots=True)
class MoneyParts:
    """An amount cut for display; `sign` is empty or a minus, `fraction` is without the point."""

    sign: str
    whole: str
    point: str
    fraction: str
    currency: str
    currency_first: bool


def _cut(pattern: str) -> str:
    """CLDR's pattern of a date and a time as Python formats them."""
    return pattern.replace("%", "%%").replace("{1}", "%(day)s").replace("{0}", "%(clock)s")


class LocaleFormat:
    """The formats of one language in one country.

    `dates` is the locale of dates: where the country has none, Europe's, so that English says
    "28 November" and 14:05. `numbers` is that of money: English writes the currency first.
    """

    def __init__(self, language: str, country: str) -> None:
        self.dates = find_locale(language, country, EUROPE)
        self.numbers = find_locale(language, country)
        symbols = self.numbers.number_symbols["latn"]
        self.group: str = symbols["group"]
        self.point: str = symbols["decimal"]
        pattern = self.numbers.currency_formats["standard"]
        self._prefixes = tuple(part.replace("-", MINUS) for part in pattern.prefix)
        self._suffixes = tuple(part.replace("-", MINUS) for part in pattern.suffix)
        self._date_with_year = sub(r"\s*'[^']*'\.?$", "", self.dates.date_formats["long"].pattern)
        self._join = _cut(self.dates.datetime_formats["medium"])
        self._plural = lru_cache(1024)(self.numbers.plural_form)
        self._day = lru_cache(4096)(self._format_day)
        self._time = lru_cache(1440)(self._format_time)
        self._digits_day = lru_cache(4096)(self._format_digits_day)

    def plural(self, number: int) -> str:
        """The CLDR category of a whole number."""
        return self._plural(abs(number))

    def number(self, number: int) -> str:
        """A whole number, grouped."""
        text = f"{abs(number):,}".replace(",", self.group)
        return MINUS + text if number < 0 else text

    def money(self, amount: Money, *, exact: bool = False) -> str:
        """An amount with its sign; whole amounts go without a fraction unless `exact`."""
        negative = amount.amount_minor < 0
        whole, fraction = self._digits(amount)
        text = f"{whole}{self.point}{fraction}" if fraction and (exact or int(fraction)) else whole
        currency = SIGNS[amount.currency]
        prefix = self._prefixes[negative].replace("¤", currency)
        suffix = self._suffixes[negative].replace("¤", currency)
        return f"{prefix}{text}{suffix}"

    def decimal(self, amount: Money) -> str:
        """An amount without its currency; whole ones go without a fraction."""
        whole, fraction = self._digits(amount)
        text = f"{whole}{self.point}{fraction}" if fraction and int(fraction) else whole
        return MINUS + text if amount.amount_minor < 0 else text

    def money_parts(self, amount: Money) -> MoneyParts:
        """An amount for display in two sizes; the fraction is always there."""
        whole, fraction = self._digits(amount)
        sign = MINUS if amount.amount_minor < 0 else ""
        first = "¤" in self._prefixes[0]
        return MoneyParts(sign, whole, self.point, fraction, SIGNS[amount.currency], first)

    def _digits(self, amount: Money) -> tuple[str, str]:
        digits = minor_digits(amount.currency)
        whole, fraction = divmod(abs(amount.amount_minor), 10**digits)
        return self.number(whole), f"{fraction:0{digits}d}" if digits else ""

    def day(self, day: date, *, with_year: bool) -> str:
        """Such as "28 листопада", or "28 листопада 2026"."""
        return self._day(day, with_year)

    def digits_day(self, day: date) -> str:
        """A date in digits with its year, such as "28.11.2026", for columns."""
        return self._digits_day(day)

    def month(self, day: date) -> str:
        """The month of a day with its year, such as "листопад 2026"."""
        text = format_skeleton("yMMMM", day, locale=self.dates)
        return sub(r"\s*р\.$|\s*г\.$", "", text).replace(" ", NBSP)

    def time(self, hour: int, minute: int) -> str:
        return self._time(hour, minute)

    def join(self, day: str, clock: str) -> str:
        """A date and a time as the language puts them together."""
        return self._join % {"day": day, "clock": clock}

    def _format_day(self, day: date, with_year: bool) -> str:
        if with_year:
            # CLDR's word for "year" is left out: "р." would end a sentence with two full stops.
            return format_date(day, self._date_with_year, locale=self.dates).replace(" ", NBSP)
        return format_skeleton("MMMMd", day, locale=self.dates).replace(" ", NBSP)

    def _format_time(self, hour: int, minute: int) -> str:
        return format_time(time(hour, minute), "short", locale=self.dates)

    def _format_digits_day(self, day: date) -> str:
        return format_skeleton("yMMdd", day, locale=self.dates)
