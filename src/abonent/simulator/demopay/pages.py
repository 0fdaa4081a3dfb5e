"""The pages of Demopay, where a payer gives a card, and the levers of its webhooks.

They stand in for a provider's own site: nothing of a card goes on from here, and of its number the
last four digits alone are kept.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Literal

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from abonent.kernel.time import SECOND_US, Instant, day_of, midnight
from abonent.operations.money.providers import TryLater, page_of
from abonent.operations.ports import Unavailable
from abonent.simulator.demopay import sql
from abonent.simulator.demopay.provider import HEADER, NAME, REFUSED, body_of, ended, reference_of
from abonent.simulator.demopay.sql import Slip
from abonent.simulator.deps import SimulatorDeps
from abonent.simulator.faults import Fault
from abonent.simulator.forms import read_form
from abonent.store.tx import WriteTx

Telling = Literal["now", "late", "twice"]
TELLINGS: tuple[Telling, ...] = ("now", "late", "twice")
"""When the webhook of a payment comes."""

LATE_S = 15
_GOOD = "4242"
_BAD = "0002"
_LARGEST_ID = 2**63 - 1

_log = logging.getLogger("abonent.simulator")


@dataclass(frozen=True, slots=True)
class CounterView:
    """A payment at Demopay: its card form, or with `card` its 3-D Secure step."""

    slip: Slip
    card: str = ""
    telling: str = "now"
    wrong: bool = False


class Counter:
    """Ends payments, and sends what there is to tell of them through the program's webhook."""

    def __init__(self, deps: SimulatorDeps) -> None:
        self._deps = deps

    def routes(self) -> list[BaseRoute]:
        """The hosted page, its two steps, and the daily file."""
        page = "/simulator/demopay/{payment}"
        return [
            Route(page, self._answering(self._look), methods=["GET"]),
            Route(f"{page}/card", self._answering(self._card), methods=["POST"]),
            Route(f"{page}/secure", self._answering(self._secure), methods=["POST"]),
            Route("/simulator/payments.csv", self._answering(self._file), methods=["GET"]),
        ]

    async def end(self, slip: Slip, card: str, telling: Telling) -> None:
        """Pay with a card, or be refused it; what was paid before stays as it is."""
        now = self._deps.clock.now()
        done = ended(slip, card, REFUSED, now)
        first = Instant(now + (LATE_S * SECOND_US if telling == "late" else 0))
        messages = [body_of(done), *([body_of(done, "-again")] if telling == "twice" else [])]

        async def fn(tx: WriteTx) -> None:
            if await sql.settle(tx, done):
                for n, body in enumerate(messages):
                    await sql.owe(tx, f"{done.payment}-{now}-{n}", body, first)

        await self._deps.db.write(fn)
        await self._deps.catch_up()

    async def paid(self, payment: int, result: str) -> Slip:
        """End a payment as a script says; raises Fault where there is no such payment."""
        if payment > _LARGEST_ID:
            raise Fault("payment_unknown")
        try:
            await page_of(self._deps.db, self._deps.env, payment, "en")
        except TryLater:
            raise Fault("payment_unknown") from None
        slip = await self._deps.db.read(lambda tx: sql.find(tx, payment))
        if slip is None:
            raise Fault("payment_unknown")
        telling: Telling = "late" if result == "late" else "twice" if result == "twice" else "now"
        await self.end(slip, _BAD if result == "declined" else _GOOD, telling)
        return await self._slip(payment)

    async def _look(self, request: Request) -> Response:
        slip = await self._slip(_id(request))
        if slip.state not in {"open", "failed"}:
            return _back(slip)
        return await self._show(request, CounterView(slip))

    async def _card(self, request: Request) -> Response:
        """The card is looked at, and its bank asks for a confirmation (3-D Secure)."""
        form = await read_form(request)
        slip = await self._slip(_id(request))
        digits = form.get("card", "").replace(" ", "")
        telling = form.get("telling", "now")
        if not _is_card(digits) or telling not in TELLINGS:
            return await self._show(request, CounterView(slip, telling=telling, wrong=True))
        return await self._show(request, CounterView(slip, digits[-4:], telling))

    async def _secure(self, request: Request) -> Response:
        """The payer has confirmed at the bank, or refused to."""
        form = await read_form(request)
        slip = await self._slip(_id(request))
        card = form.get("card", "")
        if not (len(card) == 4 and card.isascii() and card.isdigit()):
            raise Fault("input_invalid")
        asked = form.get("telling")
        telling: Telling = next((each for each in TELLINGS if each == asked), "now")
        await self.end(slip, card if form.get("answer") == "yes" else _BAD, telling)
        return _back(slip)

    async def _file(self, request: Request) -> Response:
        """What was paid and given back on a day, as providers send it to be compared."""
        env, asked = self._deps.env, request.query_params.get("day")
        try:
            day = date.fromisoformat(asked) if asked else day_of(env.clock.now(), env.zone)
        except ValueError:
            raise Fault("input_invalid") from None
        since, until = midnight(day, env.zone), midnight(day + timedelta(days=1), env.zone)
        slips = await self._deps.db.read(lambda tx: sql.between(tx, since, until))
        lines = [",".join(HEADER)]
        for slip in slips:
            if since <= slip.at < until:
                lines.append(_line(slip, ""))
            if slip.returned_at is not None and since <= slip.returned_at < until:
                lines.append(_line(slip, "-"))
        text = "".join(f"{line}\n" for line in lines)
        return Response(text, media_type="text/csv")

    async def _slip(self, payment: int) -> Slip:
        found = await self._deps.db.read(lambda tx: sql.find(tx, payment))
        if found is None:
            raise Fault("payment_unknown")
        return found

    async def _show(self, request: Request, view: CounterView) -> Response:
        status = 422 if view.wrong else 200
        context: Mapping[str, object] = {"view": view, "tellings": TELLINGS}
        return await self._deps.render(request, "demopay.html", context, status)

    def _answering(
        self, handle: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Fault as fault:
                return Response(fault.message, fault.status, media_type="text/plain")

        return answer


async def tell(deps: SimulatorDeps) -> int:
    """Send the webhooks that are due; how many were taken. What is not taken is sent again."""
    now = deps.clock.now()
    taken = 0
    for id, body in await deps.db.read(lambda tx: sql.owed(tx, now)):
        if await deps.webhook(NAME, body.encode(), deps.demopay.sign(body.encode())) == 200:
            await deps.db.write(partial(sql.told, id=id))
            taken += 1
    return taken


async def keep_telling(deps: SimulatorDeps, every_s: float) -> None:
    """Send what is due again and again until cancelled."""
    while True:
        try:
            await tell(deps)
        except Unavailable:
            _log.warning("the database is away")
        except Exception:  # noqa: BLE001 (the loop outlives any fault of one round)
            _log.exception("a webhook could not be sent")
        await asyncio.sleep(every_s)


def _line(slip: Slip, sign: str) -> str:
    amount = f"{sign}{slip.amount.decimal()}"
    return f"{slip.payment},{reference_of(slip.payment)},{amount},{slip.amount.currency}"


def _back(slip: Slip) -> Response:
    return RedirectResponse(slip.back_path, 303)


def _id(request: Request) -> int:
    text = request.path_params["payment"]
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST_ID):
        raise Fault("payment_unknown")
    return int(text)


def _is_card(digits: str) -> bool:
    """Whether the last digit fits the others (ISO/IEC 7812-1, annex B)."""
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19):
        return False
    doubled = [int(digit) * (1 + n % 2) for n, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0
