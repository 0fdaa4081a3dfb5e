"""Staff settle what providers told against itself: they say what is there, the books follow."""

from dataclasses import replace

import pytest

from abonent.accounts.model import Line
from abonent.kernel.case import Case, Guest
from abonent.kernel.money import Money
from abonent.kernel.outcome import Done, NeedsConfirm, NeedsInput, Outcome, Refused
from abonent.ledger.payments import Payment
from abonent.operations.money.providers import ask_providers
from abonent.operations.views.payments import payment_reviews
from tests.fixtures.amounts import BAD_AMOUNTS
from tests.fixtures.house import House
from tests.fixtures.payments import Till, card
from tests.fixtures.traces import Traces, Watch

NAME = "resolve_payment"
HOUR_S = 3600
REASON = "seen in the provider's console"


async def wrong_sum(at: Till, line: Line, paid: str = "99.99") -> Payment:
    """A payment of 100.00 for which another sum came."""
    payment = await at.begun(line)
    await at.told(payment, amount=Money(round(float(paid) * 100), "UAH"))
    assert await at.state(payment) == ("review", "amount_differs")
    return payment


async def won_back(at: Till, line: Line) -> Payment:
    """A payment of 100.00 that the bank took back, and then gave again."""
    payment = await at.begun(line)
    for state in ("paid", "charged_back", "paid"):
        await at.told(payment, state)
        at.later()
    assert await at.state(payment) == ("review", "contradiction")
    return payment


async def settle(
    house: House, payment: Payment, held: object, case: Case | None = None, key: str | None = None
) -> Outcome:
    raw = {"payment": str(payment.id), "held": held}
    case = case or house.staff(REASON)
    return await house.runner.propose(case, NAME, raw, key, confirm=True)


async def done(house: House, payment: Payment, held: str) -> None:
    outcome = await settle(house, payment, held)
    assert isinstance(outcome, Done), outcome
    await house.books_are_sound()


async def code(house: House, payment: Payment, held: str, case: Case | None = None) -> str:
    outcome = await settle(house, payment, held, case)
    assert isinstance(outcome, Refused), outcome
    return outcome.code


async def test_it_works(house: House, at: Till) -> None:
    line = await house.subscriber("1.00")
    payment = await wrong_sum(at, line)
    watch = await Watch.over(house, line)
    await done(house, payment, "99.99")
    assert await house.balance(line) == "100.99"
    assert await at.state(payment) == ("paid", "")
    entry = "card_top_up, account 99.99 UAH, payments -99.99 UAH, account 9 PTS, loyalty -9 PTS"
    journal = [("payment_paid", "done"), (NAME, "done")]
    assert await watch.new() == Traces([entry], journal, ["top_up_by_card"])
    who = await house.rows("SELECT who, who_name FROM journal WHERE code = $1", NAME)
    assert who == [("staff", f"oksana: {REASON}")]


async def test_its_quote_says_what_is_there_and_what_is_booked(house: House, at: Till) -> None:
    payment = await won_back(at, await house.subscriber())
    raw = {"payment": str(payment.id), "held": "100.00"}
    outcome = await house.runner.propose(house.staff(REASON), NAME, raw)
    assert isinstance(outcome, NeedsConfirm)
    whole, nothing = house.env.money(100_00), house.env.money(0)
    assert dict(outcome.quote.text.values) == {"to_pay": whole, "booked": nothing, "held": whole}


async def test_what_is_not_there_has_failed(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await wrong_sum(at, line)
    await done(house, payment, "0")
    assert await at.state(payment) == ("failed", "not_received")
    assert await house.balance(line) == "0.00"


async def test_what_was_ordered_is_booked_as_it_was_ordered(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment, amount=Money(100_00, "USD"))
    await done(house, payment, "100.00")
    assert await house.balance(line) == "100.00"
    assert await house.balance(line, "PTS") == "10"


async def test_more_than_was_ordered_is_booked_if_it_was_told(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await wrong_sum(at, line, "150.00")
    assert await code(house, payment, "150.01") == "payment_held_more"
    await done(house, payment, "150.00")
    assert await house.balance(line) == "150.00"


async def test_a_refund_of_what_was_booked_otherwise_takes_it_back(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await wrong_sum(at, line)
    await done(house, payment, "99.99")
    at.later()
    assert await at.told(payment, "refunded", amount=house.env.money(99_99)) == "give_back"
    assert await house.balance(line) == "0.00"
    assert await house.balance(line, "PTS") == "0"
    await house.books_are_sound()


async def test_what_was_paid_twice_stays_once(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    await at.told(payment, reference="another")
    assert await code(house, payment, "200.00") == "payment_held_more"
    watch = await Watch.over(house, line)
    await done(house, payment, "100.00")
    assert await at.state(payment) == ("paid", "")
    assert (await watch.new()).entries == []
    assert await house.balance(line) == "100.00"


async def test_what_is_gone_after_all_is_taken_back(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    at.later()
    await at.told(payment, "failed")
    assert await at.state(payment) == ("review", "contradiction")
    watch = await Watch.over(house, line)
    await done(house, payment, "0.00")
    entry = (
        "payment_refunded, account -100.00 UAH, payments 100.00 UAH,"
        " account -10 PTS, loyalty 10 PTS"
    )
    assert await watch.new() == Traces(
        [entry], [("payment_refunded", "done"), (NAME, "done")], ["payment_returned"]
    )
    assert await at.state(payment) == ("refunded", "")


async def test_what_was_won_back_is_there_again_and_can_go_again(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await won_back(at, line)
    watch = await Watch.over(house, line)
    await done(house, payment, "100.00")
    entry = (
        "payment_restored, account 100.00 UAH, payments -100.00 UAH,"
        " account 10 PTS, loyalty -10 PTS"
    )
    assert await watch.new() == Traces(
        [entry], [("payment_paid", "done"), (NAME, "done")], ["top_up_by_card"]
    )
    assert await at.state(payment) == ("paid", "")
    assert (await at.payment(payment.id)).returned is None
    at.later()
    assert await at.told(payment, "charged_back") == "give_back"
    assert await house.balance(line) == "0.00"
    assert await house.balance(line, "PTS") == "0"
    await house.books_are_sound()


async def test_what_was_spent_of_the_rewards_does_not_come_again(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line, "1000.00")
    await at.told(payment)
    await house.done(line, "redeem_gift", gift="minutes-30")
    for state in ("charged_back", "paid"):
        at.later()
        await at.told(payment, state)
    assert await house.balance(line, "PTS") == "0"
    await done(house, payment, "1000.00")
    assert await house.balance(line) == "1000.00"
    assert await house.balance(line, "PTS") == "80"


async def test_a_second_part_that_was_given_back_is_taken(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    for part in (40_00, 25_00):
        at.later()
        await at.told(payment, "refunded", amount=house.env.money(part))
    assert await at.state(payment) == ("review", "contradiction")
    await done(house, payment, "35.00")
    assert await at.state(payment) == ("refunded", "")
    assert await house.balance(line) == "35.00"
    assert (await at.payment(payment.id)).held == house.env.money(35_00)


async def test_what_comes_again_pays_what_waits(house: House, at: Till) -> None:
    line = await house.subscriber("0.00", tariff="calm")
    payment = await won_back(at, line)
    house.clock.advance(40 * 86_400 * 1_000_000)
    await house.settle(line)
    await done(house, payment, "100.00")
    assert float(await house.balance(line)) < 100


@pytest.mark.parametrize("state", ["created", "paid", "failed", "refunded"])
async def test_only_what_is_in_review_is_settled(house: House, at: Till, state: str) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    if state == "refunded":
        await at.told(payment)
        at.later()
    if state != "created":
        await at.told(payment, state)  # type: ignore[arg-type]
    watch = await Watch.over(house, line)
    assert await code(house, payment, "100.00") == "payment_settled"
    assert (await watch.new()).entries == []


async def test_settled_twice_is_settled_once(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await wrong_sum(at, line)
    first = await settle(house, payment, "99.99", key="one")
    assert await settle(house, payment, "99.99", key="one") == first
    assert await code(house, payment, "99.99") == "payment_settled"
    assert await house.balance(line) == "99.99"


async def test_a_payment_for_nobody_is_not_settled_here(house: House, at: Till) -> None:
    payment = await at.begun_by_guest("380949999999")
    await at.told(payment)
    assert await at.state(payment) == ("review", "number_unknown")
    assert await code(house, payment, "100.00") == "payment_of_nobody"
    assert await code(house, replace(payment, id=999), "100.00") == "payment_unknown"


async def test_nobody_but_staff_may(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await wrong_sum(at, line)
    for case in (house.case(line), house.guest(), replace(house.staff(REASON), channel="web")):
        assert await code(house, payment, "99.99", case) == "not_allowed"
    assert await house.balance(line) == "0.00"


async def test_a_reason_is_owed(house: House, at: Till) -> None:
    payment = await wrong_sum(at, await house.subscriber())
    outcome = await settle(house, payment, "99.99", house.staff(" "))
    assert isinstance(outcome, NeedsInput)
    assert [(p.name, p.code) for p in outcome.fields] == [("reason", "required")]


async def test_a_sum_that_is_none_is_explained(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await wrong_sum(at, line)
    for held in BAD_AMOUNTS:
        if held not in ("0", "0.00"):
            outcome = await settle(house, payment, held)
            assert isinstance(outcome, NeedsInput), held
            assert [problem.name for problem in outcome.fields] == ["held"]
    assert await house.balance(line) == "0.00"
    assert (await at.state(payment))[0] == "review"


async def test_staff_see_what_is_in_review(house: House, at: Till) -> None:
    line = await house.subscriber()
    first, second = await wrong_sum(at, line), await won_back(at, line)
    view = await house.runner.read(payment_reviews, house.staff(REASON))
    assert {row.id for row in view.items} == {first.id, second.id}
    row = next(row for row in view.items if row.id == first.id)
    assert (row.number, row.reason.key) == (line.number, "payment.reason.amount_differs")
    assert [(told.state, told.amount) for told in row.told] == [("paid", house.env.money(99_99))]
    await done(house, first, "0")
    view = await house.runner.read(payment_reviews, house.staff(REASON))
    assert [row.id for row in view.items] == [second.id]
    for case in (house.case(line), Case(Guest(), None, 0, "api")):
        assert (await house.runner.read(payment_reviews, case)).items == ()


async def test_the_rest_of_what_was_given_back_first_is_booked(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment, "refunded", amount=house.env.money(30_00))
    await done(house, payment, "70.00")
    assert await house.balance(line) == "70.00"


async def test_what_came_too_much_may_be_given_back_first(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await wrong_sum(at, line, "150.00")
    at.later()
    await at.told(payment, "refunded", amount=house.env.money(50_00))
    assert await at.state(payment) == ("review", "amount_differs")
    await done(house, payment, "100.00")
    assert await house.balance(line) == "100.00"


@pytest.mark.parametrize("other", [{"reference": "another"}, {"amount": Money(50_00, "UAH")}])
async def test_a_return_from_before_it_was_settled_takes_nothing_again(
    house: House, at: Till, other: dict[str, object]
) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    await at.told(payment, reference="another")
    at.later()
    returned = at.event(payment, "refunded", **other)
    at.later()
    await done(house, payment, "100.00")
    at.later()
    await at.take(returned)
    assert await at.state(payment) == ("review", "contradiction")
    assert await house.balance(line) == "100.00"
    await done(house, payment, "100.00")


async def test_what_staff_have_booked_can_be_disputed(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line, means=await card(house, line))
    at.provider.faults = [TimeoutError() for _ in range(60)]
    while await at.state(payment) != ("review", "unanswered"):
        at.later(HOUR_S)
        await ask_providers(house.db, house.env)
    late = at.event(payment, reference="pi_9")
    at.later()
    await done(house, payment, "100.00")
    assert await at.take(late) == "ignore"
    at.later()
    assert await at.told(payment, reference="pi_10") == "move", "paid twice"
    await done(house, payment, "100.00")
    at.later()
    dispute = at.event(payment, "charged_back", payment=0, reference="pi_9")
    assert await at.take(dispute) == "give_back"
    assert await house.balance(line) == "0.00"


async def test_rewards_come_again_in_the_share_of_what_comes(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await won_back(at, line)
    assert await house.balance(line, "PTS") == "0"
    await done(house, payment, "30.00")
    assert await house.balance(line) == "30.00"
    assert await house.balance(line, "PTS") == "3"


async def test_what_came_from_a_line_that_is_not_served_is_settled(house: House, at: Till) -> None:
    line = await house.subscriber(billing="postpaid")
    payment = await at.begun_by_guest(line.number)
    await at.told(payment, amount=Money(99_99, "UAH"))
    await done(house, payment, "99.99")
    assert await house.balance(line) == "99.99"
