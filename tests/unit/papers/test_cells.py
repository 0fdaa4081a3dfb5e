"""What a cell says in each format, and how the tax of an invoice is worked out."""

from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.channels.http.papers.invoice import percent
from abonent.channels.http.papers.paper import Cell, CsvText, Field, Named, Paper, Writer
from abonent.channels.wording import Wordings
from abonent.kernel.money import Money
from abonent.kernel.text import Amount, At, Item, Text
from abonent.kernel.time import MovableClock, instant
from abonent.ledger.invoices import vat_of
from tests.profiles import SHIPPED, profile_named

NOON = instant(datetime(2026, 11, 17, 10, 0, 5, tzinfo=UTC))
WHERE = Named("in", "web.record.call_in")
CELLS: dict[str, tuple[Cell, str, str, str]] = {
    "text": ("Олена", "Олена", "Олена", "Олена"),
    "formula": ("=1+1", "=1+1", "=1+1", "'=1+1"),
    "foreign number": ("+12025550128", "+12025550128", "+12025550128", "+12025550128"),
    "dialled formula": ("+1+1", "+1+1", "+1+1", "'+1+1"),
    "number": (1234, "1,234", "1234", "1234"),
    "money": (Money(-123456, "UAH"), "−₴1,234.56", "-1234.56", "-1234.56"),
    "moment": (
        At(NOON),
        "17/11/2026\u00a012:00",
        "2026-11-17 12:00:05",
        "2026-11-17 12:00:05+02:00",
    ),
    "day": (At(NOON, date_only=True), "17\u00a0November\u00a02026", "2026-11-17", "2026-11-17"),
    "amount": (Amount(90, "second"), "1\u00a0min\u00a030\u00a0s", "90", "90"),
    "item": (Item("kind", "call"), "Calls", "Calls", "call"),
    "code": (WHERE, "incoming", "incoming", "in"),
    "sentence": (Text("entry.usage_sms"), "SMS", "SMS", "SMS"),
}


@cache
def writer() -> Writer:
    profile = profile_named(SHIPPED)
    words = Wordings(profile, MovableClock()).for_language("en")
    return Writer(words, profile.operator.zone)


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_written_as_its_format_needs_it(name: str) -> None:
    cell, printed, counted, coded = CELLS[name]
    assert writer().printed(cell) == printed
    assert writer().counted(cell) == counted
    assert writer().coded(cell) == coded


def test_csv_quotes_what_would_break_it_and_names_the_currency() -> None:
    fields = (Field("what", 1), Field("amount", 1, "money"))
    text = CsvText(Paper("x", "x", ("x",), fields=fields), writer(), "UAH")
    text.add(('a "b", c\nd', Money(5, "UAH")))
    assert text.bytes().decode("utf-8") == (
        '\ufeffwhat,amount,currency\r\n"a ""b"", c\nd",0.05,UAH\r\n'
    )


@pytest.mark.parametrize(
    ("total", "rate", "vat"),
    [(12000, 2000, 2000), (1, 2000, 0), (3, 2000, 1), (100, 700, 7), (5, 0, 0), (2606, 2000, 434)],
)
def test_the_tax_is_the_nearest_kopeck_of_the_total(total: int, rate: int, vat: int) -> None:
    assert vat_of(total, rate) == vat


@given(st.integers(1, 10**13), st.integers(0, 9999))
def test_the_tax_is_never_more_than_half_a_kopeck_off(total: int, rate: int) -> None:
    vat = vat_of(total, rate)
    assert abs(2 * vat * (10000 + rate) - 2 * total * rate) <= 10000 + rate
    assert 0 <= vat <= total


def test_rates_and_months_are_written_as_the_language_has_them() -> None:
    say = writer().wording
    assert [percent(rate, say) for rate in (2000, 750, 705)] == ["20", "7.5", "7.05"]
    assert say.month(date(2026, 10, 1)) == "October\u00a02026"
