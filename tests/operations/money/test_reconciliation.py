"""A provider's file against our books."""

from datetime import date

import pytest

from abonent.kernel.time import DAY_US
from abonent.ledger.payments import Payment
from abonent.operations.money.providers import ask_providers
from abonent.operations.money.reconciliation import Reconciled, reconcile
from tests.fixtures.house import House
from tests.fixtures.payments import Till, card


async def test_it_works(house: House, at: Till) -> None:
    line = await house.subscriber()
    known, missed = await at.begun(line), await at.begun(line)
    await at.told(known)
    done = await _read(at, _line(known), _line(missed))
    assert (done.agreed, done.booked, done.differences) == (2, 1, [])
    assert await house.balance(line) == "200.00"
    again = await _read(at, _line(known), _line(missed))
    assert (again.agreed, again.booked) == (2, 0)
    await at.told(missed)
    assert await house.balance(line) == "200.00"
    await house.books_are_sound()


async def test_what_had_failed_here_and_was_paid_there_is_booked(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment, "failed")
    assert (await _read(at, _line(payment))).booked == 1
    assert await house.balance(line) == "100.00"


async def test_what_was_given_back_there_is_given_back_here(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    done = await _read(at, _line(payment), _line(payment, -100_00))
    assert (done.agreed, done.booked) == (2, 1)
    assert await house.balance(line) == "0.00"
    assert (await _read(at, _line(payment), _line(payment, -100_00))).booked == 0


async def test_differences_are_listed_and_change_nothing(house: House, at: Till) -> None:
    line = await house.subscriber()
    short, part, bad = [await at.begun(line) for _ in range(3)]
    await at.told(part)
    await at.told(bad, amount=house.env.money(1))
    balance = await house.balance(line)
    lines = (_line(short, 99_99), _line(part, -40_00), _line(bad), "999,x,500")
    done = await _read(at, *lines)
    found = [(each.code, each.line, each.payment) for each in done.differences]
    assert found == [
        ("amount", 1, short.id),
        ("amount", 2, part.id),
        ("review", 3, bad.id),
        ("unknown", 4, 999),
    ]
    assert await house.balance(line) == balance
    assert await at.state(short) == ("created", "")


async def test_what_was_taken_twice_there_is_listed(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    twice = f"{payment.id},another,10000"
    done = await _read(at, _line(payment), twice)
    [difference] = done.differences
    assert (difference.code, difference.line, difference.payment) == ("amount", 2, payment.id)
    assert (difference.there, difference.here) == (house.env.money(200_00), payment.to_pay)
    unheard = await at.begun(line)
    done = await _read(at, _line(unheard), f"{unheard.id},another,10000")
    assert [each.payment for each in done.differences] == [unheard.id]
    assert await house.balance(line) == "100.00"


async def test_what_nobody_answered_for_is_booked_from_the_file(house: House, at: Till) -> None:
    line = await house.subscriber()
    means = await card(house, line)
    payment = await at.begun(line, means=means)
    at.provider.faults = [ConnectionError()]
    await ask_providers(house.db, house.env)
    house.clock.advance(DAY_US)
    await ask_providers(house.db, house.env)
    assert await at.state(payment) == ("review", "unanswered")
    assert (await _read(at, _line(payment))).booked == 1
    assert await house.balance(line) == "100.00"


async def test_money_on_its_way_back_is_no_difference(house: House, at: Till) -> None:
    payment = await at.begun_by_guest("380949999999")
    await at.told(payment)
    assert (await _read(at, _line(payment))).differences == []
    await at.told(payment, "refunded")
    done = await _read(at, _line(payment), _line(payment, -100_00))
    assert (done.agreed, done.differences) == (2, [])


async def test_what_the_file_lacks_is_listed(house: House, at: Till) -> None:
    line = await house.subscriber()
    first, lost, last = [await at.begun(line) for _ in range(3)]
    for payment in (first, lost, last):
        at.later()
        await at.told(payment)
    for day in (None, date(2026, 11, 17)):
        done = await _read(at, _line(first), _line(last), day=day)
        assert [(each.code, each.payment) for each in done.differences] == [
            ("missing there", lost.id)
        ]
    house.clock.advance(DAY_US)
    assert (await _read(at, day=date(2026, 11, 18))).differences == []
    assert len((await _read(at, day=date(2026, 11, 17))).differences) == 3
    assert (await _read(at)).differences == []


async def test_another_provider_s_payment_is_unknown(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    at.provider.name = "stripe"
    [difference] = (await _read(at, _line(payment))).differences
    assert difference.code == "unknown"


async def test_a_line_that_is_none_stops_it(house: House, at: Till) -> None:
    with pytest.raises(ValueError, match="not enough values"):
        await _read(at, "nonsense")


def _line(payment: Payment, amount: int | None = None) -> str:
    return f"{payment.id},ref,{payment.to_pay.amount_minor if amount is None else amount}"


async def _read(at: Till, *lines: str, day: date | None = None) -> Reconciled:
    return await reconcile(at.house.db, at.house.env, at.provider, lines, day)
