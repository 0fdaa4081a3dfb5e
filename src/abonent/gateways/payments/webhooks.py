"""`POST /webhooks/payments/GATEWAY`: what providers tell, believed only when it is signed.

Bodies are read once, limited in size by the server's stack, and never logged: they may hold what is
nobody's business.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from abonent.operations.ports import NotSigned, PaymentEvent, PaymentGateway

Receive = Callable[[str, PaymentEvent], Awaitable[str]]
"""Takes note of an event of a gateway; what main hands in."""

_log = logging.getLogger("abonent.payments")


class Webhooks:
    """Hands on the events of the gateways' webhooks."""

    def __init__(self, gateways: Mapping[str, PaymentGateway], receive: Receive) -> None:
        self._gateways = gateways
        self._receive = receive

    async def take(self, name: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The HTTP status that the provider gets; header names are lower case.

        200 also for what has been told before and for what changes nothing: a provider that gets
        anything else tells it again for days.
        """
        gateway = self._gateways.get(name)
        if gateway is None:
            return 404
        try:
            events = gateway.read(body, headers)
        except NotSigned as error:
            _log.warning("a webhook of %s was refused: %s", name, error)
            return 400
        for event in events:
            await self._receive(name, event)
        return 200

    def routes(self) -> list[BaseRoute]:
        """The address that providers are given."""
        return [Route("/webhooks/payments/{gateway}", self._answer, methods=["POST"])]

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        status = await self.take(request.path_params["gateway"], body, request.headers)
        # Who is not a provider is told nothing about why.
        return JSONResponse({} if status == 200 else {"code": "refused"}, status)
