"""Operations over HTTP: propose, prove, confirm; and the list of what there is."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from abonent.channels.api.deps import ApiDeps
from abonent.channels.api.encode import Schema
from abonent.channels.api.envelope import (
    About,
    Code,
    Consent,
    Nothing,
    Reason,
    StaffAbout,
    StaffConsent,
    body_schema,
    opened,
)
from abonent.channels.api.outcomes import answer
from abonent.channels.api.query import ON, read_id, read_query
from abonent.channels.api.visitor import Visitor, turned_to, visitor_of
from abonent.channels.http.bodies import json_body
from abonent.channels.http.problem import HttpProblem
from abonent.channels.wording import Wording
from abonent.kernel.case import Staff
from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import NeedsInput, Outcome, Refused
from abonent.operations.asks import read_ask
from abonent.operations.model import Ask, Operation
from abonent.operations.subjects import case_of_proposal

_KEY = re.compile(r"[\x21-\x7e]{1,100}")

Opened = tuple[Visitor, Any, dict[str, object]]
"""The visitor turned to what the request is about, the envelope's members, the own input."""


def offered(deps: ApiDeps) -> dict[str, Operation]:
    """The operations that this channel has, by name, in the registry's order."""
    return {name: each for name, each in deps.runner.operations.items() if "api" in each.channels}


def input_schema(operation: Operation) -> Schema:
    """The JSON Schema of an operation's body."""
    staff_only = operation.askers == {"staff"}
    return body_schema(operation.ask, Consent, *((Reason,) if staff_only else ()))


class Operations:
    def __init__(self, deps: ApiDeps) -> None:
        self.deps = deps
        self.by_name = offered(deps)
        self._lists: dict[str, bytes | memoryview] = {}

    def routes(self) -> list[BaseRoute]:
        """Their routes, relative to the API's root."""
        return [
            Route("/operations", self.listed),
            Route("/operations/{name}", self.propose, methods=["POST"]),
            Route("/proposals/{proposal}/prove", self.prove, methods=["POST"]),
            Route("/proposals/{proposal}/confirm", self.confirm, methods=["POST"]),
        ]

    async def listed(self, request: Request) -> Response:
        """What can be asked for, with the schema of each input. Needs no session."""
        read_query(request.query_params, ())
        wording = (await visitor_of(self.deps, request)).wording
        # Written once for a language: anybody may ask for it, and schemas take long to make.
        if wording.language not in self._lists:
            items = [_described(each, wording) for each in self.by_name.values()]
            self._lists[wording.language] = JSONResponse({"items": items, "next": None}).body
        return Response(self._lists[wording.language], media_type="application/json")

    async def propose(self, request: Request) -> Response:
        """Ask for an operation."""
        operation = self.by_name.get(request.path_params["name"])
        if operation is None:
            raise HttpProblem(404, "not_found")
        visitor = await visitor_of(self.deps, request)
        if "guest" not in operation.askers:
            _ = visitor.token_session
        key = _idempotency_key(request)
        outer = StaffConsent if _is_staff(visitor) else Consent
        read = await self._open(request, visitor, outer, operation.ask)
        if isinstance(read, NeedsInput):
            return answer(read, visitor.wording)
        visitor, consent, own = read
        outcome = await self.deps.runner.propose(
            visitor.case, operation.name, own, key, confirm=consent.confirm
        )
        return answer(outcome, visitor.wording)

    async def prove(self, request: Request) -> Response:
        """Give the one-time code of a proposal."""
        return await self._decide(request, Code, self.deps.runner.prove)

    async def confirm(self, request: Request) -> Response:
        """Accept the quote of a proposal, and have it done."""
        return await self._decide(request, Nothing, self.deps.runner.confirm)

    async def _decide(
        self, request: Request, ask: type[Ask], act: Callable[..., Awaitable[Outcome]]
    ) -> Response:
        """Act on a proposal with the values of the body, in the order of the ask's fields."""
        proposal = _proposal(request)
        visitor = await visitor_of(self.deps, request)
        outer = StaffAbout if _is_staff(visitor) else About
        read = await self._open(request, visitor, outer, ask)
        if isinstance(read, NeedsInput):
            return answer(read, visitor.wording)
        visitor, _, own = read
        given = read_ask(ask, own, self.deps.runner.env)
        if isinstance(given, NeedsInput):
            return answer(given, visitor.wording)
        values = [getattr(given, name) for name in ask.model_fields]
        outcome = await act(visitor.case, proposal, *values)
        if isinstance(outcome, Refused) and outcome.code == "proposal_unknown":
            # An id says all: nobody should have to say again which of their lines it is about.
            case = await self.deps.runner.read(case_of_proposal, visitor.case, proposal)
            if case is not None and case != visitor.case:
                outcome = await act(case, proposal, *values)
        return answer(outcome, visitor.wording)

    async def _open(
        self, request: Request, visitor: Visitor, outer: type[About], inner: type[Ask]
    ) -> Opened | NeedsInput:
        """The body taken apart; raises HttpProblem 404 where it is about what is not theirs."""
        query = read_query(request.query_params, (ON,))
        body = await json_body(request)
        read = opened(outer, inner, body, self.deps.runner.env)
        if isinstance(read, NeedsInput):
            return read
        members, own = read
        if isinstance(visitor.case.who, Staff):
            who = replace(visitor.case.who, reason=members.reason)
            visitor = replace(visitor, case=replace(visitor.case, who=who))
        visitor = await turned_to(self.deps, visitor, query.get("on", members.on))
        return visitor, members, own


def _described(operation: Operation, wording: Wording) -> Schema:
    return {
        "id": operation.name,
        "name": operation.name,
        "title": wording.t(f"op.{operation.name}"),
        "section": operation.section,
        "channels": sorted(operation.channels),
        "askers": sorted(operation.askers),
        "confirm": operation.confirm,
        "input": input_schema(operation),
    }


def _is_staff(visitor: Visitor) -> bool:
    return isinstance(visitor.case.who, Staff)


def _proposal(request: Request) -> OperationId:
    try:
        return OperationId(read_id(request.path_params["proposal"]))
    except ValueError:
        raise HttpProblem(404, "not_found") from None


def _idempotency_key(request: Request) -> str | None:
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return None
    if len(keys) > 1 or _KEY.fullmatch(keys[0]) is None:
        raise HttpProblem(422, "key_invalid")
    return keys[0]
