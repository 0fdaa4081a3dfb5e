"""Bonuses, gifts and unpaid fees of a profile: what cannot be is told."""

import pytest

from abonent.profile.check import check
from tests.fixtures.house import all_rules
from tests.fixtures.profiles import CATALOG, OPERATOR, ProfileFolder

BONUS = """
[[bonuses]]
id = "{id}"
currency = "{currency}"
name = {{ en = "Bonus" }}
unit.en = {{ one = "bonus", other = "bonuses" }}
valid_days = 90
{more}
"""
GIFT = """
[[gifts]]
id = "{id}"
name = {{ en = "Gift" }}
description = {{ en = "A gift." }}
points = 10
{more}
"""


def bonus(id: str = "air", currency: str = "B0A", more: str = "") -> str:
    return BONUS.format(id=id, currency=currency, more=more)


def gift(more: str) -> str:
    return GIFT.format(id="present", more=more)


def problems(folder: ProfileFolder, operator: str = "", catalog: str = "") -> dict[str, str]:
    """What is found by key once these tables stand at the end of the files."""
    folder.write(OPERATOR, f"{folder.read(OPERATOR)}\n{operator}")
    on_sale = folder.read(CATALOG)
    if catalog:
        on_sale = on_sale.replace("gifts = []", "")
    folder.write(CATALOG, f"{on_sale}\n{catalog}")
    return {problem.key: problem.message for problem in check(folder.path)}


def test_bonuses_and_gifts_of_every_kind_are_sound(folder: ProfileFolder) -> None:
    operator = bonus() + bonus("back", "B2C", 'worth = "1.00"') + "\n[parcels]\n[detail_fee]\n"
    fees = 'new = "1.06"\nfirst = "5.31"\nfurther = "1.06"\n'
    gifts = gift('bonus = "air"\nparcel = true') + gift("discount_percent = 50").replace(
        "present", "off"
    )
    assert problems(folder, operator + fees, gifts) == {}


@pytest.mark.parametrize(
    ("operator", "key", "says"),
    [
        (bonus() + bonus("other"), "bonuses[1].currency", "there already"),
        (bonus() + bonus(currency="B0B"), "bonuses[1].id", "there already"),
        (bonus(currency="UAH"), "bonuses[0].currency", "match"),
        (bonus(currency="B1A"), "bonuses[0].currency", "match"),
        (bonus().replace(', other = "bonuses"', ""), "bonuses[0].unit", "`other`"),
        (bonus(currency="PTS", more='top_up_percent = "3"'), "bonuses[0]", "points_per_top_up"),
        (
            bonus(more="passed_to_mobile = true")
            + bonus("b", "B0B", more="passed_to_mobile = true"),
            "bonuses[1].passed_to_mobile",
            "only one",
        ),
    ],
)
def test_a_wrong_bonus_is_told(folder: ProfileFolder, operator: str, key: str, says: str) -> None:
    assert says in problems(folder, operator)[key]


@pytest.mark.parametrize(
    ("more", "key", "says"),
    [
        ('bonus = "air"\nmoney = "1.00"', "gifts[0].bonus", "no bonus"),
        ("parcel = true", "gifts[0].parcel", "[parcels]"),
        ("", "gifts[0]", "something included"),
    ],
)
def test_a_wrong_gift_is_told(folder: ProfileFolder, more: str, key: str, says: str) -> None:
    assert says in problems(folder, catalog=gift(more))[key]


@pytest.mark.parametrize(
    ("unpaid", "says"),
    [
        ('unpaid = "partial"', "another's rates"),
        ('unpaid = "partial"\nunpaid_rates = "basic"', "another's rates"),
        ('unpaid_rates = "basic"', "serves nothing"),
    ],
)
def test_partial_service_needs_the_rates_of_another_tariff(
    folder: ProfileFolder, unpaid: str, says: str
) -> None:
    folder.change(CATALOG, 'monthly_fee = "10.00"', f'monthly_fee = "10.00"\n{unpaid}')
    assert says in problems(folder)["tariffs[0].unpaid_rates"]


def test_parts_of_a_bonus_are_never_worth_more_than_the_whole() -> None:
    back = all_rules().operator.bonus("cashback")
    assert back is not None
    half = back.model_copy(update={"worth": 50})
    assert [half.money(minor) for minor in (1, 2, 3, 100)] == [0, 1, 1, 50]
