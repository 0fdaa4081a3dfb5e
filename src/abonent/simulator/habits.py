"""How the demo's people use their telephones: records of usage, drawn from a seed, day by day.

The same line on the same day always does the same, whenever the demo is begun. Nothing is rated
here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

from abonent.kernel.time import SECOND_US, Instant, midnight
from abonent.profile.model import Numbering, UsageKind
from abonent.usage.model import Record

SEED = "abonent demo"
_SATURDAY = 5
_LONGEST_CALL_S = 3000
_MEGABYTE = 1_048_576
_FICTION = ("+4477009002{:02d}", "+4917139200{:02d}", "+120255501{:02d}")
"""Numbers abroad that regulators keep free for films and books: British, German, American."""
_ELSEWHERE = ("60", "75", "79", "88", "20")
"""First digits of national numbers of other networks; those that are the operator's own are not
used. In Ukraine nobody has any of them."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Averages of a day. `talk_s` is the middle length of a call, `session_mb` of a data session.

    `family` is how often, of a hundred calls and messages, somebody of the same demo is meant;
    `abroad` the same for numbers of other countries. Hours are local, from and until.
    """

    calls: float = 0.0
    talk_s: int = 90
    sms: float = 0.0
    sessions: float = 0.0
    session_mb: float = 40.0
    family: int = 20
    abroad: int = 0
    hours: tuple[int, int] = (8, 22)
    weekend: float = 1.0
    """How much more, or less, on Saturdays and Sundays."""


@dataclass(frozen=True, slots=True)
class User:
    """A line with its habit and the numbers of its own people."""

    number: str
    habit: Habit
    family: tuple[str, ...] = ()


class Habits:
    """Draws records for the numbers of one operator."""

    def __init__(self, numbering: Numbering, zone: ZoneInfo) -> None:
        self._numbering = numbering
        self._zone = zone

    def of_days(self, user: User, first: date, last: date) -> Iterator[Record]:
        """What the line sends and receives on local days, both included; in no order."""
        contacts = Contacts(self._numbering, user)
        for n in range((last - first).days + 1):
            yield from self._day(user, first + timedelta(days=n), contacts)

    def _day(self, user: User, day: date, contacts: "Contacts") -> Iterator[Record]:
        draw = drawing(user.number, day.isoformat())
        habit = user.habit
        much = habit.weekend if day.weekday() >= _SATURDAY else 1.0
        start = midnight(day, self._zone)

        def at() -> Instant:
            begin, end = habit.hours
            hour = draw.triangular(begin, end, begin + (end - begin) * 0.7)
            return Instant(start + int(hour * 3600) * SECOND_US)

        for _ in range(_count(draw, habit.calls * much)):
            yield Record(at(), "call", "out", contacts.outgoing(draw), _talk(draw, habit))
        for _ in range(_count(draw, habit.calls * much * 0.6)):
            yield Record(at(), "call", "in", contacts.incoming(draw), _talk(draw, habit))
        for _ in range(_count(draw, habit.sms * much)):
            yield Record(at(), "sms", "out", contacts.written(draw), 1)
        for _ in range(_count(draw, habit.sms * much)):
            yield Record(at(), "sms", "in", contacts.incoming(draw), 1)
        for _ in range(_count(draw, habit.sessions * much)):
            size = draw.lognormvariate(0, 0.7) * habit.session_mb * _MEGABYTE
            yield Record(at(), "data", "out", "", max(1, int(size)))


class Contacts:
    """Whom a line calls and hears from: its people, and some numbers that stay the same."""

    def __init__(self, numbering: Numbering, user: User) -> None:
        draw = drawing(user.number, "contacts")
        own = numbering.own_prefixes[:1] or ("9",)
        others = [p for p in _ELSEWHERE if not p.startswith(numbering.own_prefixes or ("-",))]
        self._family = user.family
        self._habit = user.habit
        self._near = _numbers(draw, numbering, own, 5) + _numbers(draw, numbering, others, 9)
        self._free = numbering.free[:1]
        self._abroad = [
            form.format(draw.randrange(100))
            for form in _FICTION
            if not form.startswith(f"+{numbering.country_code}")
        ]

    @property
    def nearest(self) -> str:
        """The number that is called most: one of the operator's."""
        return self._near[0]

    def outgoing(self, draw: Random) -> str:
        """Somebody to call; now and then a number abroad or the operator's own free one."""
        if self._free and draw.random() < 0.02:
            return self._free[0]
        return self.written(draw)

    def written(self, draw: Random) -> str:
        """Somebody to write to, abroad or not."""
        if draw.randrange(100) < self._habit.abroad:
            return draw.choice(self._abroad)
        return self._known(draw)

    def incoming(self, draw: Random) -> str:
        """Somebody who calls or writes and is not of this demo: those do so themselves."""
        return draw.choice(self._near)

    def _known(self, draw: Random) -> str:
        if self._family and draw.randrange(100) < self._habit.family:
            return draw.choice(self._family)
        weights = [1 / (place + 1) for place in range(len(self._near))]
        return draw.choices(self._near, weights)[0]


def heard(caller: str, record: Record) -> Record:
    """The same call or message as the other party has it."""
    return Record(record.at, record.kind, "in", caller, record.amount)


def drawing(*what: str) -> Random:
    """The source of chance for something, the same in every demo."""
    return Random(" ".join((SEED, *what)))  # noqa: S311 (a demo's history, no secret)


KINDS_HEARD: frozenset[UsageKind] = frozenset({"call", "sms"})


def _count(draw: Random, mean: float) -> int:
    """A whole number around the mean."""
    if mean <= 0:
        return 0
    return max(0, int(draw.gauss(mean, mean**0.5 * 0.8) + draw.random()))


def _talk(draw: Random, habit: Habit) -> int:
    seconds = habit.talk_s * draw.lognormvariate(0, 0.8)
    return min(max(3, int(seconds)), _LONGEST_CALL_S)


def _numbers(draw: Random, numbering: Numbering, prefixes: Sequence[str], count: int) -> list[str]:
    """Whole numbers of the country that begin with one of the prefixes."""
    numbers = []
    for _ in range(count):
        prefix = draw.choice(list(prefixes))
        rest = numbering.national_length - len(prefix)
        digits = "".join(str(draw.randrange(10)) for _ in range(rest))
        numbers.append(numbering.country_code + prefix + digits)
    return numbers
