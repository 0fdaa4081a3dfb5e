"""Settling without being asked: by any number of workers, each thing once."""

import asyncio

import pytest

from abonent.accounts.model import Line
from abonent.kernel.time import DAY_US
from abonent.operations import due_work
from abonent.operations.due_work import settle_ripe, tidy
from abonent.operations.ports import Unavailable
from abonent.worker.loop import Worker
from tests.fixtures.house import House
from tests.fixtures.vouchers import code_number
from tests.scenarios.calendar import fees, move, pass_until


async def subscribers(house: House, count: int) -> list[Line]:
    return [await house.subscriber("200.00", tariff="calm") for _ in range(count)]


async def test_two_workers_at_once_take_each_fee_once(house: House) -> None:
    lines = await subscribers(house, 6)
    move(house, "2026-12-17 00:00")
    await asyncio.gather(*(settle_ripe(house.db, house.env) for _ in range(4)))
    for line in lines:
        assert await house.balance(line) == "125.00"
        assert await fees(house, line, "tariff_fee") == ["2026-11-17 12:00", "2026-12-17 00:00"]
    assert await settle_ripe(house.db, house.env) == 0
    await house.books_are_sound()


async def test_a_worker_and_a_visit_at_once_take_each_fee_once(house: House) -> None:
    line = await house.subscriber("200.00", tariff="calm")
    move(house, "2026-12-17 00:00")
    buying = (house.do(line, "buy_package", package="sms-50") for _ in range(3))
    await asyncio.gather(*(settle_ripe(house.db, house.env) for _ in range(3)), *buying)
    assert await fees(house, line, "tariff_fee") == ["2026-11-17 12:00", "2026-12-17 00:00"]
    assert await house.balance(line) == "50.00"
    await house.books_are_sound()


async def test_accounts_are_settled_by_the_batch(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_work, "BATCH", 2)
    await subscribers(house, 5)
    move(house, "2026-12-17 00:00")
    assert [await settle_ripe(house.db, house.env) for _ in range(4)] == [2, 2, 1, 0]


async def test_an_account_that_cannot_be_settled_stops_no_other(house: House) -> None:
    broken, *others = await subscribers(house, 3)
    await house.db.write(
        lambda tx: tx.run("UPDATE due SET kind = 'mystery' WHERE line_id = $1", broken.id)
    )
    move(house, "2026-12-17 00:00")
    await Worker(house.db, house.env, {}).catch_up()
    for line in others:
        assert await house.balance(line) == "125.00"
    assert await house.balance(broken) == "200.00"


@pytest.mark.parametrize("method", ["write", "_settle_alone"])
async def test_an_outage_is_no_fault_of_an_account(
    house: House, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable

    (line,) = await subscribers(house, 1)
    move(house, "2026-12-17 00:00")
    if method == "_settle_alone":
        await house.db.write(lambda tx: tx.run("UPDATE due SET kind = 'mystery'"))
        settle_alone = due_work._settle_alone

        async def then_away(*given: object) -> bool:
            monkeypatch.setattr(house.db, "write", away)
            return await settle_alone(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(due_work, "_settle_alone", then_away)
    else:
        monkeypatch.setattr(house.db, "write", away)
    with pytest.raises(Unavailable):
        await settle_ripe(house.db, house.env)
    assert await house.balance(line) == "200.00"


async def test_proposals_that_nobody_can_confirm_are_forgotten(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.runner.propose(house.case(line), "buy_package", {"package": "sms-50"})
    await tidy(house.db, house.env)
    assert len(await house.rows("SELECT id FROM proposal")) == 1
    house.clock.advance(DAY_US)
    await tidy(house.db, house.env)
    assert await house.rows("SELECT id FROM proposal") == []


async def test_a_year_goes_by_and_the_books_are_sound(house: House) -> None:
    line = await house.subscriber("1000.00", tariff="everyday")
    await house.voucher(code_number(1), "500.00")
    await house.done(line, "top_up_by_voucher", code=code_number(1))
    await house.done(line, "activate_service", service="hidden-number")
    await house.done(line, "change_tariff", tariff="talk")
    await pass_until(house, "2027-05-01 12:00")
    await house.done(line, "redeem_gift", gift="weekend")
    await pass_until(house, "2027-11-30 12:00")
    assert await house.balance(line, "PTS") == "0"
    await house.books_are_sound()
