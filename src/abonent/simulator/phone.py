"""`/phone`: a telephone that can be pressed, what the network knows, and the demo's levers.

Everything is a plain form, and one that is sent twice does nothing twice.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from abonent.accounts.model import Line
from abonent.kernel.money import Money
from abonent.kernel.text import Amount
from abonent.kernel.time import DAY_US, Instant, day_of, first_of_next_month, midnight
from abonent.profile.model import UsageKind
from abonent.simulator.clock import move_clock
from abonent.simulator.deps import SimulatorDeps
from abonent.simulator.faults import FAULTS, Fault
from abonent.simulator.forms import read_form, whole
from abonent.simulator.handset import KEYS, Hand, Handset, dialled
from abonent.simulator.network import NetworkState
from abonent.simulator.seeding import people_of
from abonent.simulator.sql import Sms
from abonent.simulator.telephony import Telephony, new_session, parts_of
from abonent.usage.model import UNIT_OF, Record

_MOST_SHOWN = 40
_LEVERS: Mapping[UsageKind, tuple[int, int]] = {"call": (60, 600), "data": (1_048_576, 51_200)}
"""By kind: what one of the form is (a minute, a megabyte), and the most of them."""


@dataclass(frozen=True, slots=True)
class Used:
    """What was used without pressing a key, and what it cost."""

    kind: UsageKind
    amount: Amount
    charge: Money


@dataclass(frozen=True, slots=True)
class PhoneView:
    """The page: whose telephone, how it lies there, and what stands around it.

    `once` makes what is used count once, however often its form is sent.
    """

    people: tuple[Mapping[str, Any], ...]
    person: Mapping[str, Any] | None
    line: Line
    handset: Handset
    state: NetworkState
    inbox: tuple[Sms, ...]
    now: Instant
    once: str
    used: Used | None = None
    fault: str = ""
    keys: str = KEYS


Form = Mapping[str, str]
Act = Callable[[Request, Line, Form], Awaitable[Response]]


def routes(deps: SimulatorDeps) -> list[BaseRoute]:
    """The page and its forms."""
    phone = Phone(deps)
    acts: Mapping[str, Act] = {
        "/phone/press": phone.press,
        "/phone/sms": phone.write,
        "/phone/use": phone.use,
        "/phone/clock": phone.move_clock,
    }
    posted = [Route(path, phone.acting(act), methods=["POST"]) for path, act in acts.items()]
    return [Route("/phone", phone.look, methods=["GET"]), *posted]


class Phone:
    """The handlers. Each answers with the page, or sends the browser back to it."""

    def __init__(self, deps: SimulatorDeps) -> None:
        self._deps = deps
        self._telephony = Telephony(deps.db, deps.env, deps.network)
        self._hand = Hand(deps.db, deps.env, deps.ussd, self._telephony)

    async def look(self, request: Request) -> Response:
        """The page with a telephone that nobody has touched yet."""
        asked = request.query_params.get("line", "")
        try:
            line = await self._telephony.line(asked) if asked else await self._somebody()
        except Fault as fault:
            return await self._show(request, await self._somebody(), fault=fault.code)
        return await self._show(request, line)

    def acting(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        """A handler that reads the form and its line; what cannot be done is said on the page."""

        async def handler(request: Request) -> Response:
            line = None
            try:
                form = await read_form(request)
                line = await self._telephony.line(form.get("line", ""))
                return await act(request, line, form)
            except Fault as fault:
                return await self._show(request, line or await self._somebody(), fault=fault.code)

        return handler

    async def press(self, request: Request, line: Line, form: Form) -> Response:
        held = await self._hand.held(line, form)
        handset = await self._hand.press(line, held, form.get("key", "call"))
        await self._deps.catch_up()
        return await self._show(request, line, handset=handset)

    async def write(self, request: Request, line: Line, form: Form) -> Response:
        """Send a message."""
        to, text = form.get("to", ""), form.get("text", "")
        if not text or not dialled(to):
            raise Fault("input_invalid")
        rated = await self._telephony.send(line, to, text, _once(form))
        used = Used("sms", Amount(parts_of(text), UNIT_OF["sms"]), rated.charge)
        return await self._used(request, line, used)

    async def use(self, request: Request, line: Line, form: Form) -> Response:
        """Use minutes or megabytes at once, as if they had been spoken or loaded."""
        kind: UsageKind = "call" if form.get("kind") == "call" else "data"
        one, most = _LEVERS[kind]
        amount = whole(form, "amount", most) * one
        peer = dialled(form.get("peer", "")) if kind == "call" else ""
        record = Record(self._deps.env.clock.now(), kind, "out", peer, amount)
        rated = await self._telephony.use(line, record, _once(form))
        used = Used(kind, Amount(amount, UNIT_OF[kind]), rated.charge)
        return await self._used(request, line, used)

    async def move_clock(self, _request: Request, line: Line, form: Form) -> Response:
        """A day further, or to the first of the next month."""
        env = self._deps.env
        now = env.clock.now()
        if form.get("to") == "month":
            to = midnight(first_of_next_month(day_of(now, env.zone)), env.zone)
        else:
            to = Instant(now + DAY_US)
        await move_clock(self._deps, to - now)
        return RedirectResponse(f"/phone?line={quote(line.number)}", 303)

    async def _used(self, request: Request, line: Line, used: Used) -> Response:
        await self._deps.catch_up()
        return await self._show(request, await self._telephony.line(line.number), used=used)

    async def _somebody(self) -> Line:
        """The first line of the demo; where there are no people, there is no page (404)."""
        people = await self._deps.db.read(people_of)
        if not people:
            raise HTTPException(404)
        return await self._telephony.line(people[0]["login"])

    async def _show(
        self,
        request: Request,
        line: Line,
        handset: Handset | None = None,
        used: Used | None = None,
        fault: str = "",
    ) -> Response:
        """The page as things are now."""
        network, number = self._deps.network, line.number
        people = tuple(await self._deps.db.read(people_of))
        view = PhoneView(
            people=people,
            person=next((p for p in people for own in p["lines"] if own["login"] == number), None),
            line=line,
            handset=handset or Handset(new_session()),
            state=await network.state(number),
            inbox=tuple(await network.inbox(number, _MOST_SHOWN)),
            now=self._deps.env.clock.now(),
            once=new_session(),
            used=used,
            fault=fault,
        )
        status = FAULTS[fault][0] if fault else 200
        return await self._deps.render(request, "phone.html", {"phone": view}, status)


def _once(form: Form) -> str:
    return form.get("once", "")[:64] or new_session()
