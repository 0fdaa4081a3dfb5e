"""What telephones do in the demo's network: find each other, write, talk, and use data."""

import secrets
from dataclasses import dataclass, replace

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case, Person
from abonent.kernel.money import Money
from abonent.kernel.msisdn import NumberProblem
from abonent.operations.env import Env
from abonent.operations.usage.rate_usage import Added, Arrived, Batch, Repeated, Unrated, rate_batch
from abonent.operations.views.home import home
from abonent.operations.views.model import BucketLeft
from abonent.simulator.faults import Fault
from abonent.simulator.history import SOURCE
from abonent.simulator.network import Network
from abonent.simulator.sql import Sms
from abonent.store.database import Database
from abonent.usage.model import Record
from abonent.usage.zones import zone_of

_SHORT = 6
"""Numbers of up to so many digits belong to services, not to people."""


@dataclass(frozen=True, slots=True)
class Rated:
    """What something cost, and what is left of the line's buckets after it.

    `again`: it had been counted before, and nothing was done.
    """

    charge: Money
    buckets: tuple[BucketLeft, ...]
    again: bool = False


class Telephony:
    """The lines of the demo as their telephones see them.

    A telephone may dial a number of the country with its trunk prefix, whatever the cabinet says.
    """

    def __init__(self, db: Database, env: Env, network: Network) -> None:
        self._db = db
        self._env = env
        self._network = network
        self._plan = replace(env.number_plan, accept_trunk_prefix=True)

    async def line(self, text: str) -> Line:
        """The line of a number or login; raises Fault `line_unknown`."""
        line = await self._found(text)
        if line is None:
            raise Fault("line_unknown")
        return line

    async def telephone(self, text: str) -> Line:
        """The line of a number; raises Fault for one without a telephone, too."""
        line = await self.line(text)
        if not has_telephone(line):
            raise Fault("no_telephone")
        return line

    async def is_blocked(self, line: Line) -> bool:
        """Whether its owner blocked it, or the network was told to bar it."""
        return line.blocked or (await self._network.state(line.number)).barred

    async def may_only_receive(self, line: Line, record: Record) -> bool:
        """Whether the network lets the line begin no such thing, for something that is unpaid."""
        if zone_of(record, self._env.operator.numbering) in {"emergency", "free"}:
            return False
        return (await self._network.state(line.number)).one_way

    async def use(self, line: Line, record: Record, key: str | None = None) -> Rated:
        """Have the engine rate something that the line did just now, or before.

        The same `key` counts once. Raises Fault for a blocked line and for what has no price.
        """
        if record.kind != "data" and not has_telephone(line):
            raise Fault("no_telephone")
        if await self.is_blocked(line):
            raise Fault("line_blocked")
        if record.direction == "out" and await self.may_only_receive(line, record):
            raise Fault("line_one_way")
        env, now = self._env, self._env.clock.now()
        if record.at > now:
            raise Fault("at_in_future")
        id = env.ids.next()
        arrived = Arrived(id, line.id, line.account, record, key or str(id))
        batch = Batch(SOURCE, now, (arrived,))
        (verdict,) = await self._db.write(lambda tx: rate_batch(tx, env, batch))
        buckets = await self._buckets(line)
        match verdict:
            case Added():
                return Rated(env.money(verdict.rated.charge_minor), buckets)
            case Repeated():
                return Rated(env.money(0), buckets, again=True)
            case Unrated(reason):
                raise Fault(reason)

    async def send(self, line: Line, to: str, text: str, key: str) -> Rated:
        """A message from a line: rated, and delivered where the receiver is one of ours."""
        now = self._env.clock.now()
        rated = await self.use(line, Record(now, "sms", "out", to, parts_of(text)), key)
        receiver = await self._found(to)
        if receiver is not None and not rated.again:
            sms = Sms(self._env.ids.next(), receiver.number, line.number, text, now)
            await self._network.receive(sms)
        return rated

    async def write(self, sender: str, to: str, text: str) -> Sms:
        """Put a message into the inbox of one of our numbers; raises Fault where that is none."""
        if to.isdigit() and len(to) <= _SHORT:
            raise Fault("short_number")
        receiver = await self.telephone(to)
        ours = await self._found(sender)
        if ours is not None and await self.is_blocked(ours):
            raise Fault("line_blocked")
        now = self._env.clock.now()
        sms = Sms(self._env.ids.next(), receiver.number, self._normal(sender), text, now)
        await self._network.receive(sms)
        return sms

    async def _found(self, text: str) -> Line | None:
        number = self._normal(text)
        if not number.isprintable():
            return None
        return await self._db.read(lambda tx: lines.by_number(tx, number))

    async def _buckets(self, line: Line) -> tuple[BucketLeft, ...]:
        case = Case(Person(line.person), line.subject, 0, "system")
        view = await self._db.read(lambda tx: home(tx, case, self._env))
        return view.buckets

    def _normal(self, text: str) -> str:
        """A number as it is stored; what is none may be a login or a name."""
        try:
            return self._plan.parse(text)
        except NumberProblem:
            return text.strip()


def has_telephone(line: Line) -> bool:
    """Whether the line has a number; a line of home internet has a login, which is none."""
    return line.number.isdigit()


def parts_of(text: str) -> int:
    """How many messages a text takes (3GPP TS 23.040): ASCII goes as GSM-7, the rest as UCS-2."""
    alone, joined = (160, 153) if text.isascii() else (70, 67)
    return 1 if len(text) <= alone else -(-len(text) // joined)


def new_session() -> str:
    """The id of a USSD session that a telephone opens."""
    return secrets.token_hex(8)
