"""What of an operator's catalogue suits somebody: the demo's people know no ids, only wishes."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from statistics import median_low

from abonent.kernel.money import MINOR_DIGITS
from abonent.profile.model import Catalog, Included, Operator, Service, Tariff, Unit

_FEE_OF_NO_TARIFF = 150
"""What people measure by where no tariff has a monthly fee, in whole units of the currency."""
_FACES = (0.2, 1, 2, 4)
"""Face values of vouchers, in thirds of a middling monthly fee."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A kind of service, and which of those that are so: the `nth`, in the catalogue's order."""

    period: str
    """day, month, or none for a service without a fee."""
    unit: Unit | None = None
    """What its included lots are counted in; None for a service that includes none."""
    nth: int = 0


class Shelf:
    """What was on sale at the beginning of the demo's history and still is."""

    def __init__(self, operator: Operator, first: Catalog, last: Catalog) -> None:
        self._first = first
        self._last = last
        self._one = 10 ** MINOR_DIGITS[operator.currency]

    def tariff(self, place: float) -> str:
        """An open tariff by its place from the cheapest (0) to the dearest (1)."""
        ladder = self._open
        return ladder[round(place * (len(ladder) - 1))].id

    def oldest_tariff(self) -> str:
        """A tariff that one can no longer change to, or else the cheapest."""
        closed = [tariff for tariff in self._tariffs if not tariff.open]
        return (closed or self._open)[0].id

    def service(self, tariff: str, wish: Wish) -> str | None:
        """A service that lines of the tariff may have."""
        allowed = self._allowed(tariff)
        found = [
            service.id
            for service in self._last.services
            if service.id in allowed and self._suits(service, wish)
        ]
        return found[wish.nth] if wish.nth < len(found) else None

    def package(self, tariff: str, unit: Unit) -> str | None:
        """The cheapest package that is counted in the unit."""
        allowed = self._allowed(tariff)
        found = [
            package
            for package in self._last.packages
            if package.id in allowed and unit in self._units(package.included)
        ]
        return min(found, key=lambda package: package.price).id if found else None

    def gift(self) -> str | None:
        """The gift that takes the fewest points."""
        gifts = self._last.gifts
        return min(gifts, key=lambda gift: gift.points).id if gifts else None

    @cached_property
    def typical_fee_minor(self) -> int:
        """A middling monthly fee, by which the demo's people measure their money."""
        fees = [tariff.monthly_fee for tariff in self._open if tariff.monthly_fee]
        return median_low(fees) if fees else _FEE_OF_NO_TARIFF * self._one

    def faces(self) -> tuple[int, ...]:
        """Face values of vouchers in minor units, small to large, in whole tens of the currency."""
        third, ten = self.typical_fee_minor / 3, 10 * self._one
        return tuple(max(1, round(third * times / ten)) * ten for times in _FACES)

    @cached_property
    def _tariffs(self) -> list[Tariff]:
        return [tariff for tariff in self._last.tariffs if self._first.tariff(tariff.id)]

    @cached_property
    def _open(self) -> list[Tariff]:
        stayed = [tariff for tariff in self._tariffs if tariff.open] or list(self._tariffs)
        return sorted(stayed, key=lambda tariff: tariff.monthly_fee)

    def _allowed(self, tariff: str) -> set[str]:
        """Services and packages of a tariff, from the beginning of the history until now."""
        known = [shelf.tariff(tariff) for shelf in (self._first, self._last)]
        allowed = [set(found.services) for found in known if found is not None]
        return set.intersection(*allowed) if allowed else set()

    def _suits(self, service: Service, wish: Wish) -> bool:
        cost = service.activation_price + service.fee
        units = {wish.unit} if wish.unit else set()
        return (
            service.period == wish.period
            and bool(cost) == (wish.period != "none")
            and self._units(service.included) == units
        )

    def _units(self, included: Iterable[Included]) -> set[str]:
        buckets = (self._last.bucket(part.bucket) for part in included)
        return {bucket.unit for bucket in buckets if bucket is not None}
