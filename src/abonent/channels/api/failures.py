"""Everything that goes wrong outside operations, as `{"code", "message"}`."""

import logging
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp

from abonent.channels.http.outage import RETRY_AFTER_S
from abonent.channels.http.problem import HttpProblem, text_of
from abonent.channels.wording import Wordings
from abonent.operations.ports import Unavailable

_log = logging.getLogger("abonent.api")


def answering(routes: Sequence[BaseRoute], wordings: Wordings) -> ASGIApp:
    """The routes as an application whose failures are JSON, whatever surrounds it."""
    failures = Failures(wordings)
    handlers = {
        HTTPException: failures.http,
        Unavailable: failures.outage,
        ClientDisconnect: failures.disconnect,
        Exception: failures.bug,
    }
    return ExceptionMiddleware(Router(routes, redirect_slashes=False), handlers)


class Failures:
    def __init__(self, wordings: Wordings) -> None:
        self.wordings = wordings

    async def http(self, request: Request, error: Exception) -> Response:
        """A request that cannot be served, by status and code."""
        assert isinstance(error, HTTPException)
        code, text = text_of(error)
        wording = self.wordings.negotiate(request.headers.get("accept-language"))
        body = {"code": code, "message": wording.text(text)}
        headers = dict(error.headers or {})
        if error.status_code == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(body, error.status_code, headers)

    async def outage(self, request: Request, _error: Exception) -> Response:
        """The database is away."""
        response = await self.http(request, HttpProblem(503, "unavailable"))
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response

    async def disconnect(self, request: Request, _error: Exception) -> Response:
        """The client went away before its body was whole; nobody reads this."""
        return await self.http(request, HttpProblem(400, "request_broken"))

    async def bug(self, request: Request, error: Exception) -> Response:
        """An exception is ours to find, so it goes to the log; the client learns nothing of it."""
        _log.error("bug", exc_info=error)
        return await self.http(request, HttpProblem(500, "internal"))
