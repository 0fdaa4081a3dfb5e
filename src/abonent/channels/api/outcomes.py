"""Outcomes as JSON: one total function, and the table from refusal codes to HTTP statuses."""

from collections.abc import Mapping
from typing import Any, assert_never

from starlette.responses import JSONResponse, Response

from abonent.channels.wording import Wording
from abonent.kernel.outcome import (
    Done,
    FieldProblem,
    NeedsConfirm,
    NeedsInput,
    NeedsProof,
    Outcome,
    Quote,
    Receipt,
    Refused,
)
from abonent.kernel.time import rfc3339

CONFLICT = 409

STATUSES: Mapping[str, int] = {
    "password_wrong": 401,
    "session_expired": 401,
    "code_wrong": 403,
    "company_line": 403,
    "not_allowed": 403,
    "postpaid_not_served": 403,
    "puk_wrong": 403,
    "gift_unknown": 404,
    "not_found": 404,
    "package_unknown": 404,
    "payment_unknown": 404,
    "proposal_unknown": 404,
    "service_unknown": 404,
    "tariff_unknown": 404,
    "voucher_unknown": 404,
    "idempotency_key_reused": 422,
    "login_locked": 429,
    "too_many_codes": 429,
    "too_many_receivers": 429,
    "too_many_tries": 429,
    "voucher_locked": 429,
    "unavailable": 503,
}
"""The refusals for which HTTP has a word of its own; every other code is 409."""


def status_of(code: str) -> int:
    """The HTTP status of a refusal."""
    return STATUSES.get(code, CONFLICT)


def answer(outcome: Outcome, wording: Wording) -> Response:
    """The response to a proposal, a proof or a confirmation."""
    match outcome:
        case Done(receipt):
            return _json(200, "done", receipt=_receipt(receipt, wording))
        case NeedsConfirm(proposal, quote):
            return _json(202, "confirm", proposal=str(proposal), quote=_quote(quote, wording))
        case NeedsProof(proposal, sent_to):
            return _json(202, "prove", proposal=str(proposal), sent_to=sent_to)
        case NeedsInput(fields):
            return _json(422, "input", fields=[_field(field, wording) for field in fields])
        case Refused():
            return _refusal(outcome, wording)
        case _:
            assert_never(outcome)


def _json(status: int, outcome: str, **members: Any) -> Response:
    return JSONResponse({"outcome": outcome} | members, status)


def _receipt(receipt: Receipt, wording: Wording) -> dict[str, str]:
    body = {
        "id": str(receipt.id),
        "state": receipt.state,
        "text": wording.text(receipt.text),
    }
    if receipt.link is not None:
        body["link"] = receipt.link
    if receipt.undo is not None:
        body["undo"] = receipt.undo
    if receipt.secret is not None:
        body["secret"] = receipt.secret
    return body


def _quote(quote: Quote, wording: Wording) -> dict[str, Any]:
    return {
        "price": {"amount": quote.price.decimal(), "currency": quote.price.currency},
        "effective_at": None if quote.effective_at is None else rfc3339(quote.effective_at),
        "terms": [wording.text(term) for term in quote.terms],
        "text": wording.text(quote.text),
    }


def _field(field: FieldProblem, wording: Wording) -> dict[str, str]:
    return {"name": field.name, "code": field.code, "message": wording.problem(field)}


def _refusal(refusal: Refused, wording: Wording) -> Response:
    members: dict[str, Any] = {"code": refusal.code, "message": wording.refused(refusal)}
    if refusal.again is not None:
        again = refusal.again
        members["again"] = {
            "proposal": str(again.proposal),
            "quote": _quote(again.quote, wording),
        }
    response = _json(status_of(refusal.code), "refused", **members)
    if response.status_code == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response
