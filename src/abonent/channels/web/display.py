"""What the templates need besides the filters of wording: readable numbers, charts, runs of rows.

`GLOBALS` is handed to `channels.http.templating.Templates`, together with `asset`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Generic, TypeVar

from abonent.kernel.money import Money
from abonent.kernel.text import Amount, At, Item
from abonent.kernel.time import Instant
from abonent.operations.views.model import BucketLeft, DayTotal
from abonent.profile.model import Numbering, Operator

KINDS = ("call", "sms", "data", "fee")
"""Kinds of charge from the bottom of a bar upwards."""

UNITS = ("second", "byte", "sms")
"""What buckets count, in the order in which they are shown."""

MOST_BARS = 35
"""A longer period is drawn by weeks, so that a bar stays wide enough for a finger."""

BAR_SHARE = 0.72
"""How much of its slot a bar fills; the rest keeps neighbours apart."""

PLOT_HEIGHT = 200
"""Pixels from the base line to the highest line of the scale."""


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Run(Generic[Row]):
    """Rows under one heading."""

    label: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Part:
    """One kind's share of a bar, in pixels from the top of the plot."""

    kind: str
    y: int
    height: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The charges of a day or a week. Its slot, which answers to touch, is per cent of the plot."""

    first_day: date
    last_day: date
    slot_x: float
    slot_width: float
    total_minor: int
    parts: tuple[Part, ...]

    def of(self, kind: str) -> int:
        """Minor units of one kind."""
        return sum(part.amount_minor for part in self.parts if part.kind == kind)

    @property
    def x(self) -> float:
        return round(self.slot_x + self.slot_width * (1 - BAR_SHARE) / 2, 3)

    @property
    def width(self) -> float:
        return round(self.slot_width * BAR_SHARE, 3)

    @property
    def middle(self) -> float:
        return round(self.slot_x + self.slot_width / 2, 3)

    @property
    def top(self) -> int:
        return min((part.y for part in self.parts), default=PLOT_HEIGHT)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with the lines of their scale: pairs of a y in pixels and an amount in minor units."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[int, int], ...]
    by_week: bool

    @property
    def total_minor(self) -> int:
        return sum(bar.total_minor for bar in self.bars)

    @property
    def highest_minor(self) -> int:
        return max(bar.total_minor for bar in self.bars)


def chart(
    days: Sequence[DayTotal], first_day: date, last_day: date, kinds: Sequence[str] = KINDS
) -> Chart:
    """Stacked bars of a period of days, both included; days without charges leave a gap."""
    length = (last_day - first_day).days + 1
    span = 1 if length <= MOST_BARS else 7
    totals: list[dict[str, int]] = [{} for _ in range(-(-length // span))]
    for day in days:
        total = totals[(day.day - first_day).days // span]
        for kind in kinds:
            total[kind] = total.get(kind, 0) + max(day.charges.get(kind, 0), 0)
    step = _step(max(sum(total.values()) for total in totals))
    highest = step * max(1, -(-max(sum(total.values()) for total in totals) // step))
    slot = 100 / len(totals)
    bars = tuple(
        Bar(
            first_day=first_day + timedelta(days=index * span),
            last_day=min(first_day + timedelta(days=index * span + span - 1), last_day),
            slot_x=round(index * slot, 3),
            slot_width=round(slot, 3),
            total_minor=sum(total.values()),
            parts=_parts(total, highest),
        )
        for index, total in enumerate(totals)
    )
    lines = tuple(
        (PLOT_HEIGHT - PLOT_HEIGHT * amount // highest, amount)
        for amount in range(0, highest + 1, step)
    )
    return Chart(bars, lines, by_week=span > 1)


def _parts(total: Mapping[str, int], highest: int) -> tuple[Part, ...]:
    parts, below = [], 0
    for kind, amount in total.items():
        if amount:
            bottom = PLOT_HEIGHT * below // highest
            below += amount
            height = max(PLOT_HEIGHT * below // highest - bottom, 2)
            parts.append(Part(kind, PLOT_HEIGHT - bottom - height, height, amount))
    return tuple(parts)


def _step(highest: int) -> int:
    """A round number of minor units (1, 2 or 5 and zeros) that fits two to five times."""
    step = 100
    while step * 5 < highest:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step


@dataclass(frozen=True, slots=True)
class Bucket:
    """All lots of one bucket together: what is left of how much, and each lot."""

    name: Item
    unit: str
    left: int
    granted: int
    lots: tuple[BucketLeft, ...]

    @property
    def share(self) -> int:
        """Per cent that is left, rounded down."""
        return self.left * 100 // self.granted


def buckets(lots: Iterable[BucketLeft]) -> list[Bucket]:
    """One for each bucket: minutes first, then data, then messages."""
    together: dict[tuple[int, str], list[BucketLeft]] = {}
    for lot in lots:
        together.setdefault((UNITS.index(lot.unit), lot.bucket.id), []).append(lot)
    return [
        Bucket(
            same[0].bucket,
            same[0].unit,
            sum(lot.left for lot in same),
            sum(lot.granted for lot in same),
            tuple(same),
        )
        for _, same in sorted(together.items())
    ]


def readable_number(number: str, numbering: Numbering) -> str:
    """A subscriber's number in groups ("+380 94 123 45 67"); anything else as it is."""
    code = numbering.country_code
    national = number.removeprefix("+").removeprefix(code)
    if not number.isdigit() or len(national) != numbering.national_length:
        return number
    groups = [national[:2], national[2:5]] + [
        national[i : i + 2] for i in range(5, len(national), 2)
    ]
    return f"+{code} " + " ".join(group for group in groups if group)


def example_number(operator: Operator) -> str:
    """What a number of this operator looks like, for the hint beside a field."""
    numbering = operator.numbering
    prefix = numbering.own_prefixes[0] if numbering.own_prefixes else ""
    digits = (prefix + "1234567890123")[: numbering.national_length]
    return readable_number(numbering.country_code + digits, numbering)


def dialled(number: str) -> str:
    """The address of a link that calls a number (RFC 3966, RFC 3986)."""
    return "tel:" + "".join(sign for sign in number if sign in "+*#0123456789").replace("#", "%23")


def runs(rows: Iterable[Row], labels: Iterable[str]) -> list[Run[Row]]:
    """Rows in their order, cut where the label changes: the records of a list by day."""
    labelled = zip(labels, rows, strict=True)
    return [
        Run(label, [row for _, row in group])
        for label, group in groupby(labelled, key=lambda pair: pair[0])
    ]


def day_of(at: Instant) -> At:
    """An instant that a text is to show as a date."""
    return At(at, date_only=True)


GLOBALS: Mapping[str, object] = {
    "KINDS": KINDS,
    "amount_of": Amount,
    "buckets": buckets,
    "chart": chart,
    "day_of": day_of,
    "dialled": dialled,
    "example_number": example_number,
    "item_of": Item,
    "money_of": Money,
    "readable_number": readable_number,
    "runs": runs,
}
