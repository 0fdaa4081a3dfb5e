"""When what happens in a life: midnights, mornings, usage and acts, in order. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from abonent.kernel.time import SECOND_US, Instant, day_of, midnight, months_after
from abonent.profile.model import Numbering
from abonent.simulator.habits import KINDS_HEARD, Habits, User, drawing, heard
from abonent.simulator.people import Act, PersonPlan
from abonent.usage.model import Record

_HOUR_US = 3600 * SECOND_US


@dataclass(frozen=True, slots=True)
class Cast:
    """Somebody with the numbers (or logins) of their lines, in order."""

    plan: PersonPlan
    numbers: tuple[str, ...]
    came: Instant


@dataclass(frozen=True, slots=True)
class Midnight:
    """What is due is done."""

    at: Instant


@dataclass(frozen=True, slots=True)
class Morning:
    """Time to look at the balance."""

    at: Instant


@dataclass(frozen=True, slots=True)
class Used:
    """Something that the `line`-th line sent or received."""

    at: Instant
    line: int
    record: Record

    @property
    def end(self) -> Instant:
        """When it was over and known."""
        talk_s = self.record.amount if self.record.kind == "call" else 0
        return Instant(self.at + talk_s * SECOND_US)


@dataclass(frozen=True, slots=True)
class Doing:
    at: Instant
    act: Act


Happening = Midnight | Morning | Used | Doing


def arrival(plan: PersonPlan, now: Instant, zone: ZoneInfo) -> Instant:
    """When somebody came: the first of a month at midnight, or about noon some days ago."""
    today = day_of(now, zone)
    if plan.joined_days is None:
        return midnight(months_after(today.replace(day=1), -plan.joined_months), zone)
    noon = midnight(today - timedelta(days=plan.joined_days), zone) + 12 * _HOUR_US
    return Instant(min(noon, now - SECOND_US))


def records_of(
    people: Iterable[Cast], numbering: Numbering, zone: ZoneInfo, now: Instant
) -> Mapping[str, Sequence[Record]]:
    """What every line sends and receives until now; a call within the demo is had by both."""
    people = tuple(people)
    habits = Habits(numbering, zone)
    came = {number: cast.came for cast in people for number in cast.numbers}
    records: defaultdict[str, list[Record]] = defaultdict(list)
    for cast in people:
        for number, line in zip(cast.numbers, cast.plan.lines, strict=True):
            user = User(number, line.habit, _family(cast, number, people))
            for record in habits.of_days(user, day_of(cast.came, zone), day_of(now, zone)):
                records[number].append(record)
                known = record.direction == "out" and record.kind in KINDS_HEARD
                if known and record.at >= came.get(record.peer, now):
                    records[record.peer].append(heard(number, record))
    return records


def diary(
    cast: Cast, records: Mapping[str, Sequence[Record]], zone: ZoneInfo, now: Instant
) -> list[Happening]:
    """Everything that happens to somebody from their arrival until now, in order of time."""
    happenings: list[Happening] = [*_days(cast, zone, now), *_doings(cast.plan, zone, now)]
    for line, number in enumerate(cast.numbers):
        happenings += (Used(record.at, line, record) for record in records.get(number, ()))
    in_time = [
        h for h in happenings if cast.came < h.at and (h.end if isinstance(h, Used) else h.at) < now
    ]
    return sorted(in_time, key=lambda happening: happening.at)


def _days(cast: Cast, zone: ZoneInfo, now: Instant) -> Iterator[Happening]:
    first, today = day_of(cast.came, zone), day_of(now, zone)
    for n in range((today - first).days + 1):
        start = midnight(first + timedelta(days=n), zone)
        yield Midnight(start)
        draw = drawing(cast.plan.name, "morning", str(n))
        yield Morning(Instant(start + draw.randrange(7 * 3600, 11 * 3600) * SECOND_US))


def _doings(plan: PersonPlan, zone: ZoneInfo, now: Instant) -> Iterator[Doing]:
    this_month = day_of(now, zone).replace(day=1)
    for act in plan.acts:
        day = months_after(this_month, -act.months) + timedelta(days=act.day - 1)
        minute = drawing(plan.name, "act", str(act.months), str(act.day)).randrange(60)
        at = midnight(day, zone) + act.hour * _HOUR_US + minute * 60 * SECOND_US
        yield Doing(Instant(at), act)


def _family(cast: Cast, number: str, people: Iterable[Cast]) -> tuple[str, ...]:
    """The other lines of the same person and of the same family."""
    name = cast.plan.family
    return tuple(
        other
        for one in people
        if one is cast or (name and one.plan.family == name)
        for other in one.numbers
        if other != number
    )


def month_before(day: date) -> tuple[date, date]:
    """The first and the last day of the month before the day's."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last
