"""Three months of somebody's life, lived over once by the real engine with its clock in the past.

Fees are settled, usage is rated, and whatever was asked for went through the real runner; what it
refused stays in the journal as refused.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from abonent.accounts.model import Line
from abonent.catalog import sql as catalog
from abonent.kernel.money import Money
from abonent.kernel.time import DAY_US, SECOND_US, Instant, SystemClock, day_of
from abonent.ledger import due, lots, vouchers
from abonent.ledger import sql as ledger
from abonent.operations.delivery import deliver
from abonent.operations.identity.lines import find_case
from abonent.operations.identity.sessions import Client, close_session, resolve, start_session
from abonent.operations.money.voucher_codes import draw_code, voucher_digest
from abonent.operations.settlement import settle
from abonent.operations.usage.rate_usage import Arrived, Batch, key_of, rate_batch
from abonent.simulator.diary import Doing, Happening, Midnight, Morning, Used, month_before
from abonent.simulator.habits import Contacts, User, drawing
from abonent.simulator.past import World
from abonent.simulator.people import Act, PersonPlan
from abonent.usage.zones import zone_of

SOURCE = "simulator"
"""The source of the demo's usage records."""
_HOUR_US = 3600 * SECOND_US
_POCKET_BYTES = 4 * 1_048_576
"""People whose data is used up still open a page of this size."""
_MOST_VOUCHERS = 10
_VOUCHER_LIFE_US = 365 * DAY_US
_DEVICES = ("Chrome, Android", "Safari, iPhone", "Firefox, Windows")


class Life:
    """One person in the world, with the lines that they have."""

    def __init__(self, world: World, plan: PersonPlan, lines: Sequence[Line]) -> None:
        self._world = world
        self._plan = plan
        self._lines = lines
        self._account = lines[0].account
        self._draw = drawing(plan.name, "life")
        address = f"203.0.113.{self._draw.randrange(1, 255)}"
        self._client = Client(address, "web", self._draw.choice(_DEVICES))

    async def live(self, happenings: Iterable[Happening]) -> None:
        """Let everything happen, in order, and end with enough money, as on every morning."""
        for _, group in groupby(happenings, key=self._together):
            await self._happen(list(group))
        self._world.clock.reach(self._world.now)
        await self._settle()
        await self._top_up()

    async def issue_vouchers(self, face: int, count: int) -> tuple[list[str], Money]:
        """Codes that are worth so much of the face's size, and what each is worth."""
        env, tx = self._world.env, self._world.tx
        amount = env.money(self._world.shelf.faces()[face])
        codes = [draw_code(self._draw.randrange) for _ in range(count)]
        digests = [voucher_digest(env, code) for code in codes]
        expires_at = Instant(env.clock.now() + _VOUCHER_LIFE_US)
        await vouchers.issue(tx, vouchers.Batch(SOURCE, amount, expires_at), digests)
        return codes, amount

    def _together(self, happening: Happening) -> tuple[bool, int]:
        """What is told apart: everything, but records that arrive together."""
        used = isinstance(happening, Used)
        return used, happening.at // (self._plan.hours_together * _HOUR_US if used else 1)

    async def _happen(self, group: Sequence[Happening]) -> None:
        match group[0]:
            case Midnight(at):
                self._world.clock.reach(at)
                await self._settle()
            case Morning(at):
                self._world.clock.reach(at)
                await self._top_up()
            case Doing(at, act):
                self._world.clock.reach(at)
                await self._act(act)
            case Used():
                await self._use([used for used in group if isinstance(used, Used)])

    async def _settle(self) -> None:
        tx, env = self._world.tx, self._world.env
        await ledger.lock(tx, (self._account,))
        if await settle(tx, env, self._account, env.clock.now()):
            await self._deliver()

    async def _top_up(self) -> None:
        """Redeem vouchers until there is enough, and nothing waits for money."""
        purse = self._plan.purse
        if purse.below is None:
            return
        for _ in range(_MOST_VOUCHERS):
            waiting = await due.waiting_of(self._world.tx, self._account)
            if not waiting and await self._left() >= self._minor(purse.below):
                return
            codes, _ = await self.issue_vouchers(purse.face, 1)
            by_ussd = self._draw.random() < 0.4
            await self._ask(0, by_ussd, "top_up_by_voucher", {"code": codes[0]})

    async def _act(self, act: Act) -> None:
        name, raw = await self._request(act)
        if raw is not None:
            await self._ask(act.line, act.by_ussd, name, raw)

    async def _request(self, act: Act) -> tuple[str, Mapping[str, str] | None]:
        """The operation of an act with its input; None where the catalogue has no such thing."""
        shelf, env = self._world.shelf, self._world.env
        tariff = await catalog.tariff_of(self._world.tx, self._lines[act.line].id)
        match act.what:
            case "service" | "off":
                service = act.service and shelf.service(tariff, act.service)
                name = "activate_service" if act.what == "service" else "deactivate_service"
                return name, {"service": service} if service else None
            case "package":
                package = shelf.package(tariff, act.unit)
                return "buy_package", {"package": package} if package else None
            case "gift":
                gift = shelf.gift()
                return "redeem_gift", {"gift": gift} if gift else None
            case "tariff":
                return "change_tariff", {"tariff": shelf.tariff(act.place)}
            case "forwarding":
                friend = self._friend(act.line)
                return "set_forwarding", {"kind": self._forwarding_kind, "to": friend}
            case "forwarding_off":
                return "clear_forwarding", {"kind": self._forwarding_kind}
            case "detail":
                first, last = month_before(day_of(env.clock.now(), env.zone))
                return "order_detail", {"from": first.isoformat(), "to": last.isoformat()}

    @property
    def _forwarding_kind(self) -> str:
        kinds = self._world.env.operator.forwarding_kinds
        return "busy" if "busy" in kinds else kinds[0]

    def _friend(self, line: int) -> str:
        """A number of the country that the line often calls."""
        user = User(self._lines[line].number, self._plan.lines[line].habit)
        return Contacts(self._world.env.operator.numbering, user).nearest

    async def _ask(self, line: int, by_ussd: bool, name: str, raw: Mapping[str, str]) -> None:
        """Ask the runner, from a telephone or in the cabinet, and let the notices arrive."""
        world = self._world
        if by_ussd:
            case = await find_case(world.db, self._lines[line].number, "ussd")
            assert case is not None, "the line was put on the books before"
            await world.runner.propose(case, name, raw, confirm=True)
        else:
            await self._visit(line, name, raw)
        await self._deliver()

    async def _visit(self, line: int, name: str, raw: Mapping[str, str]) -> None:
        """Log in, ask, log out."""
        world = self._world
        opened = await start_session(world.runner, self._lines[line], self._client)
        session = await resolve(world.runner, opened.token, self._client)
        assert session is not None, "it was opened a moment ago"
        world.clock.reach(Instant(world.clock.now() + self._draw.randrange(20, 90) * SECOND_US))
        await world.runner.propose(session.case, name, raw, confirm=True)
        await close_session(world.runner, session)

    async def _use(self, used: Sequence[Used]) -> None:
        """Rate records that arrive together, as far as there was money for them."""
        world = self._world
        world.clock.reach(max(each.end for each in used))
        arrived = [
            Arrived(
                id=world.env.ids.next(),
                line=self._lines[each.line].id,
                account=self._account,
                record=each.record,
                key=key_of(self._lines[each.line].id, each.record),
            )
            for each in await self._affordable(used)
        ]
        if arrived:
            batch = Batch(SOURCE, world.clock.now(), arrived)
            await rate_batch(world.tx, world.env, batch)

    async def _affordable(self, used: Sequence[Used]) -> list[Used]:
        """What somebody does who looks at what is left: no big downloads outside a package."""
        broke = await self._left() < self._minor(self._plan.purse.quiet)
        room: defaultdict[int, int] = defaultdict(int)
        for line in {each.line for each in used if each.record.kind == "data"}:
            room[line] = await self._bytes_left(line)
        kept = []
        for each in used:
            if broke and not self._is_free(each):
                continue
            if each.record.kind == "data" and each.record.amount > _POCKET_BYTES:
                if each.record.amount > room[each.line]:
                    continue
                room[each.line] -= each.record.amount
            kept.append(each)
        return kept

    def _is_free(self, used: Used) -> bool:
        zone = zone_of(used.record, self._world.env.operator.numbering)
        return used.record.direction == "in" or zone in {"free", "emergency"}

    async def _bytes_left(self, line: int) -> int:
        at = self._world.clock.now()
        usable = await lots.usable(self._world.tx, self._lines[line].id, at)
        return sum(lot.remaining for lot in usable if lot.unit == "byte")

    async def _left(self) -> int:
        """Minor units that may be spent."""
        env = self._world.env
        left = await ledger.available(self._world.tx, self._account, env.operator.currency)
        return left.amount_minor

    def _minor(self, hundredths: int) -> int:
        """So many hundredths of a middling monthly fee."""
        return self._world.shelf.typical_fee_minor * hundredths // 100

    async def _deliver(self) -> None:
        """Let the outbox go out at the time that it is."""
        world = self._world
        while await deliver(world.db, world.env, world.peers, SystemClock()):
            pass
