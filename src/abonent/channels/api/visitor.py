"""Who asks: the session of a bearer token, or a guest, and the language of the answer."""

import re
from dataclasses import dataclass, replace

from starlette.requests import Request

from abonent.channels.api.deps import ApiDeps
from abonent.channels.http.problem import HttpProblem
from abonent.channels.wording import Wording
from abonent.kernel.case import Case, Guest, Person, Staff
from abonent.operations.identity.sessions import Client, Session, resolve
from abonent.operations.subjects import case_about

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]{1,200}=*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Visitor:
    case: Case
    wording: Wording
    session: Session | None

    @property
    def token_session(self) -> Session:
        """The session; raises HttpProblem 401 where there is none."""
        if self.session is None:
            raise HttpProblem(401, "session_needed")
        return self.session


def client_of(request: Request) -> Client:
    """Where the request comes from, and what the client calls itself."""
    source = request.client.host if request.client else ""
    return Client(source, "api", request.headers.get("user-agent", ""))


async def visitor_of(deps: ApiDeps, request: Request) -> Visitor:
    """Who sent the request; raises HttpProblem 401 for a token that is good for nothing."""
    client = client_of(request)
    accept = request.headers.get("accept-language")
    given = request.headers.get("authorization")
    if given is None:
        guest = Case(Guest(), None, 0, "api", source=client.source)
        return Visitor(guest, deps.wordings.negotiate(accept), None)
    session = await resolve(deps.runner, bearer_token(given), client)
    if session is None:
        raise HttpProblem(401, "session_needed")
    wording = (
        deps.wordings.negotiate(accept) if accept else deps.wordings.for_language(session.language)
    )
    return Visitor(session.case, wording, session)


def bearer_token(header: str) -> str:
    """The token of an Authorization header (RFC 6750); raises HttpProblem 401."""
    match = _BEARER.fullmatch(header)
    if match is None:
        raise HttpProblem(401, "session_needed")
    return match[1]


async def turned_to(deps: ApiDeps, visitor: Visitor, on: int | None) -> Visitor:
    """The visitor with the case about what `on` names; raises HttpProblem 404 if not theirs."""
    if on is None:
        return visitor
    case = await deps.runner.read(case_about, visitor.case, on)
    if case is None:
        raise HttpProblem(404, "not_found")
    return replace(visitor, case=case)


def of_kind(visitor: Visitor, kind: type[Person] | type[Staff]) -> Visitor:
    """The visitor, if it is such a one with a session; raises HttpProblem 401 or 403."""
    if not isinstance(visitor.token_session.case.who, kind):
        raise HttpProblem(403, "forbidden")
    return visitor
