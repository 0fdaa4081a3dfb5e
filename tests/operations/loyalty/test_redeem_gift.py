import asyncio

from abonent.accounts.model import Line
from abonent.kernel.money import POINTS, Money
from abonent.kernel.outcome import Done, NeedsConfirm
from abonent.kernel.text import Item, Text, Value
from abonent.kernel.time import DAY_US, SECOND_US
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger
from tests.fixtures.vouchers import code_number

GIFT = {"gift": "minutes-30"}
"""20 points for half an hour within Ukraine."""


async def earn(house: House, line: Line, amount: str) -> None:
    """Top up, a point for every ten."""
    code = code_number(house.env.ids.next())
    await house.voucher(code, amount)
    await house.done(line, "top_up_by_voucher", code=code)


async def test_it_works(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "300.00")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "redeem_gift", **GIFT)
    values: dict[str, Value] = {"gift": Item("gift", "minutes-30"), "points": 20}
    assert receipt.text == Text("done.redeem_gift", values)
    assert await house.balance(line, POINTS) == "10"
    assert await house.balance(line) == "300.00"
    assert await house.lots(line) == {"minutes-ukraine": 1800}
    assert await watch.new() == Traces(
        entries=["gift, account -20 PTS, loyalty 20 PTS"],
        journal=[("redeem_gift", "done")],
        sms=["redeem_gift"],
    )
    await house.books_are_sound()


async def test_the_quote_is_in_points_and_says_what_is_given(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "300.00")
    asked = await house.runner.propose(house.case(line), "redeem_gift", GIFT)
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.price == Money(20, POINTS)
    assert [term.key for term in asked.quote.terms] == ["term.included", "term.valid_until"]


async def test_money_that_would_be_too_much_is_no_gift(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "400.00")
    most = house.env.operator.limits.balance_max
    raised = "UPDATE balance SET amount = $1 WHERE account_id = $2 AND currency = 'UAH'"
    await house.db.write(lambda tx: tx.run(raised, most - 9_99, line.account))
    assert await refusal(house, line, "redeem_gift", gift="money-10") == "balance_too_high"
    assert await house.balance(line, POINTS) == "40"


async def test_a_gift_may_be_money(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "400.00")
    asked = await house.runner.propose(house.case(line), "redeem_gift", {"gift": "money-10"})
    assert isinstance(asked, NeedsConfirm)
    assert [term.key for term in asked.quote.terms] == ["term.money_given"]
    watch = await Watch.over(house, line)
    await house.runner.confirm(house.case(line), asked.proposal)
    assert await house.balance(line) == "410.00"
    assert (await watch.new()).entries == [
        "gift, account -40 PTS, loyalty 40 PTS, account 10.00 UAH, loyalty -10.00 UAH"
    ]
    await house.books_are_sound()


async def test_the_points_that_expire_first_are_spent_first(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "150.00")
    house.clock.advance(DAY_US)
    await earn(house, line, "150.00")
    await house.done(line, "redeem_gift", **GIFT)
    lots = await house.rows("SELECT remaining FROM lot WHERE bucket = 'PTS' ORDER BY expires_at")
    assert lots == [(0,), (10,)]
    await house.books_are_sound()


async def test_a_stranger_cannot_spend_my_points(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "300.00")
    assert await refusal_of_a_stranger(house, line, "redeem_gift", **GIFT) == "not_found"


async def test_a_gift_that_does_not_exist_is_refused(house: House) -> None:
    line = await house.subscriber()
    assert await refusal(house, line, "redeem_gift", gift="car") == "gift_unknown"


async def test_too_few_points_are_refused(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "190.00")
    assert await refusal(house, line, "redeem_gift", **GIFT) == "points_low"


async def test_points_that_have_expired_are_spent_no_more(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "300.00")
    house.clock.advance(365 * DAY_US)
    assert await house.refusal(line, "redeem_gift", **GIFT) == "points_low"
    assert await house.balance(line, POINTS) == "0"
    await house.books_are_sound()


async def test_a_clock_that_is_put_back_leaves_points_as_good_as_they_were(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "200.00")
    house.clock.offset_us -= SECOND_US
    await house.done(line, "redeem_gift", **GIFT)
    assert await house.balance(line, POINTS) == "0"
    await house.books_are_sound()


async def test_a_blocked_line_gets_no_gift(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "300.00")
    await house.done(line, "block_line")
    assert await refusal(house, line, "redeem_gift", **GIFT) == "line_blocked"


async def test_points_for_one_gift_buy_one_however_often_it_is_asked_for(house: House) -> None:
    line = await house.subscriber()
    await earn(house, line, "300.00")
    answers = await asyncio.gather(*(house.do(line, "redeem_gift", **GIFT) for _ in range(10)))
    assert sum(isinstance(answer, Done) for answer in answers) == 1
    assert await house.balance(line, POINTS) == "10"
    await house.books_are_sound()
