"""A request as the cabinet sees it: whose it is, in which language, and how pages answer it."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from abonent.channels.http.antiforgery import from_elsewhere, new_guest_secret
from abonent.channels.http.bodies import Form, form_body
from abonent.channels.http.problem import HttpProblem
from abonent.channels.web.cookies import Cookies
from abonent.channels.web.deps import WebDeps
from abonent.channels.wording import Wording
from abonent.kernel.case import Case, Guest
from abonent.kernel.text import Text
from abonent.operations.identity.sessions import Client, Session, resolve
from abonent.operations.views.home import line_ref
from abonent.operations.views.model import LineRef
from abonent.profile.model import Operator

CSRF_PLACE = f"csrf-{token_hex(16)}"
"""Stands for the visitor's own anti-forgery token while a page is rendered."""

PATH_PLACE = f"/path-{token_hex(16)}"
"""Stands for the page's own address while it is rendered."""

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Shell:
    """What the frame of every page shows around its content.

    `path` is where the page, or the one that its form came from, can be asked for again.
    """

    line: LineRef | None
    lines: tuple[LineRef, ...]
    language: str
    languages: tuple[str, ...]
    section: str
    sections: tuple[str, ...]
    tabs: tuple[str, ...]
    operator: Operator
    path: str
    csrf: str
    idle: int
    warn: int
    theme: str
    notice: Text | None
    demo: bool


class LoginNeeded(Exception):
    """The page needs a session that is not there, or is no more."""


@dataclass
class Visit:
    """One request. `secret` is what anti-forgery tokens are bound to."""

    deps: WebDeps
    request: Request
    session: Session | None
    secret: str
    fresh_secret: bool
    wording: Wording
    notice: Text | None = None

    @property
    def case(self) -> Case:
        """The person's case; raises LoginNeeded for a guest."""
        if self.session is None or self.session.line is None:
            raise LoginNeeded
        return self.session.case

    @property
    def guest_case(self) -> Case:
        """The case of whoever asks what needs no session."""
        return Case(Guest(self.secret), None, 0, "web", source=source_of(self.request))

    @property
    def asker(self) -> Case:
        """The person's case where somebody is logged in, else the guest's."""
        return self.guest_case if self.session is None else self.case

    async def form(self) -> Form:
        """The posted form; raises HttpProblem 403 where it did not come from our own page."""
        form = await form_body(self.request)
        self.request.state.came_from = safe_path(form.get("back", ""), "/")
        token = form.get("csrf", "")
        if from_elsewhere(self.request.headers) or not self.deps.antiforgery.accepts(
            token, self.secret
        ):
            raise HttpProblem(403, "form_expired")
        return form

    async def page(
        self, name: str, section: str, context: Mapping[str, Any], status: int = 200
    ) -> Response:
        """The page from its template, inside the frame."""
        shell = self._shell(section)
        html = self.deps.templates.render(
            name,
            self.wording.language,
            {"shell": shell, "form": _Blank(), "problems": _Blank(), **context},
        )
        # Parts of the frame are kept for many pages and people: what differs is put in afterwards.
        html = html.replace(PATH_PLACE, escape(address_of(self.request)))
        html = html.replace(CSRF_PLACE, self.deps.antiforgery.token(self.secret))
        response = HTMLResponse(html, status)
        if self.fresh_secret:
            Cookies(self.deps.tls).set(response, "visitor", self.secret)
        return response

    def _shell(self, section: str) -> Shell:
        operator = self.deps.runner.env.operator
        session = self.session
        theme = Cookies(self.deps.tls).get(self.request, "theme") or "auto"
        line = session.line if session else None
        return Shell(
            line=line_ref(line) if line else None,
            lines=tuple(map(line_ref, session.lines)) if session else (),
            language=self.wording.language,
            languages=operator.languages,
            section=section,
            sections=operator.sections,
            tabs=operator.tabs,
            operator=operator,
            path=PATH_PLACE,
            csrf=CSRF_PLACE,
            idle=session.idle_left_s if session else 0,
            warn=operator.session.warn_seconds,
            theme=theme if theme in THEMES else "auto",
            notice=self.notice,
            demo=self.deps.demo,
        )


class _Blank(dict[str, str]):
    """A form that nobody has filled in: every field is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def filled(values: Mapping[str, str]) -> dict[str, str]:
    """What was typed, for showing a form again; passwords and codes are not shown again."""
    hidden = {"password", "password_again", "old_password", "puk", "code", "csrf"}
    return _Blank({name: value for name, value in values.items() if name not in hidden})


def problems_of(named: Mapping[str, str]) -> dict[str, str]:
    return _Blank(named)


def address_of(request: Request) -> str:
    """The page with its query; for the answer to a form, the page that the form came from."""
    if request.method not in {"GET", "HEAD"}:
        return str(getattr(request.state, "came_from", "/"))
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    return safe_path(f"{path}?{query}" if query else path, "/")


def source_of(request: Request) -> str:
    """The address that tries are counted by."""
    return request.client.host if request.client else ""


def client_of(request: Request) -> Client:
    return Client(source_of(request), "web", request.headers.get("user-agent", ""))


async def visit(deps: WebDeps, request: Request) -> Visit:
    """Who is there: the session of the cookie, else a guest with a secret of their own."""
    cookies = Cookies(deps.tls)
    token = cookies.get(request, "session")
    session = await resolve(deps.runner, token, client_of(request)) if token else None
    accepted = request.headers.get("accept-language")
    chosen = cookies.get(request, "language")
    if session is not None:
        wording = deps.wordings.for_language(session.language)
    else:
        wording = deps.wordings.negotiate(accepted, chosen)
    kept = token if session is not None else cookies.get(request, "visitor")
    return Visit(deps, request, session, kept or new_guest_secret(), not kept, wording)


def see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303)


def safe_path(path: str, otherwise: str = "/home") -> str:
    """A path of our own to go back to; anything else would send people elsewhere."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) <= 200
    return path if ours and path.isprintable() and path.isascii() else otherwise
