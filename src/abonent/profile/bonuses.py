"""Bonuses that an operator has: currencies of the ledger that no bank knows."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, model_validator
from pydantic.functional_validators import AfterValidator

from abonent.kernel.money import POINTS
from abonent.profile.money_rules import Percent
from abonent.profile.part import Minor, Part, Slug, Words

_WHOLE = 10_000
"""Basis points of the whole."""


def _complete(unit: dict[str, dict[str, str]], info: ValidationInfo) -> dict[str, dict[str, str]]:
    languages = unit if info.context is None else info.context["languages"]
    if missing := [each for each in languages if "other" not in unit.get(each, {})]:
        raise ValueError(f"no form `other` in {', '.join(missing)}")
    return unit


Counted = Annotated[dict[str, dict[str, str]], AfterValidator(_complete)]
"""A noun by language and CLDR plural category; `other` is there and serves for those left out."""


class Parcels(Part):
    """`[parcels]`: gifts that are sent to an address."""

    address_days: Annotated[int, Field(ge=30, le=365)] = 180
    """How long name and address of a receiver are kept, counted from the order."""


class Bonus(Part):
    """`[[bonuses]]`: one bonus. Oldest lots are spent first, and each lives `valid_days`.

    `currency` is its code in the ledger: PTS for the points of the catalogue, else B, the digits
    after the point (0 or 2) and a letter, such as B0H. Amounts are decimal strings, as those of
    money; of a bonus without digits after the point they are whole.
    """

    id: Slug
    currency: Annotated[str, StringConstraints(pattern=r"^(PTS|B[02][A-Z])$")]
    name: Words
    unit: Counted
    valid_days: Annotated[int, Field(ge=1, le=3660)]
    only: Literal["mobile", "internet"] | None = None
    """Which lines earn it; both where it is left out."""
    top_up_percent: Percent = 0
    """Share of what is topped up; points come by the catalogue's `points_per_top_up`."""
    tenure: Minor = 0
    """On every anniversary of the line."""
    birthday: Minor = 0
    """On the birthday of the line's owner, where it is known."""
    worth: Minor = 0
    """What one whole unit is exchanged for, in money; 0.00: it is not."""
    passed_to_mobile: bool = False
    """Whether it can be passed to a mobile number (`pass_bonus`)."""

    @property
    def one(self) -> int:
        """Minor units of one."""
        return 1 if self.currency == POINTS else 10 ** int(self.currency[1])

    def earned(self, topped_up_minor: int) -> int:
        """Minor units of the bonus for a top-up; parts of a unit are not given."""
        return topped_up_minor * self.top_up_percent * self.one // (_WHOLE * 100)

    def given(self, amount: int) -> int:
        """Minor units of an amount of this table, which is written as money is."""
        return amount * self.one // 100

    def money(self, amount_minor: int) -> int:
        """Minor units of money that so much of it is exchanged for, rounded down.

        Rounded up, a bonus would be worth more the smaller the parts that it is exchanged in.
        """
        return amount_minor * self.worth // self.one

    @model_validator(mode="after")
    def _points_come_by_the_catalogue(self) -> "Bonus":
        if self.currency == POINTS and self.top_up_percent:
            raise ValueError("points for top-ups are the catalogue's `points_per_top_up`")
        return self
