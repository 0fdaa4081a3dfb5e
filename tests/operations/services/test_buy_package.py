from abonent.kernel.outcome import NeedsConfirm
from abonent.kernel.text import Amount, At, Item, Text, Value
from abonent.kernel.time import Instant, rfc3339
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger

GIGABYTE = 1_073_741_824
PACKAGE = {"package": "internet-1gb"}
"""30.00 for a gigabyte and seven days."""


async def test_it_works(house: House) -> None:
    line = await house.subscriber("100.00")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "buy_package", **PACKAGE)
    assert receipt.text.key == "done.buy_package"
    assert receipt.state == "done"
    assert await house.balance(line) == "70.00"
    assert await house.lots(line) == {"internet": GIGABYTE}
    assert await watch.new() == Traces(
        entries=["package, account -30.00 UAH, revenue_fees 30.00 UAH"],
        journal=[("buy_package", "done")],
        sms=["buy_package"],
    )
    await house.books_are_sound()


async def test_the_quote_says_what_it_costs_what_is_in_it_and_until_when(house: House) -> None:
    line = await house.subscriber("100.00")
    asked = await house.runner.propose(house.case(line), "buy_package", PACKAGE)
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.price == house.env.money(30_00)
    included: dict[str, Value] = {
        "bucket": Item("bucket", "internet"),
        "amount": Amount(GIGABYTE, "byte"),
    }
    until = asked.quote.terms[1].values["until"]
    assert asked.quote.terms[0] == Text("term.included", included)
    assert isinstance(until, At)
    assert rfc3339(until.at) == "2026-11-23T22:00:00Z"  # midnight in Kyiv


async def test_a_stranger_cannot_buy_it(house: House) -> None:
    line = await house.subscriber("100.00")
    assert await refusal_of_a_stranger(house, line, "buy_package", **PACKAGE) == "not_found"


async def test_the_same_package_can_be_bought_again(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "buy_package", **PACKAGE)
    await house.done(line, "buy_package", **PACKAGE)
    assert await house.balance(line) == "40.00"
    assert await house.lots(line) == {"internet": 2 * GIGABYTE}


async def test_too_little_money_is_refused(house: House) -> None:
    line = await house.subscriber("29.99")
    assert await refusal(house, line, "buy_package", **PACKAGE) == "balance_low"


async def test_the_last_kopeck_may_be_spent(house: House) -> None:
    line = await house.subscriber("30.00")
    await house.done(line, "buy_package", **PACKAGE)
    assert await house.balance(line) == "0.00"


async def test_a_package_that_does_not_exist_is_refused(house: House) -> None:
    line = await house.subscriber("100.00")
    assert await refusal(house, line, "buy_package", package="internet-1tb") == "package_unknown"


async def test_a_package_that_the_tariff_does_not_allow_is_refused(house: House) -> None:
    line = await house.subscriber("300.00", tariff="start-2019")
    code = await refusal(house, line, "buy_package", package="internet-20gb")
    assert code == "package_not_on_tariff"


async def test_a_line_without_a_known_tariff_can_buy_none(house: House) -> None:
    line = await house.subscriber("300.00")
    await house.db.write(lambda tx: tx.run("UPDATE subscription SET tariff = 'gone'"))
    code = await refusal(house, line, "buy_package", **PACKAGE)
    assert code == "package_not_on_tariff"


async def test_a_blocked_line_can_buy_none(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "block_line")
    assert await refusal(house, line, "buy_package", **PACKAGE) == "line_blocked"


async def test_who_wants_no_notice_gets_none(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "set_notices", notice="buy_package", on="no")
    await house.done(line, "buy_package", **PACKAGE)
    assert await house.messages(line) == []


async def test_a_package_is_gone_at_midnight_of_its_last_day(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "buy_package", **PACKAGE)
    rows = await house.rows("SELECT valid_from, expires_at FROM lot WHERE owner_id = $1", line.id)
    start, end = rows[0]
    assert start == house.clock.now()
    assert isinstance(end, int)
    assert rfc3339(Instant(end)) == "2026-11-23T22:00:00Z"
