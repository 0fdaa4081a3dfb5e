"""The check digit of vouchers."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from abonent.kernel.damm import check_digit, is_sound

numbers = st.text("0123456789", min_size=2, max_size=20)


def test_it_is_the_digit_of_the_published_example() -> None:
    assert check_digit("572") == "4"
    assert is_sound("5724")


@given(numbers, st.data())
def test_one_wrong_digit_is_always_found(digits: str, data: st.DataObject) -> None:
    sound = digits + check_digit(digits)
    at = data.draw(st.integers(0, len(sound) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != sound[at]))
    assert is_sound(sound)
    assert not is_sound(sound[:at] + wrong + sound[at + 1 :])


@given(numbers, st.data())
def test_two_neighbours_exchanged_are_always_found(digits: str, data: st.DataObject) -> None:
    sound = digits + check_digit(digits)
    at = data.draw(st.integers(0, len(sound) - 2))
    exchanged = sound[:at] + sound[at + 1] + sound[at] + sound[at + 2 :]
    assert is_sound(exchanged) == (exchanged == sound)


def test_of_ten_random_numbers_nine_are_none() -> None:
    draw = Random(7)
    sound = sum(is_sound(f"{draw.randrange(10**16):016d}") for _ in range(10_000))
    assert 900 < sound < 1100
