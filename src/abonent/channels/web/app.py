"""The routes of the cabinet, and what happens when a page cannot be shown."""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from abonent.channels.http.problem import text_of
from abonent.channels.web.actions import ACTIONS, Action, proposal_page, receipt_page
from abonent.channels.web.cookies import Cookies
from abonent.channels.web.deps import WebDeps
from abonent.channels.web.pages import NOTHING, PAGES, Page
from abonent.channels.web.papers import PAPERS
from abonent.channels.web.pay import back_page, come_back, pay_for_another, pay_page
from abonent.channels.web.visit import LoginNeeded, Visit, see_other, visit
from abonent.operations.ports import Unavailable

Handler = Callable[[Request], Awaitable[Response]]


def routes(deps: WebDeps) -> list[BaseRoute]:
    """Pages, actions and the made pages of outcomes."""
    pages = {**PAGES, **PAPERS}
    looked_at = [Route(path, _page(deps, page), methods=["GET"]) for path, page in pages.items()]
    acted_on = [Route(path, _action(deps, act), methods=["POST"]) for path, act in ACTIONS.items()]
    answers: list[BaseRoute] = [
        Route("/proposals/{proposal}", _action(deps, proposal_page), methods=["GET"]),
        Route("/receipts/{id}", _action(deps, receipt_page), methods=["GET"]),
        Route("/pay/{signature}/{payment}", _action(deps, pay_page), methods=["GET"]),
        Route("/pay/{signature}/{payment}/back", _action(deps, back_page), methods=["GET"]),
        Route("/pay/{signature}/{payment}", _action(deps, pay_for_another), methods=["POST"]),
        Route("/pay/{signature}/{payment}/back", _action(deps, come_back), methods=["POST"]),
        Route("/logged-out", _action(deps, _logged_out), methods=["GET"]),
    ]
    return [*looked_at, *acted_on, *answers]


def failure(deps: WebDeps, status: int, code: str) -> Handler:
    """A handler that shows the page of a failure in the visitor's language, needing no database."""

    async def page(request: Request) -> Response:
        wording = deps.wordings.negotiate(
            request.headers.get("accept-language"), Cookies(deps.tls).get(request, "language")
        )
        stranger = Visit(deps, request, None, "none", False, wording)
        return await stranger.page("error.html", "", {"status": status, "code": code}, status)

    return page


async def problem(deps: WebDeps, request: Request, error: HTTPException) -> Response:
    """The page of an HTTP problem; where a session is there, inside its frame."""
    code, _text = text_of(error)
    context = {"status": error.status_code, "code": code}
    try:
        visited = await visit(deps, request)
    except Unavailable:
        return await failure(deps, 503, "unavailable")(request)
    return await visited.page("error.html", "", context, error.status_code)


def _page(deps: WebDeps, page: Page) -> Handler:
    return _action(deps, lambda visited: page(visited, NOTHING))


def _action(deps: WebDeps, act: Action) -> Handler:
    async def handler(request: Request) -> Response:
        visited = await visit(deps, request)
        try:
            return await act(visited)
        except LoginNeeded:
            had_session = Cookies(deps.tls).get(request, "session") is not None
            response = see_other("/logged-out?why=idle" if had_session else "/login")
            Cookies(deps.tls).drop(response, "session")
            return response

    return handler


async def _logged_out(visit: Visit) -> Response:
    why = visit.request.query_params.get("why", "")
    return await visit.page("logged_out.html", "login", {"why": why})
