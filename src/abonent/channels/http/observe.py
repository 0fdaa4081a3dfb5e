"""What is kept of each request: an id, one line of log, a count; of a fault, where it happened.

Nothing personal is in any.
"""

import logging
import secrets
import time
from contextvars import ContextVar

from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from abonent.channels.http.metrics import Metrics

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request being served; also the response's `X-Request-ID`."""

_log = logging.getLogger("abonent.access")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNROUTED = "unrouted"


class Observed:
    """The outermost middleware: names the request, times it, counts it, logs it.

    The log has the route's template, never the path, the query or an address: numbers, ids and
    names do not get into it.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        id = secrets.token_hex(8)
        token = request_id.set(id)
        started = time.perf_counter()
        status = 500

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", id.encode()))
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        except Exception:
            # The server that we hand it on to keeps quiet about it.
            _log.exception("failed", extra={"fields": {"route": route_template(scope)}})
            raise
        finally:
            self._keep(scope, status, time.perf_counter() - started)
            request_id.reset(token)

    def _keep(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = route_template(scope)
        self.metrics.observe(method, route, status, seconds)
        fields = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        if _log.isEnabledFor(logging.INFO):
            # Handed over directly: where in our code it was logged says nothing, and costs most.
            record = _log.makeRecord(_log.name, logging.INFO, "", 0, "request", (), None)
            record.fields = fields
            _log.handle(record)


def route_template(scope: Scope) -> str:
    """The path as the routing table writes it (`/api/v1/proposals/{id}/confirm`)."""
    route = scope.get("route")
    if route is None:
        return UNROUTED
    mounted: str = scope.get("root_path", "").removeprefix(scope.get("app_root_path", ""))
    return mounted if isinstance(route, Mount) else f"{mounted}{route.path}"
