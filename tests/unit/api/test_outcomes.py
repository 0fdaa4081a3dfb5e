import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from abonent.channels import wording as wording_package
from abonent.channels.api.outcomes import STATUSES, answer, status_of
from abonent.channels.wording import Wording, Wordings
from abonent.kernel.ids import OperationId
from abonent.kernel.money import Money
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
    refused,
)
from abonent.kernel.text import Text
from abonent.kernel.time import Instant

QUOTE = Quote(
    Text("quote.block_line"),
    Money(500, "UAH"),
    Instant(1_700_000_000_000_000),
    (Text("op.block_line"),),
)
QUOTE_JSON = {
    "price": {"amount": "5.00", "currency": "UAH"},
    "effective_at": "2023-11-14T22:13:20Z",
    "terms": ["Blocking the number"],
    "text": "Block the number",
}


def answered(outcome: Outcome, wording: Wording) -> tuple[int, Any]:
    response = answer(outcome, wording)
    return response.status_code, json.loads(bytes(response.body))


def test_what_is_done_has_a_receipt(english: Wording) -> None:
    receipt = Receipt(OperationId(2**61), Text("done.block_line"), undo="unblock_line")
    assert answered(Done(receipt), english) == (
        200,
        {
            "outcome": "done",
            "receipt": {
                "id": str(2**61),
                "state": "done",
                "text": "The number is blocked: it can neither call nor spend money.",
                "undo": "unblock_line",
            },
        },
    )


def test_a_receipt_may_lead_on(english: Wording) -> None:
    receipt = Receipt(OperationId(1), Text("done.block_line"), "accepted", link="/pay/1")
    assert answered(Done(receipt), english)[1]["receipt"]["link"] == "/pay/1"


def test_what_has_to_be_confirmed_shows_its_price(english: Wording) -> None:
    assert answered(NeedsConfirm(OperationId(7), QUOTE), english) == (
        202,
        {"outcome": "confirm", "proposal": "7", "quote": QUOTE_JSON},
    )


def test_what_counts_at_once_has_no_date(english: Wording) -> None:
    outcome = NeedsConfirm(OperationId(7), Quote(Text("quote.block_line"), Money(0, "UAH")))
    assert answered(outcome, english)[1]["quote"]["effective_at"] is None


def test_what_has_to_be_proved_says_where_the_code_went(english: Wording) -> None:
    assert answered(NeedsProof(OperationId(7), "•••4567"), english) == (
        202,
        {"outcome": "prove", "proposal": "7", "sent_to": "•••4567"},
    )


def test_wrong_fields_are_named(english: Wording) -> None:
    problems = (
        FieldProblem("to", "date_invalid", Text("problem.date_invalid")),
        FieldProblem("kind", "required", Text("")),
    )
    status, body = answered(NeedsInput(problems), english)
    assert (status, body["outcome"]) == (422, "input")
    assert [field["name"] for field in body["fields"]] == ["to", "kind"]
    assert body["fields"][1] == {
        "name": "kind",
        "code": "required",
        "message": "Please fill in this field.",
    }


def test_changed_terms_come_with_a_new_proposal(english: Wording) -> None:
    again = NeedsConfirm(OperationId(8), QUOTE)
    status, body = answered(Refused("terms_changed", again=again), english)
    assert (status, body["code"]) == (409, "terms_changed")
    assert body["again"] == {"proposal": "8", "quote": QUOTE_JSON}


def test_a_refusal_for_want_of_a_login_says_how_to_log_in(english: Wording) -> None:
    response = answer(refused("session_expired"), english)
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")


def written_refusals() -> Mapping[str, str]:
    """All codes of refusal, as the texts have them; any of them may reach the API."""
    folder = Path(wording_package.__file__).parent / "texts" / "en"
    read = [tomllib.loads(path.read_text()) for path in sorted(folder.glob("*.toml"))]
    return {code: text for area in read for code, text in area.get("refused", {}).items()}


def test_every_status_of_its_own_belongs_to_a_code_that_exists() -> None:
    assert STATUSES.keys() <= written_refusals().keys()


@pytest.mark.parametrize("code", written_refusals())
def test_every_refusal_has_a_status_and_a_sentence_in_every_language(
    code: str, wordings: Wordings
) -> None:
    for wording in wordings:
        placeholders = wording.placeholders(f"refused.{code}")
        values = dict.fromkeys(placeholders, 3)
        status, body = answered(Refused(code, Text(f"refused.{code}", values)), wording)
        assert status == status_of(code)
        assert status in (401, 403, 404, 409, 422, 429, 503)
        assert (body["outcome"], body["code"]) == ("refused", code)
        assert body["message"]
