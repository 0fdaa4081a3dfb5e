"""Running the application: granian inside our own event loop, one process for one program."""

import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from starlette.types import ASGIApp

from abonent.channels.http.logs import JsonLines

HEADER_TIMEOUT_MS = 10_000
"""How long a client may take to send its headers: against slow-loris."""


def log_json_lines(level: int = logging.INFO) -> None:
    """All logs as JSON lines on stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("_granian").setLevel(logging.ERROR)


def server(app: ASGIApp, host: str, port: int) -> Server:
    """An HTTP/1.1 server of the application; TLS is the proxy's in front of us."""
    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        log_enabled=False,
    )


async def serve(servers: Sequence[Server], beside: Sequence[Coroutine[None, None, None]]) -> None:
    """Serve until SIGINT or SIGTERM; what runs beside ends with it."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    serving = [asyncio.create_task(each.serve()) for each in servers]
    working = [asyncio.create_task(each) for each in beside]
    waiting = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait({waiting, *serving, *working}, return_when=asyncio.FIRST_COMPLETED)
    for each in servers:
        each.stop()  # type: ignore[no-untyped-call]
    for task in (waiting, *working):
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*serving, *working, return_exceptions=True)
    for task in done - {waiting}:
        task.result()
