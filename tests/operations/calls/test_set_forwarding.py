from dataclasses import replace

from abonent.kernel.outcome import NeedsConfirm, NeedsInput
from abonent.kernel.text import Item
from tests.fixtures.house import House
from tests.fixtures.rules import ruled
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger

TO = "380671112233"
BUSY = {"kind": "busy", "to": TO}


async def forwardings(house: House) -> list[tuple[object, ...]]:
    return await house.rows("SELECT kind, to_number FROM forwarding ORDER BY kind")


async def test_it_works(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "set_forwarding", **BUSY)
    assert receipt.text.key == "done.set_forwarding"
    assert receipt.text.values == {"kind": Item("forwarding", "busy"), "to": f"+{TO}"}
    assert receipt.undo == "clear_forwarding"
    assert await forwardings(house) == [("busy", TO)]
    assert await watch.new() == Traces(
        journal=[("set_forwarding", "done")],
        sms=["set_forwarding"],
        orders=[f"forwarding kind=busy to={TO}"],
    )


async def test_the_journal_keeps_the_kind_and_not_the_number(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "set_forwarding", **BUSY)
    rows = await house.rows("SELECT details FROM journal WHERE code = 'set_forwarding'")
    assert "busy" in str(rows)
    assert TO not in str(rows)


async def test_a_tariff_may_ask_a_fee_for_it(house: House) -> None:
    house = ruled(house, fees={"set_forwarding": 250})
    line = await house.subscriber("3.00")
    asked = await house.runner.propose(house.case(line), "set_forwarding", BUSY)
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.price == house.env.money(2_50)
    watch = await Watch.over(house, line)
    await house.runner.confirm(house.case(line), asked.proposal)
    assert (await watch.new()).entries == [
        "set_forwarding, account -2.50 UAH, revenue_fees 2.50 UAH"
    ]
    code = await refusal(house, line, "set_forwarding", **{**BUSY, "kind": "no_reply"})
    assert code == "balance_low"
    await house.books_are_sound()


async def test_another_number_takes_the_place_of_the_first(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "set_forwarding", **BUSY)
    await house.done(line, "set_forwarding", kind="busy", to="671112244")
    assert await forwardings(house) == [("busy", "380671112244")]


async def test_each_kind_of_call_goes_its_own_way(house: House) -> None:
    line = await house.subscriber()
    for kind in ("unconditional", "busy", "no_reply", "unreachable"):
        await house.done(line, "set_forwarding", kind=kind, to=TO)
    assert len(await forwardings(house)) == 4


async def test_a_stranger_cannot_forward_my_calls(house: House) -> None:
    line = await house.subscriber()
    assert await refusal_of_a_stranger(house, line, "set_forwarding", **BUSY) == "not_found"


async def test_forwarding_to_oneself_is_refused(house: House) -> None:
    line = await house.subscriber()
    code = await refusal(house, line, "set_forwarding", kind="busy", to=line.number)
    assert code == "forwarding_to_self"


async def test_what_is_set_already_is_refused(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "set_forwarding", **BUSY)
    assert await refusal(house, line, "set_forwarding", **BUSY) == "forwarding_same"


async def test_a_blocked_line_forwards_nothing(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "block_line")
    assert await refusal(house, line, "set_forwarding", **BUSY) == "line_blocked"


WRONG_NUMBERS = {
    "67111223O": "number_invalid",
    "٣٨٠٦٧١١١٢٢٣٣": "number_invalid",
    "380671112233\n": "number_invalid",
    "": "required",
    "67111223": "number_length",
    "3806711122334": "number_length",
    "0671112233": "number_leading_zero",
    "112": "number_length",
    "6" * 201: "too_long",
}


async def test_what_is_no_number_is_explained(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    for to, code in WRONG_NUMBERS.items():
        answer = await house.do(line, "set_forwarding", kind="busy", to=to)
        assert isinstance(answer, NeedsInput)
        assert [(p.name, p.code) for p in answer.fields] == [("to", code)], to
    assert await watch.changed_tables() == set()


async def test_a_kind_that_the_operator_does_not_offer_is_no_input(house: House) -> None:
    line = await house.subscriber()
    answer = await house.do(line, "set_forwarding", kind="sometimes", to=TO)
    assert isinstance(answer, NeedsInput)
    assert [(p.name, p.code) for p in answer.fields] == [("kind", "unknown_item")]


# clear_forwarding --------------------------------------------------------------------------------


async def test_clearing_works(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "set_forwarding", **BUSY)
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "clear_forwarding", kind="busy")
    assert receipt.text.key == "done.clear_forwarding"
    assert await forwardings(house) == []
    assert await watch.new() == Traces(
        journal=[("clear_forwarding", "done")], orders=["forwarding kind=busy to="]
    )


async def test_clearing_needs_no_confirmation(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "set_forwarding", **BUSY)
    await house.runner.propose(house.case(line), "clear_forwarding", {"kind": "busy"})
    assert await forwardings(house) == []


async def test_a_stranger_cannot_clear_it(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "set_forwarding", **BUSY)
    assert await refusal_of_a_stranger(house, line, "clear_forwarding", kind="busy") == "not_found"


async def test_nothing_to_clear_is_refused(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "set_forwarding", **BUSY)
    code = await refusal(house, line, "clear_forwarding", kind="no_reply")
    assert code == "forwarding_none"


async def test_a_line_at_the_other_level_may_clear_it_too(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "set_forwarding", **BUSY)
    by_phone = replace(house.case(line), channel="ussd", level=0)
    await house.runner.propose(by_phone, "clear_forwarding", {"kind": "busy"})
    assert await forwardings(house) == []
