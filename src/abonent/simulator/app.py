"""The routes of the demo's network: JSON for scripts under `/simulator`, and the telephone."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from abonent.kernel.time import SECOND_US, instant, rfc3339
from abonent.operations.ports import Unavailable
from abonent.operations.views.model import BucketLeft
from abonent.simulator import phone
from abonent.simulator.clock import move_clock
from abonent.simulator.demopay.pages import Counter
from abonent.simulator.deps import SimulatorDeps
from abonent.simulator.faults import Fault
from abonent.simulator.inputs import (
    ClockInput,
    PayInput,
    SmsInput,
    UsageInput,
    UssdInput,
    read_input,
)
from abonent.simulator.seeding import people_of, staff_of
from abonent.simulator.sql import Sms
from abonent.simulator.telephony import Telephony, new_session
from abonent.usage.model import Record

LINK = "simulator"
"""The link by which scripts reach the USSD channel."""

Answer = tuple[Mapping[str, Any], int]
Endpoint = Callable[[Request], Awaitable[Answer]]


def routes(deps: SimulatorDeps) -> list[BaseRoute]:
    """Everything that only the demo has."""
    scripts = Scripts(deps)
    return [
        Route("/simulator/people", _answering(scripts.people), methods=["GET"]),
        Route("/simulator/ussd", _answering(scripts.ussd), methods=["POST"]),
        Route("/simulator/sms", _answering(scripts.inbox), methods=["GET"]),
        Route("/simulator/sms", _answering(scripts.sms), methods=["POST"]),
        Route("/simulator/usage", _answering(scripts.usage), methods=["POST"]),
        Route("/simulator/pay", _answering(scripts.pay), methods=["POST"]),
        Route("/simulator/clock", _answering(scripts.clock), methods=["GET"]),
        Route("/simulator/clock", _answering(scripts.move_clock), methods=["POST"]),
        Route("/simulator/network", _answering(scripts.network), methods=["GET"]),
        *phone.routes(deps),
        *Counter(deps).routes(),
    ]


class Scripts:
    """The endpoints for scripts and tests."""

    def __init__(self, deps: SimulatorDeps) -> None:
        self._deps = deps
        self._telephony = Telephony(deps.db, deps.env, deps.network)
        self._counter = Counter(deps)

    async def people(self, _request: Request) -> Answer:
        """Everybody in the demo, and who answers their calls; with their secrets."""
        return {"items": await self._deps.db.read(people_of), "staff": staff_of()}, 200

    async def ussd(self, request: Request) -> Answer:
        asked = await read_input(request, UssdInput)
        line = await self._telephony.telephone(asked.line)
        session = asked.session or new_session()
        reply = await self._deps.ussd.handle(LINK, line.number, session, asked.text)
        await self._deps.catch_up()
        return {"session": session, "text": reply.text, "end": reply.end}, 200

    async def inbox(self, request: Request) -> Answer:
        line = await self._telephony.line(request.query_params.get("line", ""))
        items = await self._deps.network.inbox(line.number)
        return {"items": [_sms(sms) for sms in items]}, 200

    async def sms(self, request: Request) -> Answer:
        """A message from anybody to one of our numbers."""
        asked = await read_input(request, SmsInput)
        return _sms(await self._telephony.write(asked.sender, asked.to, asked.text)), 201

    async def usage(self, request: Request) -> Answer:
        """A finished call, message or data session, rated at once."""
        asked = await read_input(request, UsageInput)
        line = await self._telephony.line(asked.line)
        at = self._deps.env.clock.now() if asked.at is None else instant(asked.at)
        record = Record(at, asked.kind, "out", asked.peer, asked.amount)
        rated = await self._telephony.use(line, record)
        await self._deps.catch_up()
        charge = {"amount": rated.charge.decimal(), "currency": rated.charge.currency}
        return {"charge": charge, "buckets": [_bucket(left) for left in rated.buckets]}, 200

    async def pay(self, request: Request) -> Answer:
        """End a payment at the demo's provider; what it tells has arrived, unless it is late."""
        asked = await read_input(request, PayInput)
        slip = await self._counter.paid(int(asked.payment), asked.result)
        return {"payment": str(slip.payment), "state": slip.state}, 200

    async def clock(self, _request: Request) -> Answer:
        clock = self._deps.clock
        return {"now": rfc3339(clock.now()), "ahead_s": clock.offset_us // SECOND_US}, 200

    async def move_clock(self, request: Request) -> Answer:
        """Move on, do what became due, and deliver it, before the answer."""
        asked = await read_input(request, ClockInput)
        if asked.now is not None:
            by_us = instant(asked.now) - self._deps.clock.now()
        else:
            by_us = (asked.advance_s or 0) * SECOND_US
        await move_clock(self._deps, by_us)
        return await self.clock(request)

    async def network(self, request: Request) -> Answer:
        """What the network does with a line."""
        line = await self._telephony.line(request.query_params.get("line", ""))
        state = await self._deps.network.state(line.number)
        forwarding = [{"kind": kind, "to": to} for kind, to in state.forwarding.items()]
        outgoing = ["outgoing"] if state.barred or state.one_way else []
        bars = [*outgoing, *(["incoming"] if state.barred else [])]
        facts = {"forwarding": forwarding, "bars": bars, "services": state.services}
        return {"line": line.number, **facts}, 200


def _answering(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            body, status = await endpoint(request)
        except Fault as fault:
            return _answer_fault(fault)
        except Unavailable:
            return _answer_fault(Fault("unavailable"))
        except HTTPException as error:
            # A body too large or too slow is refused by whoever reads it for us.
            body, status = {"code": error.detail, "message": error.detail}, error.status_code
        return JSONResponse(body, status)

    return answer


def _answer_fault(fault: Fault) -> Response:
    return JSONResponse({"code": fault.code, "message": fault.message}, fault.status)


def _sms(sms: Sms) -> dict[str, str]:
    return {"from": sms.sender, "text": sms.text, "at": rfc3339(sms.at)}


def _bucket(left: BucketLeft) -> dict[str, object]:
    return {
        "bucket": left.bucket.id,
        "unit": left.unit,
        "left": left.left,
        "granted": left.granted,
        "expires_at": None if left.expires_at is None else rfc3339(left.expires_at),
    }
