"""`[card_top_up]`: how much, where, and what it costs or brings."""

from pathlib import Path

import pytest

from abonent.profile.check import check, examine
from abonent.profile.model import CardTopUp
from tests.fixtures.profiles import OPERATOR, ProfileFolder, starter

TABLE = """
[card_top_up]
gateways = ["demo"]
smallest = "10.00"
largest = "500.00"
suggested = ["50.00"]

[[card_top_up.commission]]
percent = "2.75"
fixed = "1.00"

[[card_top_up.commission]]
at_least = "100.00"
"""


@pytest.fixture
def folder(tmp_path: Path) -> ProfileFolder:
    made = starter(tmp_path / "mine")
    made.write(OPERATOR, made.read(OPERATOR) + TABLE)
    return made


def rules(folder: ProfileFolder) -> CardTopUp:
    profile, problems = examine(folder.path)
    assert problems == []
    assert profile is not None
    found = profile.operator.card_top_up
    assert found is not None
    return found


def test_a_sum_costs_what_its_step_says(folder: ProfileFolder) -> None:
    found = rules(folder)
    assert found.commission_on(50_00) == 2_38  # 2.75 per cent are 1.375, and half a kopeck counts
    assert found.commission_on(99_99) == 3_75
    assert found.commission_on(100_00) == 0


def test_below_the_first_step_there_is_nothing(folder: ProfileFolder) -> None:
    steps = '\n[[card_top_up.bonus]]\nat_least = "200.00"\npercent = "5"\n'
    folder.write(OPERATOR, folder.read(OPERATOR) + steps)
    found = rules(folder)
    assert (found.bonus_on(199_99), found.bonus_on(200_00)) == (0, 10_00)


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ('gateways = ["demo"]', "gateways = []", "card_top_up.gateways", "at least 1"),
        ('gateways = ["demo"]', 'gateways = ["x", "x"]', "card_top_up.gateways", "named twice"),
        ('smallest = "10.00"', 'smallest = "0.00"', "card_top_up.smallest", "more than 0"),
        ('largest = "500.00"', 'largest = "9.00"', "card_top_up.largest", "less than smallest"),
        ('["50.00"]', '["500.01"]', "card_top_up.suggested[0]", "not between"),
        ('["50.00"]', '["x"]', "card_top_up.suggested[0]", "not an amount"),
        ('"2.75"', '"2.755"', "card_top_up.commission[0].percent", "two digits"),
        ('"2.75"', "2.75", "card_top_up.commission[0].percent", "decimal string"),
        ('"2.75"', '"50.01"', "card_top_up.commission[0].percent", "5000"),
        ('at_least = "100.00"', 'at_least = "0.00"', "card_top_up.commission", "larger sum"),
        ('smallest = "10.00"\n', "", "card_top_up.smallest", "is missing"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(
    folder: ProfileFolder, old: str, new: str, key: str, says: str
) -> None:
    folder.change(OPERATOR, old, new)
    told = {problem.key: problem.message for problem in check(folder.path)}
    assert says in told[key]
