"""What providers give back, or a bank takes back, of payments: whole, in part, early and twice."""

import pytest

from abonent.kernel.money import Money
from abonent.operations.ports import PaymentState
from tests.fixtures.house import House
from tests.fixtures.payments import Till
from tests.fixtures.traces import Traces, Watch

BACK = "account -100.00 UAH, payments 100.00 UAH, account -10 PTS, loyalty 10 PTS"


async def test_what_was_wrong_and_was_returned_by_hand_is_settled(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment, amount=house.env.money(99_99))
    at.later()
    await at.told(payment, "refunded", amount=house.env.money(99_99))
    assert (await at.state(payment))[0] == "refunded"
    assert await house.balance(line) == "0.00"


@pytest.mark.parametrize("state", ["refunded", "charged_back"])
async def test_what_is_given_back_leaves_even_below_nothing(
    house: House, at: Till, state: PaymentState
) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    await house.done(line, "buy_package", package="internet-1gb")
    before = await house.balance(line)
    watch = await Watch.over(house, line)
    at.later()
    assert await at.told(payment, state) == "give_back"
    assert await house.balance(line) == f"{float(before) - 100:.2f}"
    assert await watch.new() == Traces(
        [f"payment_{state}, {BACK}"], [(f"payment_{state}", "done")], ["payment_returned"]
    )
    await house.books_are_sound()


async def test_what_is_given_back_twice_leaves_once(house: House, at: Till) -> None:
    line = await house.subscriber("500.00")
    payment = await at.begun(line)
    await at.told(payment)
    at.later()
    await at.told(payment, "refunded")
    assert await at.told(payment, "refunded") == "ignore"
    assert await house.balance(line) == "500.00"


async def test_a_refund_and_a_chargeback_of_one_payment_contradict(house: House, at: Till) -> None:
    line = await house.subscriber("500.00")
    payment = await at.begun(line)
    await at.told(payment)
    at.later()
    await at.told(payment, "refunded")
    at.later()
    await at.told(payment, "charged_back")
    assert await at.state(payment) == ("review", "contradiction")
    assert await house.balance(line) == "500.00"
    assert await at.told(payment, "refunded") == "ignore"
    await house.books_are_sound()


async def test_a_part_may_be_given_back(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    at.later()
    part = house.env.money(40_00)
    await at.told(payment, "refunded", amount=part)
    assert await house.balance(line) == "60.00"
    assert await house.balance(line, "PTS") == "6"
    assert (await at.payment(payment.id)).returned == part
    await at.told(payment, "refunded", amount=house.env.money(60_00))
    assert await at.state(payment) == ("review", "contradiction")
    await house.books_are_sound()


async def test_points_that_were_spent_are_not_owed(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line, "1000.00")
    await at.told(payment)
    await house.done(line, "redeem_gift", gift=house.env.catalog().gifts[0].id)
    at.later()
    await at.told(payment, "refunded")
    assert await house.balance(line, "PTS") == "0"
    await house.books_are_sound()


async def test_more_than_was_paid_is_not_given_back(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    await at.told(payment, "refunded", amount=house.env.money(100_01))
    assert await at.state(payment) == ("review", "amount_differs")
    assert await house.balance(line) == "100.00"


async def test_a_refund_in_another_currency_is_not_believed(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    await at.told(payment, "refunded", amount=Money(100_00, "USD"))
    assert await at.state(payment) == ("review", "currency_differs")


@pytest.mark.parametrize("state", ["refunded", "charged_back"])
async def test_a_payment_that_comes_after_its_return_is_not_booked(
    house: House, at: Till, state: PaymentState
) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    paid = at.event(payment)
    at.later()
    await at.told(payment, state)
    assert await at.take(paid) == "ignore"
    assert await at.state(payment) == (state, "")
    assert await house.balance(line) == "0.00"


async def test_a_payment_won_back_is_for_a_person_to_look_at(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    at.later()
    await at.told(payment, "charged_back")
    at.later()
    await at.told(payment)
    assert await at.state(payment) == ("review", "contradiction")
    assert await house.balance(line) == "0.00"


async def test_a_dispute_is_found_by_the_provider_s_own_reference(house: House, at: Till) -> None:
    line = await house.subscriber("500.00")
    payment = await at.begun(line)
    await at.told(payment, reference="pi_1")
    at.later()
    await at.take(at.event(payment, "charged_back", payment=0, reference="pi_1"))
    assert (await at.state(payment))[0] == "charged_back"
    assert await at.take(at.event(payment, "charged_back", payment=0, reference="?")) == "unknown"


async def test_a_part_that_is_given_back_before_we_know_of_the_rest_is_no_end(
    house: House, at: Till
) -> None:
    payment = await at.begun(await house.subscriber())
    paid = at.event(payment)
    at.later()
    await at.told(payment, "refunded", amount=house.env.money(30_00))
    assert await at.state(payment) == ("review", "amount_differs")
    assert await at.take(paid) == "ignore"
    assert await at.state(payment) == ("review", "amount_differs")


async def test_what_came_for_nobody_and_went_whole_is_settled(house: House, at: Till) -> None:
    payment = await at.begun_by_guest("380949999999")
    await at.told(payment, amount=house.env.money(150_00))
    at.later()
    await at.told(payment, "refunded", amount=house.env.money(150_00))
    assert await at.state(payment) == ("refunded", "")


async def test_a_dispute_that_comes_before_the_payment_is_judged_with_it(
    house: House, at: Till
) -> None:
    line = await house.subscriber("1.00")
    payment = await at.begun(line)
    paid = at.event(payment, reference="pi_1")
    at.later()
    dispute = at.event(payment, "charged_back", payment=0, reference="pi_1")
    assert await at.take(dispute) == "unknown"
    assert await at.take(paid) == "book"
    assert await at.state(payment) == ("charged_back", "")
    assert await house.balance(line) == "1.00"
    told = await house.rows("SELECT payment_id, verdict FROM payment_event ORDER BY at")
    assert told == [(payment.id, "book"), (payment.id, "give_back")]
    await house.books_are_sound()
