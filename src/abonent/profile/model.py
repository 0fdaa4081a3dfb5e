"""What a profile says, as frozen objects. Every rule that differs between operators is here.

Money in profile files is a decimal string in the operator's currency; here it is minor units.
Durations carry their unit in the name. Hard bounds (OWASP ASVS 5.0, V6) are the validators'.
"""

from collections.abc import Iterator
from datetime import date

from pydantic import Field

from abonent.profile.auto_payment import AutoPayment
from abonent.profile.bonuses import Bonus
from abonent.profile.catalog import (
    Bucket,
    Catalog,
    Gift,
    Group,
    Included,
    Loyalty,
    Package,
    Rate,
    Service,
    Tariff,
)
from abonent.profile.detail_fee import DetailFee
from abonent.profile.lending import CollectCall, PromisedOffer, PromisedPayment, Transfer
from abonent.profile.money_rules import CardTopUp
from abonent.profile.operator import (
    Brand,
    Codes,
    Contact,
    Limits,
    Locks,
    News,
    Numbering,
    Operator,
    Password,
    Proof,
    Retention,
    Session,
)
from abonent.profile.papers import Invoices, Legal, Registration
from abonent.profile.part import Minor, Part, Slug, Unit, UsageKind, Words, Zone

__all__ = [
    "AutoPayment",
    "Bonus",
    "Brand",
    "Bucket",
    "CardTopUp",
    "Catalog",
    "Codes",
    "CollectCall",
    "Contact",
    "DetailFee",
    "Gift",
    "Group",
    "Included",
    "Invoices",
    "Legal",
    "Limits",
    "Locks",
    "Loyalty",
    "Menu",
    "Minor",
    "News",
    "Numbering",
    "Operator",
    "Package",
    "Part",
    "Password",
    "Profile",
    "PromisedOffer",
    "PromisedPayment",
    "Proof",
    "Rate",
    "Registration",
    "Retention",
    "Service",
    "Session",
    "Slug",
    "Tariff",
    "Transfer",
    "Unit",
    "UsageKind",
    "Words",
    "Zone",
]


class Menu(Part):
    """A dialogue tree as written in `menus/NAME.toml`; read by channels/dialogue."""

    name: str
    source: str
    """The file's text, for messages that name a line."""
    tree: dict[str, object]


class Profile(Part):
    """One operator. `texts` and `help` are by language, then by key or section."""

    name: str
    operator: Operator
    catalogs: tuple[Catalog, ...]
    """Oldest first, at least one."""
    menus: tuple[Menu, ...] = ()
    texts: dict[str, dict[str, object]] = Field(default_factory=dict)
    """The operator's own texts by language: nested tables as in channels/wording."""
    help: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Markdown source by language and section."""
    mark_svg: str = ""
    """The brand mark, an SVG of `brand/mark.svg`."""

    def catalog_on(self, day: date) -> Catalog:
        """The catalogue in force on a local day; days before the first one have the first."""
        in_force = self.catalogs[0]
        for catalog in self.catalogs[1:]:
            if catalog.valid_from <= day:
                in_force = catalog
        return in_force

    def named(self, kind: str, id: str) -> Words | None:
        """The name of a `tariff`, `service`, `package`, `gift`, `bucket`, `group` or `news`.

        The newest catalogue that has the thing speaks; None where no catalogue ever had it.
        """
        for item in self._versions(kind, id):
            return item.title if isinstance(item, News) else item.name
        return None

    def described(self, kind: str, id: str) -> Words | None:
        """The description of the same things; None for a kind that has none."""
        for item in self._versions(kind, id):
            if isinstance(item, News):
                return item.text
            return None if isinstance(item, Bucket | Group | Bonus) else item.description
        return None

    def _versions(self, kind: str, id: str) -> "Iterator[Described]":
        if kind == "news":
            yield from (news for news in self.operator.news if news.id == id)
        if kind == "bonus":
            yield from (bonus for bonus in self.operator.bonuses if bonus.id == id)
        for catalog in reversed(self.catalogs):
            item = catalog.item(kind, id)
            if item is not None:
                yield item


Described = Bucket | Tariff | Group | Service | Package | Gift | News | Bonus
