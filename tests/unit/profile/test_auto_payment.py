"""Rules about payments that are taken by themselves."""

from pathlib import Path

import pytest

from abonent.profile.check import examine
from tests.profiles import write_all_rules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_all_rules(tmp_path / "all-rules")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('smallest = "20.00"', 'smallest = "0.00"', "auto_payment.smallest"),
        ('smallest = "20.00"', 'smallest = "1000.01"', "largest is less than smallest"),
        (
            'ceiling_largest = "5000.00"',
            'ceiling_largest = "999.99"',
            "ceiling_largest is less than largest",
        ),
        ("at_hour = 10", "at_hour = 24", "auto_payment.at_hour"),
        ("notice_hours = 24", "notice_hours = 169", "auto_payment.notice_hours"),
        ("retry_hours = [4, 24, 72]", "retry_hours = [24, 4]", "auto_payment.retry_hours"),
        ("retry_hours = [4, 24, 72]", "retry_hours = [0]", "auto_payment.retry_hours"),
        ("most_refusals = 4", "most_refusals = 0", "auto_payment.most_refusals"),
        ("most_refusals = 4", "most_refusals = 4\nunknown = 1", "auto_payment.unknown"),
    ],
)
def test_a_rule_out_of_bounds_is_found(folder: Path, old: str, new: str, said: str) -> None:
    assert any(said in problem for problem in problems(folder, old, new))


def test_it_needs_top_ups_by_card(folder: Path) -> None:
    text = (folder / "operator.toml").read_text("utf-8")
    without = text.replace("card_top_up", "card_top_up_of_old")
    (folder / "operator.toml").write_text(without, "utf-8")
    assert any("auto-payments need [card_top_up]" in str(each) for each in examine(folder)[1])


def problems(folder: Path, old: str, new: str) -> list[str]:
    """What is wrong once the rule of [auto_payment] reads otherwise."""
    file = folder / "operator.toml"
    before, table, rest = file.read_text("utf-8").partition("[auto_payment]")
    assert old in rest, old
    file.write_text(before + table + rest.replace(old, new, 1), "utf-8")
    return [str(problem) for problem in examine(folder)[1]]
