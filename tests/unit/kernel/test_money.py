import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.kernel.money import POINTS, Money, minor_digits, parse_money, round_half_up


def test_it_works() -> None:
    assert parse_money("12.50", "UAH") + Money(250, "UAH") == Money(1500, "UAH")


@pytest.mark.parametrize(
    ("text", "minor"),
    [("0", 0), ("7", 700), ("7.5", 750), ("7,05", 705), ("000012.34", 1234)],
)
def test_amounts_are_read_to_the_kopeck(text: str, minor: int) -> None:
    assert parse_money(text, "UAH") == Money(minor, "UAH")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "1\n",
        "+1",
        "-1",
        "1e308",
        "NaN",
        "inf",
        "0x10",
        "1.",
        ".5",
        "1.005",
        "1 000",
        "1.2.3",
        "١٢",
        "１２",
        "1" * 13,
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|digits"):
        parse_money(text, "UAH")


def test_points_have_no_fraction() -> None:
    assert parse_money("15", POINTS).decimal() == "15"
    assert Money(-15, POINTS).decimal() == "-15"
    with pytest.raises(ValueError, match="digits"):
        parse_money("1.5", POINTS)


@given(st.integers(min_value=0, max_value=10**14 - 1))
def test_an_amount_is_read_as_it_is_written(minor: int) -> None:
    money = Money(minor, "UAH")
    assert parse_money(money.decimal(), "UAH") == money


def test_a_negative_amount_is_written_with_its_sign() -> None:
    assert Money(-5, "UAH").decimal() == "-0.05"
    assert -Money(5, "UAH") == Money(-5, "UAH")


def test_nothing_is_false() -> None:
    assert not Money(0, "UAH")
    assert Money(-1, "UAH")


def test_currencies_do_not_mix() -> None:
    assert Money(5, "UAH") - Money(7, "UAH") == Money(-2, "UAH")
    with pytest.raises(ValueError, match="mix"):
        Money(5, "UAH") + Money(5, "EUR")
    with pytest.raises(ValueError, match="mix"):
        Money(5, "UAH") - Money(5, POINTS)
    with pytest.raises(ValueError, match="mix"):
        min(Money(5, "UAH"), Money(5, "EUR"))


def test_the_smaller_and_the_larger_of_two() -> None:
    assert min(Money(-7, "UAH"), Money(5, "UAH")) == Money(-7, "UAH")
    assert max(Money(-7, "UAH"), Money(5, "UAH")) == Money(5, "UAH")


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(0, 3, 0), (1, 3, 0), (1, 2, 1), (2, 3, 1), (5, 2, 3), (7, 7, 1)],
)
def test_halves_are_rounded_up(numerator: int, denominator: int, rounded: int) -> None:
    assert round_half_up(numerator, denominator) == rounded


@pytest.mark.parametrize(("currency", "digits"), [("UAH", 2), (POINTS, 0), ("B0H", 0), ("B2C", 2)])
def test_the_code_of_a_bonus_says_its_digits(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits
    assert Money(1, currency).is_bonus is (currency != "UAH")


@pytest.mark.parametrize("currency", ["XXX", "B1H", "B02", "b0H", "B0HH", "BGN"])
def test_other_codes_are_no_currency_of_the_ledger(currency: str) -> None:
    with pytest.raises(KeyError):
        minor_digits(currency)
    assert not Money(1, currency).is_bonus


def test_amounts_of_bonuses_are_read_and_written_by_their_digits() -> None:
    assert parse_money("12", "B0H").decimal() == "12"
    assert parse_money("1.50", "B2C").decimal() == "1.50"
    with pytest.raises(ValueError, match="more digits"):
        parse_money("1.5", "B0H")
