"""Logging in and out over HTTP."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from abonent.channels.api.deps import ApiDeps
from abonent.channels.api.envelope import Credentials
from abonent.channels.api.outcomes import answer, status_of
from abonent.channels.api.query import read_query
from abonent.channels.api.visitor import client_of, visitor_of
from abonent.channels.http.bodies import json_body
from abonent.channels.http.problem import HttpProblem
from abonent.kernel.outcome import NeedsInput, Refused
from abonent.kernel.text import Text
from abonent.kernel.time import rfc3339
from abonent.operations.asks import read_ask
from abonent.operations.identity.sessions import close_session, open_session


class Sessions:
    def __init__(self, deps: ApiDeps) -> None:
        self.deps = deps

    def routes(self) -> list[BaseRoute]:
        """Their routes, relative to the API's root."""
        return [
            Route("/sessions", self.open, methods=["POST"]),
            Route("/sessions/current", self.close, methods=["DELETE"]),
        ]

    async def open(self, request: Request) -> Response:
        """A session for a login and a password."""
        read_query(request.query_params, ())
        runner = self.deps.runner
        given = read_ask(Credentials, await json_body(request), runner.env)
        if isinstance(given, NeedsInput):
            accept = request.headers.get("accept-language")
            return answer(given, self.deps.wordings.negotiate(accept))
        opened = await open_session(runner, given.login, given.password, client_of(request))
        if isinstance(opened, Refused):
            text = opened.text if opened.text.key else Text(f"refused.{opened.code}")
            raise HttpProblem(status_of(opened.code), opened.code, text)
        body = {
            "token": opened.token,
            "expires_at": rfc3339(opened.expires_at),
            "level": opened.level,
        }
        return JSONResponse(body, 201)

    async def close(self, request: Request) -> Response:
        """The end of the session that the request came in."""
        visitor = await visitor_of(self.deps, request)
        session = visitor.token_session
        read_query(request.query_params, ())
        await close_session(self.deps.runner, session)
        return Response(status_code=204)
