"""What operations are handed besides the transaction and the case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from abonent.kernel.ids import Ids
from abonent.kernel.money import Money
from abonent.kernel.msisdn import NumberPlan
from abonent.kernel.time import Clock, Instant, day_of
from abonent.operations.ports import PaymentGateway
from abonent.profile.model import Catalog, Operator, Profile


class Secrets(Protocol):
    """Keyed secrets and password hashing."""

    def digest(self, purpose: str, value: str) -> bytes:
        """A keyed digest for look-up: voucher codes, attempt counters, tokens."""
        ...

    def seal(self, value: str) -> bytes:
        """Encrypt a short secret that must be shown again, such as a PUK."""
        ...

    def unseal(self, sealed: bytes) -> str: ...

    async def hash_password(self, password: str) -> str: ...

    async def verify_password(self, password_hash: str | None, password: str) -> bool:
        """Takes the same time for None (an unknown login) as for a real hash."""
        ...


@dataclass(frozen=True, slots=True)
class Payments:
    """The providers of payments that the program is connected to, by name.

    `public_url` is where payers and providers reach us, without a slash at its end.
    """

    public_url: str = ""
    gateways: Mapping[str, PaymentGateway] = field(default_factory=dict)


@dataclass(frozen=True)
class Env:
    profile: Profile
    clock: Clock
    ids: Ids
    secrets: Secrets
    payments: Payments = Payments()

    @property
    def operator(self) -> Operator:
        return self.profile.operator

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.profile.operator.time_zone)

    @cached_property
    def number_plan(self) -> NumberPlan:
        numbering = self.profile.operator.numbering
        return NumberPlan(
            numbering.country_code,
            numbering.national_length,
            numbering.trunk_prefix,
            numbering.accept_trunk_prefix,
        )

    def catalog(self, at: Instant | None = None) -> Catalog:
        """The catalogue in force at the instant, or now."""
        return self.profile.catalog_on(day_of(self.clock.now() if at is None else at, self.zone))

    def money(self, amount_minor: int) -> Money:
        """Minor units of the operator's currency."""
        return Money(amount_minor, self.profile.operator.currency)
