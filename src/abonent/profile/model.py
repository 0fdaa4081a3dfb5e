"""What a profile says, as frozen objects. Every rule that differs between operators is here.

Money in profile files is a decimal string in the operator's currency; here it is minor units.
Durations carry their unit in the name. Hard bounds (OWASP ASVS 5.0, V6) are the validators'.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from abonent.kernel.money import parse_money


def _minor(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError("write an amount as a decimal string, such as \"12.50\"")
    return parse_money(value, "UAH").amount_minor


Minor = Annotated[int, BeforeValidator(_minor)]
"""Minor units, read from a decimal string with at most two digits after the point."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,47}$")]
Words = dict[str, str]
"""One text per language of the profile; `profile check` reports a missing language."""

Unit = Literal["second", "sms", "byte"]
UsageKind = Literal["call", "sms", "data"]
Zone = Literal["onnet", "national", "international", "emergency", "free", "internet"]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# operator.toml ---------------------------------------------------------------------------------


class Brand(Part):
    name: Words
    hue: Annotated[int, Field(ge=0, lt=360)]
    """Accent hue of OKLCH, degrees; shades are derived and contrast-checked when loaded."""


class Numbering(Part):
    country_code: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}$")]
    national_length: Annotated[int, Field(ge=4, le=12)]
    trunk_prefix: str = "0"
    accept_trunk_prefix: bool = False
    own_prefixes: tuple[str, ...]
    """First digits of the national number that belong to this operator: on-net."""
    emergency: tuple[str, ...]
    free: tuple[str, ...]
    """Short numbers that cost nothing, such as the contact centre."""


class Password(Part):
    min_length: Annotated[int, Field(ge=4, le=64)]
    max_length: Annotated[int, Field(ge=8, le=128)]
    needs: tuple[Literal["digit", "letter", "lower", "upper"], ...] = ()
    latin_only: bool = False


class Locks(Part):
    max_wrong_passwords: Annotated[int, Field(ge=3, le=100)]
    lock_minutes: Annotated[int, Field(ge=1, le=1440)]
    max_wrong_puks: Annotated[int, Field(ge=3, le=10)]
    max_wrong_vouchers: Annotated[int, Field(ge=3, le=10)]
    """Wrong voucher codes per line before redeeming pauses for `lock_minutes`."""
    max_tries_per_address: Annotated[int, Field(ge=10, le=1000)]
    """Wrong secrets per client address in `lock_minutes`, whatever the number."""


class Codes(Part):
    digits: Annotated[int, Field(ge=6, le=10)] = 6
    valid_minutes: Annotated[int, Field(ge=1, le=10)] = 5
    max_tries: Annotated[int, Field(ge=1, le=5)] = 5


class Session(Part):
    idle_minutes: Annotated[int, Field(ge=2, le=60)]
    warn_seconds: Annotated[int, Field(ge=20, le=300)]
    """How long before the log-out the page warns."""
    longest_hours: Annotated[int, Field(ge=1, le=720)]


class Contact(Part):
    number: str
    label: Words
    price: Words
    hours: Words


class Proof(Part):
    operation: str
    by: Literal["sms"]


class Retention(Part):
    proposals_hours: Annotated[int, Field(ge=1, le=168)] = 24
    sessions_days: Annotated[int, Field(ge=1, le=400)] = 90


class Limits(Part):
    detail_longest_days: Annotated[int, Field(ge=1, le=400)]
    """The longest period that an itemised bill or statistics may cover."""
    history_months: Annotated[int, Field(ge=1, le=60)]
    balance_max: Minor
    """A top-up that would lift the balance above this is refused."""


class News(Part):
    id: Slug
    date: date
    title: Words
    text: Words
    tariff: Slug | None = None
    """Shown only to lines of this tariff; to everybody where it is left out."""


class Operator(Part):
    id: Slug
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    currency: Literal["UAH", "RUB", "EUR", "USD", "GBP", "PLN"]
    time_zone: str
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    """In the order offered; the first is the default."""
    sms_sender: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,11}$")]
    accepts: tuple[Literal["prepaid", "postpaid"], ...]
    sections: tuple[str, ...]
    """The menu, in order: ids of pages."""
    tabs: Annotated[tuple[str, ...], Field(min_length=5, max_length=5)]
    """The five tabs at the bottom of the phone layout."""
    brand: Brand
    numbering: Numbering
    password: Password
    locks: Locks
    codes: Codes = Codes()
    session: Session
    limits: Limits
    retention: Retention = Retention()
    fees: dict[str, Minor]
    """Price by operation name; a tariff's own `fees` go before these; absent is free."""
    notices: tuple[str, ...]
    """Kinds of SMS notice sent: `login`, `order_detail`, `set_forwarding` …"""
    optional_notices: tuple[str, ...]
    """Those of `notices` that the subscriber may switch off."""
    proof: tuple[Proof, ...] = ()
    forwarding_kinds: tuple[Literal["unconditional", "busy", "no_reply", "unreachable"], ...]
    contacts: tuple[Contact, ...]
    news: tuple[News, ...] = ()


# catalog/YYYY-MM-DD.toml -----------------------------------------------------------------------


class Bucket(Part):
    """A kind of allowance: which usage it covers. Lots of it belong to lines."""

    id: Slug
    name: Words
    unit: Unit
    zones: tuple[Zone, ...]


class Included(Part):
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
    fees: dict[str, Minor] = {}
    """Prices of operations on this tariff."""


class Service(Part):
    id: Slug
    name: Words
    description: Words
    group: Slug
    activation_price: Minor = 0
    fee: Minor = 0
    period: Literal["day", "month", "none"] = "none"
    feature: str | None = None
    """What the network does: `caller_id`, `hide_number`, `forwarding`, `roaming` …"""
    included: tuple[Included, ...] = ()
    """Granted with every paid period, for that period."""
    excludes: tuple[Slug, ...] = ()


class Package(Part):
    id: Slug
    name: Words
    description: Words
    price: Minor
    valid_days: Annotated[int, Field(gt=0, le=366)]
    included: tuple[Included, ...]


class Gift(Part):
    id: Slug
    name: Words
    description: Words
    points: Annotated[int, Field(gt=0)]
    valid_days: Annotated[int, Field(gt=0, le=366)] = 30
    included: tuple[Included, ...] = ()
    money: Minor = 0


class Group(Part):
    id: Slug
    name: Words


class Loyalty(Part):
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


# the whole -------------------------------------------------------------------------------------


class Menu(Part):
    """A dialogue tree as written in `menus/NAME.toml`; read by channels/dialogue."""

    name: str
    source: str
    tree: dict[str, object]


class Profile(Part):
    """One operator. `texts` and `help` are by language, then by key or section."""

    name: str
    operator: Operator
    catalogs: tuple[Catalog, ...]
    menus: tuple[Menu, ...] = ()
    texts: dict[str, dict[str, object]] = {}
    help: dict[str, dict[str, str]] = {}
    """Markdown source by language and section."""
    mark_svg: str = ""
    """The brand mark, an SVG of `brand/mark.svg`."""
