from datetime import date, time
from decimal import Decimal

import pytest
from babel.dates import format_date, format_time
from babel.numbers import format_currency, get_currency_symbol
from hypothesis import given
from hypothesis import strategies as st

from abonent.channels.wording.locale import (
    MINUS,
    SIGNS,
    LocaleFormat,
    find_locale,
    plural_categories,
)
from abonent.kernel.money import POINTS, Money

CODES = ("uk", "ru", "en", "nl", "de", "pl")
FORMATS = {code: LocaleFormat(code, "UA") for code in CODES}


@given(st.integers(-(10**13), 10**13), st.sampled_from(CODES), st.sampled_from(sorted(SIGNS)))
def test_money_is_written_as_babel_writes_it(minor: int, code: str, currency: str) -> None:
    ours = FORMATS[code]
    theirs = format_currency(
        Decimal(minor) / 100, currency, locale=ours.numbers, currency_digits=False
    )
    symbol = get_currency_symbol(currency, ours.numbers)
    expected = theirs.replace("-", MINUS).replace(symbol, SIGNS[currency])
    assert ours.money(Money(minor, currency), exact=True) == expected


@given(st.integers(-(10**13), 10**13), st.sampled_from(CODES))
def test_the_parts_of_an_amount_are_the_amount(minor: int, code: str) -> None:
    amount = Money(minor, "UAH")
    parts = FORMATS[code].money_parts(amount)
    whole = FORMATS[code].money(amount, exact=True)
    assert f"{parts.whole}{parts.point}{parts.fraction}" in whole
    assert parts.sign == (MINUS if minor < 0 else "")
    assert whole.removeprefix(parts.sign).startswith(parts.currency) == parts.currency_first


def test_a_whole_amount_has_no_fraction_unless_it_stands_in_a_column() -> None:
    ukrainian = FORMATS["uk"]
    assert ukrainian.money(Money(15000, "UAH")) == "150\u00a0₴"
    assert ukrainian.money(Money(15000, "UAH"), exact=True) == "150,00\u00a0₴"
    assert ukrainian.money(Money(9999999, "UAH")) == "99\u00a0999,99\u00a0₴"
    assert ukrainian.money(Money(-5, "UAH")) == "−0,05\u00a0₴"


def test_points_have_no_fraction_to_cut() -> None:
    assert FORMATS["uk"].number(-1234) == "−1\u00a0234"
    with pytest.raises(KeyError):
        FORMATS["uk"].money(Money(5, POINTS))


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_a_date_is_written_as_the_language_writes_it(day: date) -> None:
    with_year = FORMATS["uk"].day(day, with_year=True)
    assert format_date(day, "long", locale="uk").split() == [*with_year.split(), "р."]
    assert with_year == f"{FORMATS['uk'].day(day, with_year=False)}\u00a0{day.year}"


def test_dates_and_times_follow_the_country() -> None:
    day = date(2025, 11, 28)
    assert FORMATS["uk"].day(day, with_year=False) == "28\u00a0листопада"
    assert FORMATS["ru"].day(day, with_year=False) == "28\u00a0ноября"
    assert FORMATS["en"].day(day, with_year=True) == "28\u00a0November\u00a02025"
    assert LocaleFormat("en", "US").day(day, with_year=True) == "November\u00a028,\u00a02025"
    assert FORMATS["en"].time(14, 5) == "14:05"
    assert FORMATS["uk"].join("28 листопада", "14:05") == "28 листопада, 14:05"


def test_the_time_of_day_is_babels() -> None:
    for hour in range(24):
        expected = format_time(time(hour, 7), "short", locale="uk")
        assert FORMATS["uk"].time(hour, 7) == expected


def test_a_country_without_english_of_its_own_gets_european_dates() -> None:
    assert str(find_locale("en", "UA", "150")) == "en_150"
    assert str(find_locale("en", "IN", "150")) == "en_IN"
    assert str(find_locale("uk", "FR", "150")) == "uk"


def test_english_writes_the_currency_first() -> None:
    assert FORMATS["en"].money(Money(9999999, "UAH")) == "₴99,999.99"
    assert FORMATS["en"].money(Money(-15000, "UAH")) == "−₴150"


def test_a_language_that_nobody_speaks_is_refused() -> None:
    with pytest.raises(ValueError, match="qq"):
        find_locale("qq", "UA")


def test_whole_numbers_reach_these_plural_categories() -> None:
    assert plural_categories("uk") == {"one", "few", "many"}
    assert plural_categories("en") == {"one", "other"}
