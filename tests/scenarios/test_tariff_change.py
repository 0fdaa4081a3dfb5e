"""A change of tariff takes effect by itself on the first of the month."""

from abonent.kernel.outcome import Done, NeedsConfirm, Refused
from tests.fixtures.house import House
from tests.fixtures.traces import Watch
from tests.scenarios.calendar import at, due, fees, move, pass_until, said, services, tariff


async def test_it_takes_effect_at_local_midnight_of_the_first(house: House) -> None:
    line = await house.subscriber("500.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="calm")
    await pass_until(house, "2026-11-30 23:59:59.999999")
    assert await tariff(house, line) == "everyday"

    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-01 00:00")
    assert await tariff(house, line) == "calm"
    new = await watch.new()
    assert new.entries == ["tariff_fee, account -75.00 UAH, revenue_fees 75.00 UAH"]
    assert new.journal == [("tariff_changed", "done")]
    assert new.sms == ["tariff_changed"]
    assert await house.balance(line) == "405.00"
    await house.books_are_sound()


async def test_the_new_fee_counts_from_the_first_and_the_old_one_is_gone(house: House) -> None:
    line = await house.subscriber("500.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="calm")
    assert await due(house, line) == [
        ("tariff_change", "calm", "2026-12-01 00:00", False),
        ("tariff_fee", "everyday", "2026-12-17 00:00", False),
    ]
    await pass_until(house, "2026-12-01 00:00")
    assert await due(house, line) == [("tariff_fee", "calm", "2027-01-01 00:00", False)]
    await pass_until(house, "2027-02-28 12:00")
    assert await fees(house, line, "tariff_fee") == [
        "2026-11-17 12:00",
        "2026-12-01 00:00",
        "2027-01-01 00:00",
        "2027-02-01 00:00",
    ]


async def test_the_new_tariffs_minutes_are_there_at_once(house: House) -> None:
    line = await house.subscriber("500.00", tariff="second")
    await house.done(line, "change_tariff", tariff="calm")
    assert await house.lots(line) == {}
    await pass_until(house, "2026-12-01 00:00")
    rows = await house.rows("SELECT bucket, remaining, valid_from, expires_at FROM lot")
    assert {(row[0], row[1]) for row in rows} == {
        ("minutes-onnet", 30_000),
        ("minutes-ukraine", 3_600),
        ("sms-ukraine", 50),
        ("internet", 536_870_912),
    }
    assert {(said(house, row[2]), said(house, row[3])) for row in rows} == {
        ("2026-12-01 00:00", "2027-01-01 00:00")
    }


async def test_services_that_the_new_tariff_does_not_have_end_on_the_network_too(
    house: House,
) -> None:
    line = await house.subscriber("500.00", tariff="everyday")
    for service in ("caller-id", "onnet-unlimited"):
        await house.done(line, "activate_service", service=service)
    await house.done(line, "change_tariff", tariff="calm")
    await house.db.write(lambda tx: tx.run("UPDATE due SET ref = 'start-2019' WHERE ref = 'calm'"))
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-01 00:00")
    assert await services(house, line) == {"caller-id": "on"}
    assert await due(house, line) == [("tariff_fee", "start-2019", "2027-01-01 00:00", False)]
    assert (await watch.new()).orders == ["service_off service=onnet-unlimited"]


async def test_the_old_fee_of_that_very_day_is_not_taken(house: House) -> None:
    move(house, "2026-12-01 09:00")
    line = await house.subscriber("500.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="calm")
    await pass_until(house, "2027-01-01 00:00")
    assert await fees(house, line, "tariff_fee") == ["2026-12-01 09:00", "2027-01-01 00:00"]
    assert await house.balance(line) == "405.00"


async def test_without_the_worker_a_visit_makes_it_happen_first(house: House) -> None:
    line = await house.subscriber("500.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="second")
    move(house, "2026-12-05 12:00")
    assert await tariff(house, line) == "everyday"
    assert isinstance(await house.do(line, "buy_package", package="internet-1gb"), Done)
    assert await tariff(house, line) == "second"
    rows = await house.rows("SELECT valid_from FROM subscription WHERE tariff = 'second'")
    assert said(house, rows[0][0]) == "2026-12-01 00:00"


async def test_too_little_money_for_the_new_fee_changes_the_tariff_all_the_same(
    house: House,
) -> None:
    line = await house.subscriber("20.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="calm")
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-01 00:00")
    assert await tariff(house, line) == "calm"
    assert await due(house, line) == [("tariff_fee", "calm", "2026-12-01 00:00", True)]
    assert (await watch.new()).sms == ["tariff_changed", "fee_unpaid"]
    assert await house.balance(line) == "0.00"


async def test_a_tariff_that_is_gone_by_then_leaves_the_old_one_and_its_price_comes_back(
    house: House,
) -> None:
    line = await house.subscriber("500.00", tariff="everyday")
    await house.done(line, "change_tariff", tariff="calm")
    await house.db.write(lambda tx: tx.run("UPDATE due SET ref = 'gone' WHERE ref = 'calm'"))
    watch = await Watch.over(house, line)
    await pass_until(house, "2026-12-01 00:00")
    assert await tariff(house, line) == "everyday"
    new = await watch.new()
    assert new.sms == ["tariff_change_failed"]
    assert new.entries == ["tariff_change_withdrawn, account 20.00 UAH, revenue_fees -20.00 UAH"]
    assert await house.balance(line) == "500.00"
    assert await due(house, line) == [("tariff_fee", "everyday", "2026-12-17 00:00", False)]
    await house.books_are_sound()


async def test_terms_agreed_to_before_midnight_are_asked_for_again_after_it(house: House) -> None:
    line = await house.subscriber("500.00")
    case = house.case(line)
    move(house, "2026-11-30 23:59")
    asked = await house.runner.propose(case, "change_tariff", {"tariff": "calm"})
    assert isinstance(asked, NeedsConfirm)
    move(house, "2026-12-01 00:01")
    answer = await house.runner.confirm(case, asked.proposal)
    assert isinstance(answer, Refused)
    assert answer.code == "terms_changed"
    assert answer.again is not None
    assert answer.again.quote.effective_at == at(house, "2027-01-01 00:00")
