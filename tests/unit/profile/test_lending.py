"""Rules about money between subscribers, and money lent to them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abonent.profile.check import examine
from abonent.profile.lending import Transfer
from tests.fixtures.house import all_rules
from tests.profiles import write_all_rules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_all_rules(tmp_path / "all-rules")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('fee = "2.00"', 'fee = "25.00"', "a fee is not less than what is lent"),
        ('amount = "60.00"', 'amount = "25.00"', "an amount is offered twice"),
        ("days = 3\n", "days = 0\n", "promised_payment"),
        ("days = 3\n", "days = 32\n", "promised_payment"),
        ('fee_when = "taken"', 'fee_when = "never"', "promised_payment"),
        ('fee_percent = "1"', 'fee_percent = "51"', "transfer"),
        ('smallest = "1.00"\nlargest = "500.00"', 'smallest = "0.00"\nlargest = "5"', "transfer"),
        ('largest = "500.00"\nsent', 'largest = "0.50"\nsent', "largest is less than smallest"),
        ("recall_minutes = 60", "recall_minutes = 0", "transfer"),
        ("valid_minutes = 60", "valid_minutes = 1441", "collect_call"),
        ("per_day = 5", "per_day = 5\nunknown = 1", "collect_call"),
    ],
)
def test_a_rule_out_of_bounds_is_found(folder: Path, old: str, new: str, said: str) -> None:
    file = folder / "operator.toml"
    text = file.read_text("utf-8")
    assert text.count(old) >= 1, old
    file.write_text(text.replace(old, new), "utf-8")
    _, problems = examine(folder)
    assert any(said in str(problem) for problem in problems), problems


def rules_of_all() -> Transfer:
    rules = all_rules().operator.transfer
    assert rules is not None
    return rules


amounts = st.integers(0, 10_000_00)


@settings(deadline=None)
@given(own=amounts, left=amounts, fee=amounts, percent=st.integers(0, 5000))
def test_the_most_that_can_go_leaves_enough_and_one_kopeck_more_does_not(
    own: int, left: int, fee: int, percent: int
) -> None:
    part = {"left_min": left, "fee": fee, "fee_percent": percent}
    rules = rules_of_all().model_copy(update=part)
    most = rules.most(own)
    assert most == 0 or own - most - rules.fee_on(most) >= left
    assert own - (most + 1) - rules.fee_on(most + 1) < left
