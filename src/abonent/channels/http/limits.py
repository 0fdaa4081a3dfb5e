"""How large a request's body may be, and how long it may take to arrive."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from abonent.channels.http.problem import HttpProblem

_LONGEST_LENGTH_DIGITS = 18


class BodyLimits:
    """Raises HttpProblem 413 or 408 where the body is read, so each channel words it itself."""

    def __init__(self, app: ASGIApp, largest_bytes: int = 65_536, slowest_s: float = 20.0) -> None:
        self.app = app
        self.largest_bytes = largest_bytes
        self.slowest_s = slowest_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            announced = Headers(scope=scope).get("content-length", "0")
            too_large = _exceeds(announced, self.largest_bytes)
            receive = _LimitedBody(receive, -1 if too_large else self.largest_bytes, self.slowest_s)
        await self.app(scope, receive, send)


class _LimitedBody:
    """A `receive` that counts; a negative `largest_bytes` refuses before anything is read."""

    def __init__(self, receive: Receive, largest_bytes: int, slowest_s: float) -> None:
        self.receive = receive
        self.left_bytes = largest_bytes
        self.deadline = asyncio.get_running_loop().time() + slowest_s
        self.arrived = False

    async def __call__(self) -> Message:
        if self.arrived:
            return await self.receive()
        self._refuse_if_too_large()
        message = await self._in_time()
        self.left_bytes -= len(message.get("body", b""))
        self._refuse_if_too_large()
        self.arrived = not message.get("more_body", False)
        return message

    async def _in_time(self) -> Message:
        try:
            async with asyncio.timeout_at(self.deadline):
                return await self.receive()
        except TimeoutError:
            raise HttpProblem(408, "body_slow") from None

    def _refuse_if_too_large(self) -> None:
        if self.left_bytes < 0:
            raise HttpProblem(413, "body_too_large")


def _exceeds(announced: str, largest_bytes: int) -> bool:
    """Whether a Content-Length is over the limit; what is no number is the server's to judge."""
    if not announced.isdecimal():
        return False
    return len(announced) > _LONGEST_LENGTH_DIGITS or int(announced) > largest_bytes
