"""`catalog/YYYY-MM-DD.toml`: everything on sale from a date on."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from abonent.profile.part import Minor, Part, Slug, Unit, UsageKind, Words, Zone


class Bucket(Part):
    """A kind of allowance: which usage it covers. Lots of it belong to lines."""

    id: Slug
    name: Words
    unit: Unit
    """What is counted: `second` of calls, `sms`, or `byte` of data."""
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]
    """Where it may be used; usage of other zones never touches it."""


class Included(Part):
    """So much of a bucket: one lot when it is granted."""

    bucket: Slug
    amount: Annotated[int, Field(gt=0)]
    """In the bucket's unit: seconds, pieces, bytes."""


class Rate(Part):
    """The price of usage outside buckets: `price` for `per` units, counted in steps of `step`.

    Units are seconds, pieces or bytes. Calls are rounded up to whole steps, then priced, then
    rounded half up to a minor unit.
    """

    kind: UsageKind
    zone: Zone
    price: Minor
    per: Annotated[int, Field(gt=0)]
    step: Annotated[int, Field(gt=0)]
    setup: Minor = 0
    """Added once to every record that is charged at this rate."""


class Tariff(Part):
    """What a line pays by: the monthly fee, what it includes, and the rates of everything else."""

    id: Slug
    name: Words
    description: Words
    monthly_fee: Minor
    open: bool = True
    """Whether one may change to it; a closed tariff goes on for those who have it."""
    included: tuple[Included, ...] = ()
    """Granted with every paid month, for that month."""
    rates: tuple[Rate, ...]
    services: tuple[Slug, ...]
    """Which services and packages its lines may have."""
    unpaid: Literal["wait", "partial", "one_way"] = "wait"
    """What happens where there is too little money for the monthly fee, until it is paid.

    `wait`: the line goes on at the tariff's rates, without what the month would include. `partial`:
    it goes on so at the rates of the tariff `unpaid_rates`. `one_way`: the network lets it receive
    only.
    """
    unpaid_rates: Slug | None = None
    """By whose rates the line pays as it goes; `partial` needs it."""
    fees: dict[str, Minor] = Field(default_factory=dict)
    """Prices of operations on this tariff, by operation name."""

    def rate(self, kind: UsageKind, zone: Zone) -> Rate | None:
        """The rate of a kind of usage in a zone; a checked profile has all that can occur."""
        return self._rates.get((kind, zone))

    @cached_property
    def _rates(self) -> dict[tuple[str, str], Rate]:
        return {(rate.kind, rate.zone): rate for rate in self.rates}


class Service(Part):
    """An option that is switched on and off, paid once, daily or monthly, or free."""

    id: Slug
    name: Words
    description: Words
    group: Slug
    activation_price: Minor = 0
    fee: Minor = 0
    period: Literal["day", "month", "none"] = "none"
    feature: str | None = None
    """What the network does: `caller_id`, `hide_number`, `forwarding`, `roaming` …"""
    content: bool = False
    """Whether it is content, which is paid with one's own money alone, never with what is lent."""
    included: tuple[Included, ...] = ()
    """Granted with every paid period, for that period."""
    unpaid: Literal["wait", "one_way"] = "wait"
    """Where there is too little money for its fee it is off until that is paid; `one_way`: and the
    line can only receive meanwhile."""
    excludes: tuple[Slug, ...] = ()


class Package(Part):
    """An allowance bought once: paid now, valid `valid_days` from then.

    With `renew` it is bought again by itself whenever it ends, until that is withdrawn or costs
    more than what was agreed to.
    """

    id: Slug
    name: Words
    description: Words
    price: Minor
    valid_days: Annotated[int, Field(gt=0, le=366)]
    included: Annotated[tuple[Included, ...], Field(min_length=1)]
    renew: bool = False


class Gift(Part):
    """What bonus points are exchanged for: lots, money, a discount, something sent, or several."""

    id: Slug
    name: Words
    description: Words
    points: Annotated[int, Field(gt=0)]
    valid_days: Annotated[int, Field(gt=0, le=366)] = 30
    included: tuple[Included, ...] = ()
    money: Minor = 0
    bonus: Slug | None = None
    """The bonus of `operator.toml` that pays, in whole units; points where it is left out."""
    discount_percent: Annotated[int, Field(ge=0, le=100)] = 0
    """Off each of the next `discount_fees` monthly fees of the line."""
    discount_fees: Annotated[int, Field(ge=1, le=24)] = 1
    parcel: bool = False
    """Whether it is sent to an address, which is asked for."""


class Group(Part):
    """A heading under which services are listed, in the order of the catalogue."""

    id: Slug
    name: Words


class Loyalty(Part):
    """How bonus points are earned and how long they live."""

    points_per_top_up: Minor
    """So much money topped up earns one point."""
    points_valid_days: Annotated[int, Field(gt=0, le=3660)]


class Catalog(Part):
    """Everything on sale from a date on. Never edited after its date; a new file follows."""

    valid_from: date
    buckets: tuple[Bucket, ...]
    tariffs: tuple[Tariff, ...]
    groups: tuple[Group, ...]
    services: tuple[Service, ...]
    packages: tuple[Package, ...]
    gifts: tuple[Gift, ...]
    loyalty: Loyalty

    def bucket(self, id: str) -> Bucket | None:
        return self._buckets.get(id)

    def tariff(self, id: str) -> Tariff | None:
        return self._tariffs.get(id)

    def group(self, id: str) -> Group | None:
        return self._groups.get(id)

    def service(self, id: str) -> Service | None:
        return self._services.get(id)

    def package(self, id: str) -> Package | None:
        return self._packages.get(id)

    def gift(self, id: str) -> Gift | None:
        return self._gifts.get(id)

    def item(self, kind: str, id: str) -> "Item | None":
        """The thing of a kind (`bucket`, `tariff`, `group`, `service`, `package`, `gift`)."""
        shelves: Mapping[str, Mapping[str, Item]] = {
            "bucket": self._buckets,
            "tariff": self._tariffs,
            "group": self._groups,
            "service": self._services,
            "package": self._packages,
            "gift": self._gifts,
        }
        return shelves.get(kind, {}).get(id)

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """What each bucket counts, by its id."""
        return {bucket.id: bucket.unit for bucket in self.buckets}

    @cached_property
    def _buckets(self) -> Mapping[str, Bucket]:
        return {bucket.id: bucket for bucket in self.buckets}

    @cached_property
    def _tariffs(self) -> Mapping[str, Tariff]:
        return {tariff.id: tariff for tariff in self.tariffs}

    @cached_property
    def _groups(self) -> Mapping[str, Group]:
        return {group.id: group for group in self.groups}

    @cached_property
    def _services(self) -> Mapping[str, Service]:
        return {service.id: service for service in self.services}

    @cached_property
    def _packages(self) -> Mapping[str, Package]:
        return {package.id: package for package in self.packages}

    @cached_property
    def _gifts(self) -> Mapping[str, Gift]:
        return {gift.id: gift for gift in self.gifts}


Item = Bucket | Tariff | Group | Service | Package | Gift
"""A thing with a name that a catalogue holds."""
