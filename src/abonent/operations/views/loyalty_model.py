"""The shapes of the view of points and other bonuses."""

from dataclasses import dataclass

from abonent.kernel.money import Money
from abonent.kernel.text import Item, Text
from abonent.kernel.time import Instant
from abonent.operations.views.model import Event, IncludedRow


@dataclass(frozen=True, slots=True)
class BonusLeft:
    """How much of a bonus there is, and what may be done with it."""

    id: str
    name: Item
    amount: Money
    expiring: Money
    """How much of it expires on `expiring_at`, the soonest date."""
    expiring_at: Instant | None
    worth: Money | None
    """What all of it is exchanged for; None where it is not."""
    passable: bool
    """Whether this line can pass it to a mobile number."""


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A gift that is sent to an address. `state`: ordered, sent, delivered or returned."""

    id: int
    gift: Item
    state: Item
    ordered_at: Instant
    changed_at: Instant


@dataclass(frozen=True, slots=True)
class GiftRow:
    """`points`: what it costs in points; 0 where another bonus pays, whose `price` it is."""

    id: str
    name: Item
    points: int
    included: tuple[IncludedRow, ...]
    money: Money
    affordable: bool
    price: Money
    discount_percent: int = 0
    discount_fees: int = 0
    """How many monthly fees the discount is for."""
    parcel: bool = False
    """Whether a name and an address are needed."""


@dataclass(frozen=True, slots=True)
class PointsMove:
    id: int
    at: Instant
    what: Text
    points: int


@dataclass(frozen=True, slots=True)
class LoyaltyView:
    points: int
    expiring: int
    """How many of them expire on `expiring_at`, the soonest date."""
    expiring_at: Instant | None
    gifts: tuple[GiftRow, ...]
    history: tuple[PointsMove, ...]
    bonuses: tuple[BonusLeft, ...] = ()
    """Those of the operator besides points."""
    bonus_history: tuple[Event, ...] = ()
    parcels: tuple[ParcelRow, ...] = ()
