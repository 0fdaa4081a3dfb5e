"""What the runner does for every operation alike."""

import asyncio
from dataclasses import replace
from typing import get_type_hints

import pytest

from abonent.kernel.case import Case, System
from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import Done, NeedsConfirm, NeedsInput, NeedsProof, Receipt, Refused
from abonent.operations.model import Operation
from abonent.operations.proof import masked
from abonent.operations.registry import OPERATIONS, registered
from abonent.profile.model import Proof
from tests.fixtures.house import SECRETS, House, operator
from tests.fixtures.vouchers import code_number

pytestmark = pytest.mark.anyio

PACKAGE = {"package": "internet-1gb"}  # 30.00


async def test_a_quote_is_confirmed_and_done_once(house: House) -> None:
    line = await house.subscriber("100.00")
    case = house.case(line)
    asked = await house.runner.propose(case, "buy_package", PACKAGE)
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.price == house.env.money(3000)
    assert await house.balance(line) == "100.00"

    first = await house.runner.confirm(case, asked.proposal)
    again = await house.runner.confirm(case, asked.proposal)

    assert isinstance(first, Done)
    assert again == first
    assert first.receipt.id == asked.proposal
    assert await house.balance(line) == "70.00"
    assert await house.postings(first.receipt.id) == [("UAH", -3000)]
    assert await house.journal(line) == [("buy_package", "done")]
    assert await house.messages(line) == ["buy_package"]
    await house.books_are_sound()


async def test_fifty_confirmations_at_once_do_it_once(house: House) -> None:
    line = await house.subscriber("100.00")
    case = house.case(line)
    asked = await house.runner.propose(case, "buy_package", PACKAGE)
    assert isinstance(asked, NeedsConfirm)
    answers = await asyncio.gather(*(house.runner.confirm(case, asked.proposal) for _ in range(50)))
    assert all(answer == answers[0] for answer in answers)
    assert await house.balance(line) == "70.00"


async def test_a_repeated_key_gets_the_stored_answer(house: House) -> None:
    line = await house.subscriber("100.00")
    propose = house.runner.propose
    first = await propose(house.case(line), "buy_package", PACKAGE, "k1", confirm=True)
    again = await propose(house.case(line), "buy_package", PACKAGE, "k1", confirm=True)
    assert isinstance(first, Done)
    assert again == first
    assert await house.balance(line) == "70.00"


async def test_a_repeated_key_gets_the_same_proposal(house: House) -> None:
    line = await house.subscriber("100.00")
    first = await house.runner.propose(house.case(line), "buy_package", PACKAGE, "k1")
    again = await house.runner.propose(house.case(line), "buy_package", PACKAGE, "k1")
    assert isinstance(first, NeedsConfirm)
    assert again == first


async def test_a_repeated_key_gets_the_stored_refusal(house: House) -> None:
    line = await house.subscriber("0.00")
    propose = house.runner.propose
    first = await propose(house.case(line), "buy_package", PACKAGE, "k1", confirm=True)
    await house.voucher(code_number(1))
    await house.done(line, "top_up_by_voucher", code=code_number(1))
    again = await propose(house.case(line), "buy_package", PACKAGE, "k1", confirm=True)
    assert isinstance(first, Refused)
    assert again == first


@pytest.mark.parametrize("confirm", [True, False])
async def test_a_key_with_other_input_is_refused(house: House, confirm: bool) -> None:
    line = await house.subscriber("100.00")
    propose = house.runner.propose
    await propose(house.case(line), "buy_package", PACKAGE, "k1", confirm=confirm)
    other = await propose(
        house.case(line), "buy_package", {"package": "sms-50"}, "k1", confirm=confirm
    )
    assert isinstance(other, Refused)
    assert other.code == "idempotency_key_reused"


async def test_many_requests_with_one_key_do_it_once(house: House) -> None:
    line = await house.subscriber("100.00")
    propose = house.runner.propose
    answers = await asyncio.gather(
        *(propose(house.case(line), "buy_package", PACKAGE, "k", confirm=True) for _ in range(20))
    )
    assert all(answer == answers[0] for answer in answers)
    assert await house.balance(line) == "70.00"


async def test_many_proposals_with_one_key_are_one(house: House) -> None:
    line = await house.subscriber("100.00")
    answers = await asyncio.gather(
        *(house.runner.propose(house.case(line), "buy_package", PACKAGE, "k") for _ in range(20))
    )
    assert all(answer == answers[0] for answer in answers)


async def test_keys_of_others_do_not_meet(house: House) -> None:
    one, other = await house.subscriber("100.00"), await house.subscriber("100.00")
    for line in (one, other):
        propose = house.runner.propose
        answer = await propose(house.case(line), "buy_package", PACKAGE, "k1", confirm=True)
        assert isinstance(answer, Done)
        assert await house.balance(line) == "70.00"


async def test_another_person_cannot_confirm(house: House) -> None:
    line, stranger = await house.subscriber("100.00"), await house.subscriber("100.00")
    asked = await house.runner.propose(house.case(line), "buy_package", PACKAGE)
    assert isinstance(asked, NeedsConfirm)
    answer = await house.runner.confirm(house.case(stranger), asked.proposal)
    assert isinstance(answer, Refused)
    assert answer.code == "proposal_unknown"
    assert await house.balance(line) == "100.00"


async def test_a_stranger_gets_nothing_done_on_a_line(house: House) -> None:
    line, stranger = await house.subscriber("100.00"), await house.subscriber("100.00")
    forged = replace(house.case(stranger), on=line.subject)
    answer = await house.runner.propose(forged, "buy_package", PACKAGE, confirm=True)
    proposal = await house.runner.propose(forged, "buy_package", PACKAGE)
    assert isinstance(answer, Refused)
    assert isinstance(proposal, Refused)
    assert answer.code == proposal.code == "not_found"
    assert await house.balance(line) == "100.00"


async def test_a_subject_that_does_not_fit_together_is_not_found(house: House) -> None:
    line, other = await house.subscriber("100.00"), await house.subscriber("100.00")
    mixed = replace(line.subject, account=other.account)
    forged = replace(house.case(line), on=mixed)
    answer = await house.runner.propose(forged, "buy_package", PACKAGE, confirm=True)
    assert isinstance(answer, Refused)
    assert answer.code == "not_found"
    assert await house.balance(other) == "100.00"


async def test_terms_that_change_are_shown_again(house: House) -> None:
    line = await house.subscriber("100.00")
    case = house.case(line)
    asked = await house.runner.propose(case, "buy_package", PACKAGE)
    assert isinstance(asked, NeedsConfirm)
    house.clock.advance(13 * 3600 * 1_000_000)  # past midnight: valid until another day
    changed = await house.runner.confirm(case, asked.proposal)
    assert isinstance(changed, Refused)
    assert changed.code == "terms_changed"
    assert changed.again is not None
    assert changed.again.quote != asked.quote
    assert await house.balance(line) == "100.00"
    assert await house.journal(line) == [("buy_package", "terms_changed")]

    done = await house.runner.confirm(case, changed.again.proposal)
    assert isinstance(done, Done)
    assert await house.balance(line) == "70.00"
    assert await house.runner.confirm(case, asked.proposal) == changed


async def test_terms_that_became_impossible_are_refused(house: House) -> None:
    line = await house.subscriber("40.00")
    case = house.case(line)
    asked = await house.runner.propose(case, "buy_package", PACKAGE)
    assert isinstance(asked, NeedsConfirm)
    await house.done(line, "buy_package", package="sms-50")
    refusal = await house.runner.confirm(case, asked.proposal)
    assert isinstance(refusal, Refused)
    assert refusal.code == "balance_low"
    assert await house.balance(line) == "15.00"


async def test_an_old_proposal_is_refused(house: House) -> None:
    line = await house.subscriber("100.00")
    asked = await house.runner.propose(house.case(line), "buy_package", PACKAGE)
    assert isinstance(asked, NeedsConfirm)
    house.clock.advance(25 * 3600 * 1_000_000)
    answer = await house.runner.confirm(house.case(line), asked.proposal)
    assert isinstance(answer, Refused)
    assert answer.code == "proposal_expired"


async def test_what_is_due_is_settled_before_the_quote(house: House) -> None:
    line = await house.subscriber("160.00", tariff="everyday")
    case = house.case(line)
    asked = await house.runner.propose(case, "buy_package", PACKAGE)
    assert isinstance(asked, NeedsConfirm)
    house.clock.advance(31 * 24 * 3600 * 1_000_000)
    refusal = await house.do(line, "buy_package", **PACKAGE)
    assert isinstance(refusal, Refused)
    assert refusal.code == "balance_low"
    assert await house.balance(line) == "10.00"  # the month's fee was taken first
    await house.books_are_sound()


async def test_every_problem_of_an_input_is_told_at_once(house: House) -> None:
    line = await house.subscriber("100.00")
    answer = await house.do(line, "set_forwarding", kind="sideways", to="12", more="x")
    assert isinstance(answer, NeedsInput)
    assert {problem.name: problem.code for problem in answer.fields} == {
        "kind": "unknown_item",
        "to": "number_length",
        "more": "unknown_field",
    }
    assert await house.journal(line) == []


async def test_input_that_only_the_operation_can_judge_leaves_no_trace(house: House) -> None:
    line = await house.subscriber("100.00")
    raw = {"from": "2026-11-10", "to": "2026-11-01"}
    for _ in range(2):
        answer = await house.runner.propose(
            house.case(line), "order_detail", raw, "k1", confirm=True
        )
        assert isinstance(answer, NeedsInput)
    assert await house.rows("SELECT id FROM execution") == []


async def test_an_unknown_operation_is_not_found(house: House) -> None:
    line = await house.subscriber("100.00")
    assert await house.refusal(line, "give_me_money") == "not_found"


async def test_guests_staff_and_channels_get_only_what_is_theirs(house: House) -> None:
    line = await house.subscriber("100.00")
    cases = [
        house.guest(),
        house.staff(),
        replace(house.staff(), on=line.subject),
        Case(System(), line.subject, 0, "system"),
    ]
    for case in cases:
        answer = await house.runner.propose(case, "buy_package", PACKAGE, confirm=True)
        assert isinstance(answer, Refused)
        assert answer.code == "not_allowed"
    by_ussd = house.case(line, channel="ussd", level=0)
    answer = await house.runner.propose(by_ussd, "unblock_line", {}, confirm=True)
    assert isinstance(answer, Refused)
    assert answer.code == "not_allowed"


async def test_a_blocked_line_gets_nothing_done_but_being_opened(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "block_line")
    assert await house.refusal(line, "buy_package", **PACKAGE) == "line_blocked"
    await house.done(line, "unblock_line")
    await house.done(line, "buy_package", **PACKAGE)


async def test_what_became_of_a_proposal_can_be_asked(house: House) -> None:
    line, stranger = await house.subscriber("100.00"), await house.subscriber()
    case = house.case(line)
    asked = await house.runner.propose(case, "buy_package", PACKAGE)
    assert isinstance(asked, NeedsConfirm)
    assert await house.runner.proposed(case, asked.proposal) == asked
    done = await house.runner.confirm(case, asked.proposal)
    assert await house.runner.proposed(case, asked.proposal) == done
    assert await house.runner.receipt(case, asked.proposal) == done
    hidden = await house.runner.receipt(house.case(stranger), asked.proposal)
    assert isinstance(hidden, Refused)


# proof -------------------------------------------------------------------------------------------


def proving(house: House) -> House:
    """The same house, whose operator asks for a code before calls are forwarded."""
    rules = operator().operator.model_copy(
        update={"proof": (Proof(operation="set_forwarding", by="sms"),)}
    )
    return House(house.db, operator().model_copy(update={"operator": rules}))


FORWARDING = {"kind": "unconditional", "to": "671112233"}


async def code_of(house: House) -> str:
    rows = await house.rows("SELECT sealed FROM outbox WHERE kind = 'code' ORDER BY id DESC")
    sealed = rows[0][0]
    assert isinstance(sealed, bytes)
    return SECRETS.unseal(sealed)


async def test_a_code_by_sms_is_proof(house: House) -> None:
    house = proving(house)
    line = await house.subscriber()
    case = house.case(line)
    asked = await house.runner.propose(case, "set_forwarding", FORWARDING, "k", confirm=True)
    assert isinstance(asked, NeedsProof)
    assert asked.sent_to == masked(line.number)
    again = await house.runner.propose(case, "set_forwarding", FORWARDING, "k", confirm=True)
    assert again == asked
    assert await house.runner.proposed(case, asked.proposal) == asked
    early = await house.runner.confirm(case, asked.proposal)
    assert isinstance(early, Refused)
    assert early.code == "proof_missing"

    code = await code_of(house)
    assert code not in await house.everything()
    proved = await house.runner.prove(case, asked.proposal, code)
    assert isinstance(proved, NeedsConfirm)
    assert isinstance(await house.runner.confirm(case, asked.proposal), Done)


async def test_wrong_codes_are_counted(house: House) -> None:
    house = proving(house)
    line = await house.subscriber()
    case = house.case(line)
    asked = await house.runner.propose(case, "set_forwarding", FORWARDING)
    assert isinstance(asked, NeedsProof)
    code = await code_of(house)
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        answer = await house.runner.prove(case, asked.proposal, wrong)
        assert isinstance(answer, Refused)
        assert answer.code == "code_wrong"
    answer = await house.runner.prove(case, asked.proposal, code)
    assert isinstance(answer, Refused)
    assert answer.code == "too_many_codes"


async def test_an_old_code_and_a_strangers_code_are_refused(house: House) -> None:
    house = proving(house)
    line, stranger = await house.subscriber(), await house.subscriber()
    asked = await house.runner.propose(house.case(line), "set_forwarding", FORWARDING)
    assert isinstance(asked, NeedsProof)
    code = await code_of(house)
    theirs = await house.runner.prove(house.case(stranger), asked.proposal, code)
    assert isinstance(theirs, Refused)
    assert theirs.code == "proposal_unknown"
    house.clock.advance(6 * 60 * 1_000_000)
    late = await house.runner.prove(house.case(line), asked.proposal, code)
    assert isinstance(late, Refused)
    assert late.code == "code_expired"


# the registry ------------------------------------------------------------------------------------


def test_no_two_operations_share_a_name() -> None:
    with pytest.raises(ValueError, match="same name"):
        registered(OPERATIONS["register"], OPERATIONS["register"])


def test_no_operation_keeps_a_secret_in_a_proposal() -> None:
    careless: Operation = replace(OPERATIONS["register"], confirm=True)
    with pytest.raises(ValueError, match="secret"):
        registered(careless)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_an_operation_that_is_sure_has_no_way_to_refuse(operation: Operation) -> None:
    gives = get_type_hints(operation.apply)["return"]
    assert not operation.sure or gives is Receipt  # which the type checker holds it to


async def test_an_unknown_proposal_is_told(house: House) -> None:
    line = await house.subscriber()
    answer = await house.runner.confirm(house.case(line), OperationId(5))
    assert isinstance(answer, Refused)
    assert answer.code == "proposal_unknown"
