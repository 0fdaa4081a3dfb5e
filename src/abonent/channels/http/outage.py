"""An outage of the database, told apart from a bug: 503 and when to come back."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from abonent.operations.ports import Unavailable

RETRY_AFTER_S = 10


class Outage:
    """Answers with `page` where the database is away and nothing has been sent yet.

    It belongs into the application's own list of middlewares: outside it every exception is a bug.
    """

    def __init__(self, app: ASGIApp, page: Callable[[Request], Awaitable[Response]]) -> None:
        self.app = app
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_noticed(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_noticed)
        except Unavailable:
            if started or scope["type"] != "http":
                raise
            response = await self.page(Request(scope, receive))
            response.headers.setdefault("retry-after", str(RETRY_AFTER_S))
            await response(scope, receive, send)
