import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.kernel.money import Money
from abonent.kernel.text import Amount, At, Item, Value, values_from_json, values_to_json
from abonent.kernel.time import Instant

VALUES: dict[str, Value] = {
    "word": "слово",
    "count": 3,
    "price": Money(-1250, "UAH"),
    "at": At(Instant(5), date_only=True),
    "tariff": Item("tariff", "calm"),
    "left": Amount(60, "second"),
}


def test_values_come_back_as_they_were() -> None:
    assert values_from_json(values_to_json(VALUES)) == VALUES


def test_equal_values_give_equal_text_in_any_order() -> None:
    turned = dict(reversed(VALUES.items()))
    assert values_to_json(turned) == values_to_json(VALUES)


def test_no_text_is_no_values() -> None:
    assert values_from_json("") == {}


@pytest.mark.parametrize("stored", ['{"x":null}', '{"x":[1]}', '{"x":{"m":["1","UAH"]}}'])
def test_what_was_not_stored_by_us_is_not_read(stored: str) -> None:
    with pytest.raises(ValueError, match="stored value"):
        values_from_json(stored)


@given(st.dictionaries(st.text(), st.text() | st.integers()))
def test_any_words_and_numbers_come_back(values: dict[str, Value]) -> None:
    assert values_from_json(values_to_json(values)) == values
