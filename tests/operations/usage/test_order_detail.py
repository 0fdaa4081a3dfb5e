from abonent.kernel.outcome import NeedsConfirm, NeedsInput
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-17"}
"""The business day of the tests is 17 November 2026."""


async def test_it_works(house: House) -> None:
    line = await house.subscriber("10.00")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "order_detail", **NOVEMBER)
    assert receipt.text.key == "done.order_detail"
    assert receipt.link == f"/statistics/detail/{receipt.id}"
    orders = await house.rows(
        "SELECT id, line_id, first_day, last_day, price_minor FROM detail_order"
    )
    assert orders == [(receipt.id, line.id, "2026-11-01", "2026-11-17", 106)]
    assert await house.balance(line) == "8.94"
    assert await watch.new() == Traces(
        entries=["order_detail, account -1.06 UAH, revenue_fees 1.06 UAH"],
        journal=[("order_detail", "done")],
        sms=["order_detail"],
    )
    await house.books_are_sound()


async def test_a_tariff_may_have_it_free(house: House) -> None:
    line = await house.subscriber(tariff="space")
    watch = await Watch.over(house, line)
    asked = await house.runner.propose(house.case(line), "order_detail", NOVEMBER)
    assert isinstance(asked, NeedsConfirm)
    assert not asked.quote.price
    await house.runner.confirm(house.case(line), asked.proposal)
    assert (await watch.new()).entries == []
    assert len(await house.rows("SELECT id FROM detail_order")) == 1


async def test_each_order_is_paid(house: House) -> None:
    line = await house.subscriber("10.00")
    for _ in range(2):
        await house.done(line, "order_detail", **NOVEMBER)
    assert await house.balance(line) == "7.88"


async def test_a_stranger_cannot_order_it(house: House) -> None:
    line = await house.subscriber("10.00")
    assert await refusal_of_a_stranger(house, line, "order_detail", **NOVEMBER) == "not_found"


async def test_too_little_money_is_refused(house: House) -> None:
    line = await house.subscriber("1.05")
    assert await refusal(house, line, "order_detail", **NOVEMBER) == "balance_low"


async def test_a_blocked_line_gets_none(house: House) -> None:
    line = await house.subscriber("10.00")
    await house.done(line, "block_line")
    assert await refusal(house, line, "order_detail", **NOVEMBER) == "line_blocked"


async def test_one_day_and_the_longest_period_are_fine(house: House) -> None:
    line = await house.subscriber("10.00")
    await house.done(line, "order_detail", **{"from": "2026-11-17", "to": "2026-11-17"})
    await house.done(line, "order_detail", **{"from": "2026-08-18", "to": "2026-11-17"})


WRONG_PERIODS = {
    ("2026-11-10", "2026-11-09"): ("to", "period_reversed"),
    ("2026-11-10", "2026-11-18"): ("to", "period_future"),
    ("2026-12-01", "2026-12-02"): ("to", "period_future"),
    ("2026-08-17", "2026-11-17"): ("from", "period_too_long"),
    ("2016-11-17", "2026-11-17"): ("from", "period_too_long"),
    ("2025-11-16", "2025-11-30"): ("from", "period_too_old"),
    ("2026-11-31", "2026-11-17"): ("from", "date_invalid"),
    ("2026-02-29", "2026-11-17"): ("from", "date_invalid"),
    ("17.11.2026", "2026-11-17"): ("from", "date_invalid"),
    ("2026-11-1", "2026-11-17"): ("from", "date_invalid"),
    ("2026-11-01", "2026-11-17\n"): ("to", "date_invalid"),
    ("٢٠٢٦-١١-٠١", "2026-11-17"): ("from", "date_invalid"),
    ("0000-00-00", "2026-11-17"): ("from", "date_invalid"),
    ("0001-01-01", "2026-11-17"): ("from", "date_invalid"),
    ("2026-11-01", ""): ("to", "required"),
}


async def test_a_period_that_is_none_is_explained(house: House) -> None:
    line = await house.subscriber("10.00")
    watch = await Watch.over(house, line)
    for (first, last), expected in WRONG_PERIODS.items():
        answer = await house.do(line, "order_detail", **{"from": first, "to": last})
        assert isinstance(answer, NeedsInput), (first, last)
        assert [(p.name, p.code) for p in answer.fields] == [expected]
    assert await watch.changed_tables() == set()
