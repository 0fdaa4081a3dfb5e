"""The shapes of all views. The page, the JSON body and the USSD screen render the same objects.

Names of tariffs, services and so on are `Item`s, and sentences are `Text`s: wording turns both into
a language. `id` is what inputs of operations name.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from abonent.kernel.ids import AccountId, ContractId, LineId
from abonent.kernel.money import Money
from abonent.kernel.text import Item, Text
from abonent.kernel.time import Instant


@dataclass(frozen=True, slots=True)
class LineRef:
    """A line of the person as the switcher shows it: number (or login) and own name for it."""

    id: LineId
    number: str
    label: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class BucketLeft:
    """What is left of one lot: `unit` is second, sms or byte; of `granted`; until `expires_at`."""

    id: int
    bucket: Item
    unit: str
    left: int
    granted: int
    expires_at: Instant | None


@dataclass(frozen=True, slots=True)
class NextCharge:
    """A fee that will be charged by itself, and every `period` after that.

    A period is day, month, none, or so many days (`7-days`). `waiting`: it was due, and there was
    too little money.
    """

    id: int
    line: LineId
    at: Instant
    amount: Money
    what: Text
    period: str
    waiting: bool
    later: tuple[Money, ...] = ()
    """What the following ones cost, where a discount ends; all after them cost the same."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What will be charged by itself, soonest first, and how far the money goes."""

    charges: tuple[NextCharge, ...]
    days_left: int | None
    """Whole days the money lasts: fees as they come back, usage as lately. None: over a year."""
    top_up: Money | None
    """What is missing for the next 30 days; None where nothing is."""
    top_up_by: Instant | None
    """When that will be felt."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the account: positive amounts came in, negative went out."""

    id: int
    at: Instant
    what: Text
    amount: Money | None


@dataclass(frozen=True, slots=True)
class NewsItem:
    """Something new from the operator. `tariff`: whom it is for; None: everybody."""

    id: str
    day: date
    title: Text
    text: Text
    tariff: Item | None


@dataclass(frozen=True, slots=True)
class BonusAmount:
    """How much of a bonus there is."""

    id: str
    name: Item
    amount: Money


@dataclass(frozen=True, slots=True)
class HomeView:
    line: LineRef
    contract: ContractId
    account: AccountId
    tariff: Item
    balance: Money
    points: int
    days_left: int | None
    """Whole days the money lasts: fees as they come back, usage as lately. None: over a year."""
    next_charge: NextCharge | None
    buckets: tuple[BucketLeft, ...]
    events: tuple[Event, ...]
    pending_tariff: Item | None
    news: tuple[NewsItem, ...]
    top_up: Money | None = None
    """What is missing for the next 30 days; None where nothing is."""
    top_up_by: Instant | None = None
    """When that will be felt."""
    promised: Money | None = None
    """The largest promised payment to be had, where there is little money and any is offered."""
    bonuses: tuple[BonusAmount, ...] = ()
    """What there is of each of the operator's bonuses besides points."""


@dataclass(frozen=True, slots=True)
class KindTotal:
    """`kind` is call, sms or data for usage; fee for everything else that was charged."""

    kind: str
    count: int
    amount: int
    """Seconds, pieces or bytes used; 0 for fees."""
    charge: Money


@dataclass(frozen=True, slots=True)
class DayTotal:
    day: date
    charges: dict[str, int]
    """Minor units by kind."""


@dataclass(frozen=True, slots=True)
class UsageRecordRow:
    id: int
    at: Instant
    kind: Literal["call", "sms", "data"]
    direction: Literal["out", "in"]
    peer: str
    zone: str
    amount: int
    from_buckets: int
    """How much of `amount` the buckets covered."""
    charge: Money


@dataclass(frozen=True, slots=True)
class DetailOrder:
    """An itemised bill that was paid for; readable for ever at no further price."""

    id: int
    ordered_at: Instant
    first_day: date
    last_day: date
    price: Money


@dataclass(frozen=True, slots=True)
class UsageView:
    """Totals of a period of local days, both included. Free of charge."""

    first_day: date
    last_day: date
    total: Money
    kinds: tuple[KindTotal, ...]
    days: tuple[DayTotal, ...]
    detail_price: Money
    orders: tuple[DetailOrder, ...]


@dataclass(frozen=True, slots=True)
class DetailView:
    """The records of a detail that was ordered, newest first, a page at a time."""

    order: DetailOrder
    records: tuple[UsageRecordRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class RateRow:
    kind: str
    zone: str
    price: Money
    per: int
    step: int
    setup: Money


@dataclass(frozen=True, slots=True)
class IncludedRow:
    bucket: Item
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class TariffCard:
    id: str
    name: Item
    monthly_fee: Money
    included: tuple[IncludedRow, ...]
    rates: tuple[RateRow, ...]
    change_price: Money
    own_month: Money
    """What one's own last 30 days would have cost on it, fee included."""
    difference: Money
    """`own_month` less the same on the current tariff; negative is cheaper."""


@dataclass(frozen=True, slots=True)
class TariffChange:
    """A change of tariff, done or to come. `from_tariff` is None for the first one."""

    id: int
    at: Instant
    from_tariff: Item | None
    to_tariff: Item


@dataclass(frozen=True, slots=True)
class TariffsView:
    current: TariffCard
    others: tuple[TariffCard, ...]
    pending: TariffChange | None
    history: tuple[TariffChange, ...]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """`state`: off, on, or paused (no money for its fee). `period`: day, month or none."""

    id: str
    name: Item
    group: Item
    activation_price: Money
    fee: Money
    period: str
    state: Literal["on", "off", "paused"]
    since: Instant | None
    until: Instant | None
    """What has been paid for ends then."""


@dataclass(frozen=True, slots=True)
class PackageRow:
    id: str
    name: Item
    price: Money
    valid_days: int
    included: tuple[IncludedRow, ...]
    renews: bool = False
    """Whether it is bought again by itself when it ends, once it is bought."""
    renewal_at: Instant | None = None
    """When it will be; None where it will not."""


@dataclass(frozen=True, slots=True)
class Forwarding:
    kind: str
    to: str


@dataclass(frozen=True, slots=True)
class ServicesView:
    mine: tuple[ServiceRow, ...]
    available: tuple[ServiceRow, ...]
    monthly_cost: Money
    """Of all services that are on, a day's fee counted thirty times."""
    packages: tuple[PackageRow, ...]
    forwarding: tuple[Forwarding, ...]
    forwarding_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeSetting:
    kind: str
    on: bool
    optional: bool


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: int
    started_at: Instant
    last_seen_at: Instant
    channel: str
    device: str
    current: bool


@dataclass(frozen=True, slots=True)
class ProfileView:
    name: str
    language: str
    lines: tuple[LineRef, ...]
    line: LineRef
    tariff: Item
    contract_number: str
    customer_since: Instant
    notices: tuple[NoticeSetting, ...]
    sessions: tuple[SessionRow, ...]


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A visit or an operation. `result` is done or refused."""

    id: int
    at: Instant
    channel: str
    who: Literal["self", "staff", "system", "guest"]
    what: Text
    result: str


@dataclass(frozen=True, slots=True)
class JournalView:
    items: tuple[JournalRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class MovementsView:
    """Money in and out of the account, newest first, a page at a time."""

    items: tuple[Event, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ContactRow:
    number: str
    label: Text
    price: Text
    hours: Text


@dataclass(frozen=True, slots=True)
class ContactsView:
    items: tuple[ContactRow, ...]
