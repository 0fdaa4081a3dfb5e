"""The bodies of answers where a view is not one already: lists with their `items` and `next`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from abonent.kernel.money import Money
from abonent.kernel.text import Item, Text
from abonent.kernel.time import Instant
from abonent.operations.views.model import (
    ContactRow,
    DetailOrder,
    DetailView,
    Forwarding,
    KindTotal,
    NextCharge,
    NoticeSetting,
    Outlook,
    PackageRow,
    ServiceRow,
    ServicesView,
    TariffCard,
    TariffChange,
    TariffsView,
    UsageRecordRow,
    UsageView,
)
from abonent.operations.views.paging import cursor_of, position

T = TypeVar("T")


def page(items: Sequence[T], cursor: str | None, limit: int) -> tuple[tuple[T, ...], str | None]:
    """A page of a list that is short enough to be read whole, and the cursor of the next one."""
    begin = 0 if cursor is None else position(cursor)[0]
    end = begin + limit
    return tuple(items[begin:end]), cursor_of(Instant(end), 0) if end < len(items) else None


@dataclass(frozen=True, slots=True)
class DayCharges:
    day: date
    charges: dict[str, Money]
    """By kind; kinds that cost nothing that day are left out."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Totals of a period of local days, both included. Free of charge."""

    first_day: date
    last_day: date
    total: Money
    kinds: tuple[KindTotal, ...]
    days: tuple[DayCharges, ...]
    detail_price: Money
    """What the itemised records of the same line cost."""
    orders: tuple[DetailOrder, ...]

    @classmethod
    def of(cls, view: UsageView, group: str | None) -> "Usage":
        """With `group`, totals by that alone."""
        currency = view.total.currency
        days = tuple(
            DayCharges(day.day, {kind: Money(sum, currency) for kind, sum in day.charges.items()})
            for day in view.days
        )
        return cls(
            view.first_day,
            view.last_day,
            view.total,
            view.kinds if group != "day" else (),
            days if group != "kind" else (),
            view.detail_price,
            view.orders,
        )


@dataclass(frozen=True, slots=True)
class Detail:
    """The records of an order, newest first."""

    order: DetailOrder
    items: tuple[UsageRecordRow, ...]
    next: str | None

    @classmethod
    def of(cls, view: DetailView) -> "Detail":
        return cls(view.order, view.records, view.next)


@dataclass(frozen=True, slots=True)
class Tariffs:
    """One's own tariff first, then those that one may change to."""

    items: tuple[TariffCard, ...]
    next: str | None
    current: str
    """The id of one's own."""
    pending: TariffChange | None

    @classmethod
    def of(cls, view: TariffsView, cursor: str | None, limit: int) -> "Tariffs":
        cards = page((view.current, *view.others), cursor, limit)
        return cls(*cards, view.current.id, view.pending)


@dataclass(frozen=True, slots=True)
class TariffChanges:
    items: tuple[TariffChange, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Services:
    """Those that are on first, then those that the tariff allows besides."""

    items: tuple[ServiceRow, ...]
    next: str | None
    monthly_cost: Money
    """Of all services that are on, a day's fee counted thirty times."""
    forwarding: tuple[Forwarding, ...]
    forwarding_kinds: tuple[str, ...]

    @classmethod
    def of(cls, view: ServicesView, cursor: str | None, limit: int) -> "Services":
        rows = page((*view.mine, *view.available), cursor, limit)
        return cls(*rows, view.monthly_cost, view.forwarding, view.forwarding_kinds)


@dataclass(frozen=True, slots=True)
class Packages:
    items: tuple[PackageRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Charges:
    """What the account will be charged by itself, soonest first, and how far its money goes."""

    items: tuple[NextCharge, ...]
    next: str | None
    days_left: int | None
    """Whole days the money lasts: fees as they come back, usage as lately. None: over a year."""
    top_up: Money | None
    """What is missing for the next 30 days; None where nothing is."""
    top_up_by: Instant | None
    """When that will be felt."""

    @classmethod
    def of(cls, view: Outlook, cursor: str | None, limit: int) -> "Charges":
        rows = page(view.charges, cursor, limit)
        return cls(*rows, view.days_left, view.top_up, view.top_up_by)


@dataclass(frozen=True, slots=True)
class Contact:
    id: str
    number: str
    label: Text
    price: Text
    hours: Text

    @classmethod
    def of(cls, row: ContactRow) -> "Contact":
        return cls(row.number, row.number, row.label, row.price, row.hours)


@dataclass(frozen=True, slots=True)
class Contacts:
    items: tuple[Contact, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of message that the operator sends. `optional`: it may be switched off."""

    id: str
    name: Item
    on: bool
    optional: bool

    @classmethod
    def of(cls, setting: NoticeSetting) -> "Notice":
        return cls(setting.kind, Item("notice", setting.kind), setting.on, setting.optional)


@dataclass(frozen=True, slots=True)
class Notices:
    items: tuple[Notice, ...]
    next: str | None
