"""One-time codes: guessed by asking for new ones, and what is kept beside them."""

import pytest

from abonent.kernel.outcome import NeedsConfirm, NeedsProof, Outcome, Refused
from abonent.operations.registry import OPERATIONS
from abonent.profile.operator import Proof
from abonent.profile.vocabulary import PROVABLE
from abonent.store.database import Database
from tests.fixtures.house import SECRETS, House, operator

pytestmark = pytest.mark.anyio

FORWARDING = {"kind": "unconditional", "to": "671112233"}
QUARTER_US = 15 * 60 * 1_000_000


@pytest.fixture
def proving(db: Database) -> House:
    """An operator that asks for a code before calls are forwarded."""
    proof = (Proof(operation="set_forwarding", by="sms"),)
    rules = operator().operator.model_copy(update={"proof": proof})
    return House(db, operator().model_copy(update={"operator": rules}))


async def code_of(house: House) -> str:
    rows = await house.rows("SELECT sealed FROM outbox WHERE kind = 'code' ORDER BY id DESC")
    return SECRETS.unseal(rows[0][0])


def refusal(outcome: Outcome) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


async def test_codes_are_not_sent_without_end(proving: House) -> None:
    case = proving.case(await proving.subscriber())
    for _ in range(5):
        outcome = await proving.runner.propose(case, "set_forwarding", FORWARDING)
        assert isinstance(outcome, NeedsProof)
    outcome = await proving.runner.propose(case, "set_forwarding", FORWARDING)
    assert refusal(outcome) == "too_many_tries"
    assert len(await proving.rows("SELECT id FROM outbox WHERE kind = 'code'")) == 5
    proving.clock.advance(QUARTER_US + 1)
    outcome = await proving.runner.propose(case, "set_forwarding", FORWARDING)
    assert isinstance(outcome, NeedsProof)


async def test_who_gives_right_codes_gets_as_many_as_they_need(proving: House) -> None:
    case = proving.case(await proving.subscriber())
    for _ in range(7):
        outcome = await proving.runner.propose(case, "set_forwarding", FORWARDING)
        assert isinstance(outcome, NeedsProof)
        proved = await proving.runner.prove(case, outcome.proposal, await code_of(proving))
        assert isinstance(proved, NeedsConfirm)


def test_no_operation_with_a_secret_waits_for_a_code() -> None:
    """Its proposal would keep the secret meanwhile."""
    secret = {name for name, operation in OPERATIONS.items() if operation.ask.secret}
    assert secret
    assert not secret & PROVABLE
