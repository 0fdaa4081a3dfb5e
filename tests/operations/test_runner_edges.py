"""What the runner does at its edges: nobody's answers, a program that changed, what was due."""

from dataclasses import replace
from types import MappingProxyType

from abonent.kernel.case import Case, System
from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import Done, NeedsConfirm, NeedsProof, Refused
from abonent.operations.views.home import balance
from abonent.profile.model import Proof
from tests.fixtures.house import House
from tests.fixtures.rules import ruled
from tests.fixtures.traces import Traces, Watch

DAY_US = 86_400_000_000
FORWARDING = {"kind": "busy", "to": "671112233"}


async def test_a_view_is_read_with_its_case(house: House) -> None:
    line = await house.subscriber("12.00")
    assert await house.runner.read(balance, house.case(line)) == house.env.money(12_00)


async def test_nobody_finds_the_answers_of_others(house: House) -> None:
    line = await house.subscriber("100.00")
    receipt = await house.done(line, "buy_package", package="sms-50")
    system = Case(System(), line.subject, 0, "system")
    for case in (system, house.staff(), house.guest()):
        found = await house.runner.receipt(case, receipt.id)
        assert isinstance(found, Refused)
        assert found.code == "not_found"
        unknown = await house.runner.proposed(case, receipt.id)
        assert isinstance(unknown, Refused)
        assert unknown.code == "proposal_unknown"


async def test_what_is_due_is_done_before_a_price_is_told(house: House) -> None:
    line = await house.subscriber("160.00", tariff="everyday")
    house.clock.advance(30 * DAY_US)
    watch = await Watch.over(house, line)
    answer = await house.runner.propose(house.case(line), "buy_package", {"package": "sms-50"})
    assert isinstance(answer, Refused)
    assert answer.code == "balance_low"
    assert await watch.new() == Traces(
        entries=["tariff_fee, account -150.00 UAH, revenue_fees 150.00 UAH"]
    )
    assert await house.balance(line) == "10.00"
    await house.books_are_sound()


async def test_a_proposal_of_an_operation_that_is_gone_has_expired(house: House) -> None:
    line = await house.subscriber("100.00")
    case = house.case(line)
    asked = await house.runner.propose(case, "buy_package", {"package": "sms-50"})
    assert isinstance(asked, NeedsConfirm)
    rest = {n: o for n, o in house.runner.operations.items() if n != "buy_package"}
    house.runner.operations = MappingProxyType(rest)
    answer = await house.runner.confirm(case, asked.proposal)
    assert isinstance(answer, Refused)
    assert answer.code == "proposal_expired"
    assert await house.balance(line) == "100.00"


async def test_a_proposal_that_the_profile_understands_no_more_has_expired(house: House) -> None:
    line = await house.subscriber()
    asked = await house.runner.propose(house.case(line), "set_forwarding", FORWARDING)
    assert isinstance(asked, NeedsConfirm)
    after = ruled(house, forwarding_kinds=("unconditional",))
    answer = await after.runner.confirm(house.case(line), asked.proposal)
    assert isinstance(answer, Refused)
    assert answer.code == "proposal_expired"


async def test_nobody_is_sent_a_code_for_what_does_not_exist(house: House) -> None:
    house = ruled(house, proof=(Proof(operation="reveal_puk", by="sms"),))
    line = await house.subscriber()
    unknown = {"number": "380949999999"}
    answer = await house.runner.propose(house.staff(), "reveal_puk", unknown)
    assert isinstance(answer, Refused)
    assert answer.code == "number_unknown"
    assert await house.rows("SELECT id FROM proposal") == []
    asked = await house.runner.propose(house.staff(), "reveal_puk", {"number": line.number})
    assert isinstance(asked, NeedsProof)
    assert asked.sent_to == "•" * 10 + line.number[-2:]


async def test_a_form_sent_twice_is_proposed_and_done_once(house: House) -> None:
    line = await house.subscriber("100.00")
    case, raw = house.case(line), {"package": "sms-50"}
    first = await house.runner.propose(case, "buy_package", raw, "form")
    again = await house.runner.propose(case, "buy_package", raw, "form")
    assert isinstance(first, NeedsConfirm)
    assert again == first
    done = await house.runner.confirm(case, first.proposal)
    assert isinstance(done, Done)
    assert await house.runner.propose(case, "buy_package", raw, "form") == done
    assert await house.runner.confirm(case, first.proposal) == done
    assert await house.balance(line) == "75.00"


async def test_an_id_that_two_processes_draw_answers_nobody_with_anothers_receipt(
    house: House,
) -> None:
    line, other = await house.subscriber("100.00"), await house.subscriber("100.00")
    receipt = await house.done(line, "buy_package", package="sms-50")
    house.env.ids.next = lambda: int(receipt.id)  # type: ignore[method-assign]
    assert await house.refusal(other, "buy_package", package="sms-50") == "proposal_used"
    assert await house.balance(line) == "75.00"
    assert await house.balance(other) == "100.00"


async def test_a_proposal_waits_for_who_asked_on_the_line_it_was_asked_for(house: House) -> None:
    line = await house.subscriber("100.00")
    asked = await house.runner.propose(house.case(line), "buy_package", {"package": "sms-50"})
    assert isinstance(asked, NeedsConfirm)
    nowhere = replace(house.case(line), on=None)
    answer = await house.runner.confirm(nowhere, asked.proposal)
    assert isinstance(answer, Refused)
    assert answer.code == "proposal_unknown"
    unknown = await house.runner.confirm(house.case(line), OperationId(7))
    assert isinstance(unknown, Refused)
