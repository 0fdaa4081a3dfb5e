"""Rules of `operator.toml` about money that comes from outside."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from abonent.kernel.money import parse_money, round_half_up
from abonent.profile.part import Minor, Part, Slug

_WHOLE = 10_000
"""Basis points of the whole."""


def _basis_points(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError('write per cent as a decimal string, such as "2.75"')
    try:
        return parse_money(value, "UAH").amount_minor
    except ValueError:
        raise ValueError("per cent have at most two digits after the point") from None


Percent = Annotated[int, BeforeValidator(_basis_points), Field(ge=0, le=5000)]
"""Basis points (hundredths of a per cent), read from a decimal string; half at most."""


class Step(Part):
    """What a sum of `at_least` so much brings or costs: a share of it and something fixed."""

    at_least: Minor = 0
    percent: Percent = 0
    fixed: Minor = 0

    def of(self, amount_minor: int) -> int:
        """Minor units, halves rounded up."""
        return round_half_up(amount_minor * self.percent, _WHOLE) + self.fixed


def _ascending(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    for lower, upper in pairwise(steps):
        if upper.at_least <= lower.at_least:
            raise ValueError("each step begins at a larger sum than the one before it")
    return steps


Steps = Annotated[tuple[Step, ...], AfterValidator(_ascending)]
"""The last step whose `at_least` is reached counts; below the first there is nothing."""


def by_step(steps: tuple[Step, ...], amount_minor: int) -> int:
    """What the step of this sum gives, in minor units."""
    reached = [step for step in steps if step.at_least <= amount_minor]
    return reached[-1].of(amount_minor) if reached else 0


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) != len(names):
        raise ValueError("a gateway is named twice")
    return names


Sum = Annotated[Minor, Field(gt=0)]


class CardTopUp(Part):
    """`[card_top_up]`: how much may be topped up by card, where, and what it costs or brings."""

    gateways: Annotated[tuple[Slug, ...], Field(min_length=1), AfterValidator(_once)]
    """Providers in the order offered; those that the program is not connected to are left out."""
    smallest: Sum
    largest: Sum
    suggested: Annotated[tuple[Sum, ...], Field(max_length=6)] = ()
    commission: Steps = ()
    """What the payer pays on top of what arrives; nothing where it is left out."""
    bonus: Steps = ()
    """What the operator adds to what arrives."""
    most_in_an_hour: Annotated[int, Field(ge=3, le=1000)] = 20
    """Payments that one person, or one address without a session, may begin in an hour."""

    def commission_on(self, amount_minor: int) -> int:
        """What paying this sum in costs on top of it, in minor units."""
        return by_step(self.commission, amount_minor)

    def bonus_on(self, amount_minor: int) -> int:
        """What the operator adds to this sum, in minor units."""
        return by_step(self.bonus, amount_minor)
