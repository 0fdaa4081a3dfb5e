"""`operator.toml`: who the operator is, and the rules that hold whatever is on sale."""

from datetime import date
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from abonent.kernel.msisdn import NumberPlan
from abonent.profile.auto_payment import AutoPayment
from abonent.profile.bonuses import Bonus, Parcels
from abonent.profile.detail_fee import DetailFee
from abonent.profile.lending import CollectCall, PromisedPayment, Transfer
from abonent.profile.money_rules import CardTopUp
from abonent.profile.papers import Invoices, Legal
from abonent.profile.part import Digits, Minor, Part, Slug, Words, known_language, known_zone

Day = date
"""The type, for a class that has a field of its name."""


class Brand(Part):
    name: Words
    hue: Annotated[int, Field(ge=0, lt=360)]
    """Accent hue of OKLCH, degrees; shades are derived and contrast-checked when loaded."""


class Numbering(Part):
    """How subscribers' numbers look, and which numbers are special."""

    country_code: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}$")]
    national_length: Annotated[int, Field(ge=4, le=12)]
    trunk_prefix: Digits = "0"
    accept_trunk_prefix: bool = False
    own_prefixes: tuple[Digits, ...]
    """First digits of the national number that belong to this operator: on-net."""
    emergency: tuple[Digits, ...]
    free: tuple[Digits, ...]
    """Short numbers that cost nothing, such as the contact centre."""

    @property
    def plan(self) -> NumberPlan:
        """The rules by which a typed number is read."""
        return NumberPlan(
            self.country_code, self.national_length, self.trunk_prefix, self.accept_trunk_prefix
        )


class Password(Part):
    """Rules for passwords that subscribers choose; `check.warnings` compares them with ASVS."""

    min_length: Annotated[int, Field(ge=6, le=64)]
    max_length: Annotated[int, Field(ge=8, le=128)]
    needs: tuple[Literal["digit", "letter", "lower", "upper"], ...] = ()
    latin_only: bool = False


class Locks(Part):
    """How many wrong secrets are borne. The bounds are for safety: a profile cannot lift them."""

    max_wrong_passwords: Annotated[int, Field(ge=3, le=100)]
    lock_minutes: Annotated[int, Field(ge=1, le=1440)]
    max_wrong_puks: Annotated[int, Field(ge=3, le=10)]
    max_wrong_vouchers: Annotated[int, Field(ge=3, le=10)]
    """Wrong voucher codes per line before redeeming pauses for `lock_minutes`."""
    max_wrong_vouchers_in_all: Annotated[int, Field(ge=100, le=1_000_000)] = 1000
    """Wrong codes of everybody in `lock_minutes` that are taken for an attack: while it lasts, one
    wrong code pauses redeeming, of a line as of an address."""
    max_wrong_receivers: Annotated[int, Field(ge=3, le=100)] = 10
    """Numbers in a day that cannot receive what a person wants to send, or to ask them for."""
    max_tries_per_address: Annotated[int, Field(ge=10, le=1000)]
    """Wrong secrets per client address in `lock_minutes`, whatever the number."""


class Codes(Part):
    """One-time codes by SMS (OWASP ASVS 5.0, 6.5.5 and 6.6.3)."""

    digits: Annotated[int, Field(ge=6, le=10)] = 6
    valid_minutes: Annotated[int, Field(ge=1, le=10)] = 5
    max_tries: Annotated[int, Field(ge=1, le=5)] = 5


class Session(Part):
    """How long a log-in lasts: without activity, and at most."""

    idle_minutes: Annotated[int, Field(ge=2, le=60)]
    warn_seconds: Annotated[int, Field(ge=20, le=300)]
    """How long before the log-out the page warns."""
    longest_hours: Annotated[int, Field(ge=1, le=720)]


class Contact(Part):
    """A way to call the operator. `label` says from which kind of phone."""

    number: Annotated[str, StringConstraints(pattern=r"^[+*#0-9][0-9 *#()-]{1,24}$")]
    label: Words
    price: Words
    hours: Words


class Proof(Part):
    """An operation that asks for a one-time code before it is confirmed."""

    operation: str
    by: Literal["sms"]
    channels: tuple[Literal["web", "api", "ussd", "staff"], ...] = ("web", "api", "staff")
    """Not by USSD unless it is named: the dialogue comes from the telephone that gets the code."""


class Retention(Part):
    """How long things are kept that serve no one afterwards.

    Receipts can be opened for `sessions_days`, too; what they say of is in journal and ledger.
    """

    proposals_hours: Annotated[int, Field(ge=1, le=168)] = 24
    sessions_days: Annotated[int, Field(ge=1, le=400)] = 90


class Limits(Part):
    detail_longest_days: Annotated[int, Field(ge=1, le=400)]
    """The longest period that an itemised bill or statistics may cover."""
    history_months: Annotated[int, Field(ge=1, le=60)]
    """How far back such a period may begin."""
    balance_max: Minor
    """A top-up that would lift the balance above this is refused."""


class News(Part):
    """Something new that the operator tells its subscribers (Z8)."""

    id: Slug
    date: Day
    title: Words
    text: Words
    until: Day | None = None
    """The last day on which it is shown; shown as long as it is new where it is left out."""
    tariff: Slug | None = None
    """Shown only to lines of this tariff; to everybody where it is left out."""


class Operator(Part):
    """`operator.toml`: who the operator is, and the rules that hold whatever is on sale."""

    id: Slug
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    currency: Literal["UAH", "RUB", "EUR", "USD", "GBP", "PLN"]
    time_zone: Annotated[str, AfterValidator(known_zone)]
    """IANA name; local days, months and midnights are of this zone."""
    languages: Annotated[
        tuple[Annotated[str, AfterValidator(known_language)], ...], Field(min_length=1)
    ]
    """In the order offered; the first is the default."""
    sms_sender: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,11}$")]
    accepts: Annotated[tuple[Literal["prepaid", "postpaid"], ...], Field(min_length=1)]
    sections: tuple[str, ...]
    """The menu, in order: ids of pages."""
    tabs: Annotated[tuple[str, ...], Field(min_length=5, max_length=5)]
    """The five tabs at the bottom of the phone layout."""
    brand: Brand
    legal: Legal | None = None
    """Who stands on papers; only the brand's name does where it is left out."""
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
    bonuses: tuple[Bonus, ...] = ()
    parcels: Parcels | None = None
    card_top_up: CardTopUp | None = None
    detail_fee: DetailFee | None = None
    promised_payment: PromisedPayment | None = None
    transfer: Transfer | None = None
    collect_call: CollectCall | None = None
    auto_payment: AutoPayment | None = None
    forwarding_kinds: tuple[Literal["unconditional", "busy", "no_reply", "unreachable"], ...]
    contacts: Annotated[tuple[Contact, ...], Field(min_length=1)]
    news: tuple[News, ...] = ()
    invoices: Invoices | None = None

    def bonus(self, id: str) -> Bonus | None:
        return next((bonus for bonus in self.bonuses if bonus.id == id), None)

    @cached_property
    def exchange(self) -> tuple[Bonus, ...] | None:
        """The bonuses that are exchanged for money; None where there are none."""
        return tuple(bonus for bonus in self.bonuses if bonus.worth) or None

    @cached_property
    def passing(self) -> Bonus | None:
        """The bonus that can be passed to a mobile number."""
        return next((bonus for bonus in self.bonuses if bonus.passed_to_mobile), None)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
