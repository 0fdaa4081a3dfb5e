"""Asking for a top-up by card: nothing is asked of a provider, and strangers learn nothing."""

from dataclasses import replace
from typing import Any

import pytest

from abonent.kernel.outcome import Done, NeedsConfirm, NeedsInput, Outcome, Receipt, Refused
from abonent.kernel.text import Text
from abonent.operations.env import Payments
from abonent.operations.money.payments import is_signed, pay_path
from abonent.operations.registry import OPERATIONS
from abonent.operations.runner import Runner
from abonent.operations.views.payments import card_top_up
from abonent.profile.model import CardTopUp
from tests.fixtures.amounts import BAD_AMOUNTS
from tests.fixtures.house import House
from tests.fixtures.payments import VISA, Provider, Till, till
from tests.fixtures.traces import Traces, Watch, refusal

NOBODY = "380949999999"


async def test_it_works(house: House, at: Till) -> None:
    line = await house.subscriber("1.00")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "top_up_by_card", amount="150,50")
    values = {"amount": house.env.money(150_50), "to_pay": house.env.money(150_50)}
    assert receipt.text == Text("done.top_up_by_card", values)
    assert (receipt.state, receipt.link) == ("accepted", pay_path(house.env, receipt.id))
    payment = await at.of(receipt)
    assert (payment.state, payment.line, payment.person) == ("created", line.id, line.person)
    assert await watch.new() == Traces(journal=[("top_up_by_card", "accepted")])
    assert await house.balance(line) == "1.00"
    assert at.provider.opened == []


async def test_the_quote_says_what_is_paid_and_what_it_costs(house: House, at: Till) -> None:
    line = await house.subscriber()
    case = house.case(line)
    outcome = await house.runner.propose(case, "top_up_by_card", {"amount": "100"})
    assert isinstance(outcome, NeedsConfirm)
    assert outcome.quote.price == house.env.money(100_00)
    assert outcome.quote.text.values["number"] == f"+{line.number}"
    keys = [term.key for term in outcome.quote.terms]
    assert keys == ["term.no_commission", "term.pay_at.demo"]
    assert at.provider.opened == []


async def test_a_commission_and_a_bonus_are_said(house: House) -> None:
    written = {"gateways": ["demo"], "smallest": "1.00", "largest": "999.00"}
    steps = {"commission": [{"percent": "2.5"}], "bonus": [{"percent": "5"}]}
    house = _offering(house, CardTopUp.model_validate({**written, **steps}))
    till(house)
    line = await house.subscriber()
    outcome = await house.runner.propose(house.case(line), "top_up_by_card", {"amount": "100"})
    assert isinstance(outcome, NeedsConfirm)
    assert outcome.quote.price == house.env.money(102_50)
    said = {term.key: dict(term.values) for term in outcome.quote.terms}
    assert said["term.commission"] == {"commission": house.env.money(2_50)}
    assert said["term.bonus"] == {"bonus": house.env.money(5_00)}


async def test_what_is_known_of_a_link_is_its_signature(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    _, _, signature, id = pay_path(house.env, payment.id).split("/")
    assert int(id) == payment.id
    assert is_signed(house.env, payment.id, signature)
    assert not is_signed(house.env, payment.id + 1, signature)
    assert not is_signed(house.env, payment.id, "я" * 32)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("4.99", "amount_too_small"),
        ("10000.01", "amount_too_large"),
        ("0", "amount_zero"),
        ("0.00", "amount_zero"),
        ("-100", "amount_invalid"),
        ("+100", "amount_invalid"),
        ("1e3", "amount_invalid"),
        ("NaN", "amount_invalid"),
        ("100.001", "amount_invalid"),
        ("١٠٠", "amount_invalid"),
        (" 100", "amount_invalid"),
        ("100 ", "amount_invalid"),
        ("9" * 30, "amount_invalid"),
        ("", "required"),
        (100, "text_expected"),
    ],
)
async def test_a_wrong_amount_is_said(house: House, at: Till, amount: Any, code: str) -> None:
    line = await house.subscriber()
    outcome = await house.do(line, "top_up_by_card", amount=amount)
    assert _problems(outcome) == {"amount": code}
    assert await house.rows("SELECT id FROM payment") == []


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
async def test_what_is_no_amount_begins_no_payment(house: House, at: Till, amount: object) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    raw = {"amount": amount, "to": line.number}
    for case in (house.case(line), house.guest()):
        outcome = await house.runner.propose(case, "top_up_by_card", raw, confirm=True)
        assert list(_problems(outcome)) == ["amount"]
    assert await watch.changed_tables() == set()
    assert at.provider.opened == []


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({"gateway": "stripe"}, {"gateway": "unknown_item"}),
        ({"gateway": "no such thing"}, {"gateway": "unknown_item"}),
        ({"keep": "perhaps"}, {"keep": "unknown_item"}),
        ({"means": "1"}, {"means": "unknown_item"}),
        ({"means": "one"}, {"means": "unknown_item"}),
        ({"means": "9999999999999999999"}, {"means": "unknown_item"}),
        ({"to": "380671234567"}, {"to": "number_of_others"}),
        ({"to": "0941234567"}, {"to": "number_leading_zero"}),
        ({"currency": "USD"}, {"currency": "unknown_field"}),
    ],
)
async def test_a_wrong_choice_is_said(
    house: House, at: Till, raw: dict[str, str], problem: dict[str, str]
) -> None:
    line = await house.subscriber()
    outcome = await house.do(line, "top_up_by_card", amount="100", **raw)
    assert _problems(outcome) == problem


async def test_an_own_account_is_not_filled_above_the_most(house: House, at: Till) -> None:
    line = await house.subscriber("99950.00")
    assert await refusal(house, line, "top_up_by_card", amount="100") == "balance_too_high"


async def test_without_a_provider_no_card_is_taken(house: House) -> None:
    line = await house.subscriber()
    assert await house.refusal(line, "top_up_by_card", amount="100") == "payments_unavailable"
    view = await house.runner.read(card_top_up, house.case(line))
    assert view is not None
    assert view.gateways == ()


async def test_an_operator_may_not_offer_it(house: House) -> None:
    house = _offering(house, None)
    line = await house.subscriber()
    assert await house.refusal(line, "top_up_by_card", amount="100") == "not_found"
    assert await house.runner.read(card_top_up, house.case(line)) is None


async def test_another_number_may_be_topped_up(house: House, at: Till) -> None:
    line, other = await house.subscriber(), await house.subscriber("3.00")
    payment = await at.begun(line, to=other.number)
    assert (payment.account, payment.person) == (other.account, line.person)
    await at.told(payment)
    assert await house.balance(other) == "103.00"
    assert await house.balance(line) == "0.00"


async def test_a_guest_learns_nothing_about_a_number(house: House, at: Till) -> None:
    """The same answer, but for its id, for whatever number of the operator's it is."""
    known = await house.subscriber("5.00")
    rich = await house.subscriber("99999.00")
    postpaid = await house.subscriber(billing="postpaid")
    blocked = await house.subscriber()
    await house.done(blocked, "block_line")
    numbers = [known.number, rich.number, postpaid.number, blocked.number, NOBODY]
    answers = [await at.asked(house.guest(), amount="100", to=number) for number in numbers]
    assert len({_without_id(answer) for answer in answers}) == 1
    quoted = [
        await house.runner.propose(house.guest(), "top_up_by_card", {"amount": "9", "to": number})
        for number in numbers
    ]
    assert all(isinstance(quote, NeedsConfirm) for quote in quoted)


async def test_a_guest_s_confirmation_works_in_two_steps(house: House, at: Till) -> None:
    line = await house.subscriber()
    raw = {"amount": "100", "to": line.number}
    asked = await house.runner.propose(house.guest(), "top_up_by_card", raw)
    assert isinstance(asked, NeedsConfirm)
    done = await house.runner.confirm(house.guest(), asked.proposal)
    assert isinstance(done, Done)
    assert done == await house.runner.confirm(house.guest(), asked.proposal)
    other = replace(house.guest(), source="198.51.100.7")
    refused = await house.runner.confirm(other, asked.proposal)
    assert isinstance(refused, Refused)
    payment = await at.of(done.receipt)
    assert (payment.person, payment.line) == (None, line.id)


async def test_a_guest_names_a_number(house: House, at: Till) -> None:
    outcome = await house.runner.propose(house.guest(), "top_up_by_card", {"amount": "100"})
    assert _problems(outcome) == {"to": "required"}


async def test_a_guest_has_no_kept_cards(house: House, at: Till) -> None:
    line = await house.subscriber()
    own = await at.begun(line, keep="yes")
    await at.told(own, means=VISA)
    [(means,)] = await house.rows("SELECT id FROM payment_means")
    raw = {"amount": "100", "to": line.number, "means": str(means)}
    outcome = await house.runner.propose(house.guest(), "top_up_by_card", raw, confirm=True)
    assert _problems(outcome) == {"means": "unknown_item"}
    raw = {"amount": "100", "to": line.number, "keep": "yes"}
    receipt = await at.asked(house.guest(), **raw)
    assert not (await at.of(receipt)).keep


async def test_an_address_begins_so_many_payments_and_no_more(house: House, at: Till) -> None:
    line = await house.subscriber()
    most = house.env.operator.card_top_up.most_in_an_hour  # type: ignore[union-attr]
    raw = {"amount": "100", "to": line.number}
    for _ in range(most):
        await at.asked(house.guest(), **raw)
    outcome = await house.runner.propose(house.guest(), "top_up_by_card", raw, confirm=True)
    assert isinstance(outcome, Refused)
    assert outcome.code == "too_many_payments"
    await at.begun(line)
    elsewhere = replace(house.guest(), source="198.51.100.7")
    await at.asked(elsewhere, **raw)
    at.later(3601)
    await at.asked(house.guest(), **raw)


async def test_a_stranger_cannot_use_my_card(house: House, at: Till) -> None:
    line, stranger = await house.subscriber(), await house.subscriber()
    await at.told(await at.begun(line, keep="yes"), means=VISA)
    [(means,)] = await house.rows("SELECT id FROM payment_means")
    for operation in ("top_up_by_card", "remove_payment_means"):
        raw = {"means": str(means)} | ({"amount": "9"} if operation == "top_up_by_card" else {})
        assert _problems(await house.do(stranger, operation, **raw)) == {"means": "unknown_item"}


async def test_a_kept_card_pays_without_the_provider_s_page(house: House, at: Till) -> None:
    line = await house.subscriber()
    await at.told(await at.begun(line, keep="yes"), means=VISA)
    view = await house.runner.read(card_top_up, house.case(line))
    assert view is not None
    [kept] = view.means
    assert kept.label == VISA.label
    raw = {"amount": "100", "means": str(kept.id)}
    asked = await house.runner.propose(house.case(line), "top_up_by_card", raw)
    assert isinstance(asked, NeedsConfirm)
    assert Text("term.means", {"means": VISA.label}) in asked.quote.terms
    payment = await at.begun(line, means=str(kept.id))
    assert payment.try_at == house.clock.now()


async def test_a_card_of_a_provider_that_has_gone_pays_nothing(house: House, at: Till) -> None:
    line = await house.subscriber()
    await at.told(await at.begun(line, keep="yes"), means=VISA)
    [(means,)] = await house.rows("SELECT id FROM payment_means")
    house.env = replace(house.env, payments=Payments("https://x", {"other": Provider("other")}))
    house.runner = Runner(house.db, house.env, OPERATIONS)
    code = await house.refusal(line, "top_up_by_card", amount="9", means=str(means))
    assert code == "payments_unavailable"


async def test_a_kept_card_is_forgotten(house: House, at: Till) -> None:
    line = await house.subscriber()
    await at.told(await at.begun(line, keep="yes"), means=VISA)
    [(means,)] = await house.rows("SELECT id FROM payment_means")
    receipt = await house.done(line, "remove_payment_means", means=str(means))
    assert receipt.text == Text("done.remove_payment_means", {"means": VISA.label})
    assert await house.rows("SELECT sealed FROM payment_means") == [(None,)]
    outcome = await house.do(line, "remove_payment_means", means=str(means))
    assert _problems(outcome) == {"means": "unknown_item"}
    assert ("remove_payment_means", "done") in await house.journal(line)
    await at.told(await at.begun(line, keep="yes"), means=VISA)
    assert len(await house.rows("SELECT id FROM payment_means WHERE sealed IS NOT NULL")) == 1


async def test_a_repeated_request_begins_one_payment(house: House, at: Till) -> None:
    line = await house.subscriber()
    answers = [
        await house.runner.propose(
            house.case(line), "top_up_by_card", {"amount": "9"}, "key", confirm=True
        )
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(await house.rows("SELECT id FROM payment")) == 1


def _problems(outcome: Outcome) -> dict[str, str]:
    assert isinstance(outcome, NeedsInput), outcome
    return {problem.name: problem.code for problem in outcome.fields}


def _without_id(receipt: Receipt) -> str:
    return f"{receipt.text} {receipt.state} {receipt.undo} {receipt.secret}"


def _offering(house: House, rules: CardTopUp | None) -> House:
    """The same database under an operator with these rules."""
    operator = house.profile.operator.model_copy(update={"card_top_up": rules})
    return House(house.db, house.profile.model_copy(update={"operator": operator}))
