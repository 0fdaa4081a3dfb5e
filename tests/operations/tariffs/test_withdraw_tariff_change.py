from abonent.kernel.outcome import NeedsConfirm
from abonent.kernel.text import Text
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger


async def test_it_works(house: House) -> None:
    line = await house.subscriber("100.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="calm")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "withdraw_tariff_change")
    assert receipt.text.key == "done.withdraw_tariff_change"
    assert await house.balance(line) == "100.00"
    assert await house.rows("SELECT id FROM due WHERE kind = 'tariff_change'") == []
    assert await watch.new() == Traces(
        entries=["tariff_change_withdrawn, account 20.00 UAH, revenue_fees -20.00 UAH"],
        journal=[("withdraw_tariff_change", "done")],
    )
    await house.books_are_sound()


async def test_the_quote_says_what_comes_back(house: House) -> None:
    line = await house.subscriber("100.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="calm")
    asked = await house.runner.propose(house.case(line), "withdraw_tariff_change", {})
    assert isinstance(asked, NeedsConfirm)
    back = house.env.money(20_00)
    assert asked.quote.terms == (Text("term.fee_returned", {"amount": back}),)


async def test_where_nothing_was_paid_nothing_comes_back(house: House) -> None:
    line = await house.subscriber("100.00", tariff="second")
    await house.done(line, "change_tariff", tariff="calm")
    watch = await Watch.over(house, line)
    asked = await house.runner.propose(house.case(line), "withdraw_tariff_change", {})
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.terms == ()
    await house.runner.confirm(house.case(line), asked.proposal)
    assert (await watch.new()).entries == []
    assert await house.balance(line) == "100.00"


async def test_a_stranger_cannot_withdraw_it(house: House) -> None:
    line = await house.subscriber("100.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="calm")
    assert await refusal_of_a_stranger(house, line, "withdraw_tariff_change") == "not_found"


async def test_no_change_to_come_is_refused(house: House) -> None:
    line = await house.subscriber()
    assert await refusal(house, line, "withdraw_tariff_change") == "no_pending_change"


async def test_a_change_that_has_begun_is_withdrawn_no_more(house: House) -> None:
    line = await house.subscriber("500.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="calm")
    house.clock.advance(14 * 24 * 3600 * 1_000_000)  # 1 December, noon
    assert await house.refusal(line, "withdraw_tariff_change") == "no_pending_change"
    current = await house.rows("SELECT tariff FROM subscription WHERE valid_to IS NULL")
    assert current == [("calm",)]


async def test_after_a_withdrawal_another_change_may_be_asked_for(house: House) -> None:
    line = await house.subscriber("100.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="calm")
    await house.done(line, "withdraw_tariff_change")
    await house.done(line, "change_tariff", tariff="calm")
    assert await house.balance(line) == "80.00"
    await house.books_are_sound()
