"""Running the application: uvicorn inside our own event loop, one process for one program."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from abonent.channels.http.logs import JsonLines
from abonent.main.failure import Failure

HEAD_TIMEOUT_S = 10
"""How long a client may take until the head of its next request is there: against slow-loris."""

LARGEST_HEAD_BYTES = 65_536

_BACKLOG = 1024
"""Connections that may wait to be taken."""

_STOP_TIMEOUT_S = 10
"""How long requests that are being answered may take when the program is asked to end."""


def log_json_lines(level: int = logging.INFO) -> None:
    """All logs as JSON lines on stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)


class Server(uvicorn.Server):
    """Serves one application on one socket until it is stopped."""

    def __init__(self, app: ASGIApp, taking: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=HEAD_TIMEOUT_S,
                timeout_graceful_shutdown=_STOP_TIMEOUT_S,
            )
        )
        self._taking = taking

    async def run_until_stopped(self) -> None:
        await self.serve([self._taking])

    def stop(self) -> None:
        """Answer what has been asked, and end."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals end the whole program, and not one server of it."""
        yield


class Connection(HttpToolsProtocol):
    """A client, who is not waited for without end.

    From the first moment, and from each answer on, the head of the next request must arrive in
    time and in size; what is left of an answered request counts with it. How bodies arrive is
    limited where they are read.
    """

    _head_bytes = 0
    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._overdue is not None:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD_BYTES:
                self.transport.close()

    def on_headers_complete(self) -> None:
        self._head_is_here()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # else the next request has begun already
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._overdue = self.loop.call_later(HEAD_TIMEOUT_S, self.transport.close)

    def _head_is_here(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None


def server(app: ASGIApp, host: str, port: int, *, shared: bool = False) -> Server:
    """An HTTP/1.1 server of the application; TLS is the proxy's in front of us."""
    return Server(app, listening(host, port, shared=shared))


def listening(host: str, port: int, *, shared: bool) -> socket.socket:
    """A socket that takes connections; raises Failure where the address cannot be had.

    Processes may share a port, if all of them say so: each connection is one's or another's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        taking = socket.create_server(
            (host, port), family=family, backlog=_BACKLOG, reuse_port=shared
        )
    except OSError as error:
        raise Failure(f"cannot listen: {error.strerror}") from None
    # Connections inherit it; asyncio sets it itself on sockets that it makes itself alone.
    taking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return taking


async def serve(servers: Sequence[Server], beside: Sequence[Coroutine[None, None, None]]) -> None:
    """Serve until SIGINT or SIGTERM; what runs beside ends with it."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    serving = [asyncio.create_task(each.run_until_stopped()) for each in servers]
    working = [asyncio.create_task(each) for each in beside]
    waiting = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait({waiting, *serving, *working}, return_when=asyncio.FIRST_COMPLETED)
    for each in servers:
        each.stop()
    for task in (waiting, *working):
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*serving, *working, return_exceptions=True)
    for task in done - {waiting}:
        task.result()
