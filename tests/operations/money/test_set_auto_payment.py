"""Setting an auto-payment: what may be wished, what is said before, and whose card it is."""

from datetime import date

import pytest

from abonent.accounts.model import Line
from abonent.kernel.outcome import Done, NeedsConfirm, NeedsInput
from abonent.operations.money.auto_payments import date_after
from abonent.store.database import Database
from tests.fixtures.amounts import BAD_AMOUNTS
from tests.fixtures.house import House, all_rules
from tests.fixtures.payments import card, till
from tests.fixtures.traces import Traces, Watch, refusal_of_a_stranger

NAME = "set_auto_payment"


@pytest.fixture
def house(db: Database) -> House:
    return till(House(db, all_rules())).house


async def wish(house: House, line: Line, **other: str) -> dict[str, str]:
    means = other.pop("means", None) or await card(house, line)
    by_date = {"when": "date", "day": "15", "amount": "50.00", "ceiling": "200.00"}
    found = {**by_date, "means": means, **other}
    return {name: value for name, value in found.items() if value}


async def problems(house: House, line: Line, **other: str) -> list[tuple[str, str]]:
    outcome = await house.do(line, NAME, **await wish(house, line, **other))
    assert isinstance(outcome, NeedsInput), outcome
    return [(field.name, field.code) for field in outcome.fields]


async def test_it_works(house: House) -> None:
    line = await house.subscriber("5.00")
    wished = await wish(house, line)
    watch = await Watch.over(house, line)
    receipt = await house.done(line, NAME, **wished)
    assert receipt.undo == "cancel_auto_payment"
    assert await watch.new() == Traces(journal=[(NAME, "done")], sms=[NAME])
    assert await house.rows("SELECT day, threshold, amount, ceiling FROM auto_payment") == [
        (15, None, 50_00, 200_00)
    ]


async def test_what_it_means_is_said_before(house: House) -> None:
    line = await house.subscriber()
    outcome = await house.runner.propose(house.case(line), NAME, await wish(house, line))
    assert isinstance(outcome, NeedsConfirm)
    assert not outcome.quote.price
    assert [term.key for term in outcome.quote.terms] == [
        "term.auto_on_day",
        "term.means",
        "term.auto_notice",
        "term.commission",
        "term.auto_ceiling",
        "term.auto_off",
    ]


async def test_below_a_threshold(house: House) -> None:
    line = await house.subscriber("5.00")
    wished = await wish(house, line, when="threshold", day="", threshold="30.00")
    outcome = await house.runner.propose(house.case(line), NAME, wished)
    assert isinstance(outcome, NeedsConfirm)
    assert outcome.quote.terms[0].key == "term.auto_below"
    await house.done(line, NAME, **wished)
    assert await house.rows("SELECT day, threshold FROM auto_payment") == [(None, 30_00)]


async def test_setting_it_anew_replaces_it(house: House) -> None:
    line = await house.subscriber("5.00")
    await house.done(line, NAME, **await wish(house, line))
    await house.done(line, NAME, **await wish(house, line, day="20"))
    assert await house.rows("SELECT day FROM auto_payment") == [(20,)]
    rows = await house.rows("SELECT ref, anchor FROM due WHERE kind = 'auto_payment' ORDER BY ref")
    assert rows == [("date", "2026-11-20"), ("notice", "2026-11-20")]


async def test_a_repeated_request_sets_it_once(house: House) -> None:
    line = await house.subscriber("5.00")
    wished = await wish(house, line)
    case = house.case(line)
    first = await house.runner.propose(case, NAME, wished, "key-1", confirm=True)
    second = await house.runner.propose(case, NAME, wished, "key-1", confirm=True)
    assert isinstance(first, Done)
    assert first == second


@pytest.mark.parametrize("field", ["amount", "ceiling", "threshold"])
@pytest.mark.parametrize("text", BAD_AMOUNTS)
async def test_an_amount_that_is_none_is_refused(house: House, field: str, text: str) -> None:
    line = await house.subscriber()
    wished = await wish(house, line, when="threshold", day="", threshold="30.00")
    outcome = await house.do(line, NAME, **{**wished, field: text})
    assert isinstance(outcome, NeedsInput), outcome
    assert [each.name for each in outcome.fields] == [field]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"amount": "19.99"}, ("amount", "auto_amount_too_small")),
        ({"amount": "1000.01", "ceiling": "2000.00"}, ("amount", "auto_amount_too_large")),
        ({"ceiling": "52.24"}, ("ceiling", "ceiling_too_low")),
        ({"ceiling": "5000.01"}, ("ceiling", "ceiling_too_high")),
        ({"day": ""}, ("day", "required")),
        ({"day": "0"}, ("day", "day_of_month_invalid")),
        ({"day": "32"}, ("day", "day_of_month_invalid")),
        ({"day": "٣"}, ("day", "day_of_month_invalid")),
        ({"day": "1e1"}, ("day", "day_of_month_invalid")),
        ({"threshold": "10.00"}, ("threshold", "unknown_field")),
        ({"when": "threshold", "day": ""}, ("threshold", "required")),
        ({"when": "threshold", "threshold": "10.00"}, ("day", "unknown_field")),
        (
            {"when": "threshold", "day": "", "threshold": "500.01"},
            ("threshold", "threshold_too_high"),
        ),
        ({"when": "never"}, ("when", "unknown_item")),
        ({"means": "1"}, ("means", "unknown_item")),
        ({"means": "-1"}, ("means", "unknown_item")),
    ],
)
async def test_a_wish_outside_the_rules_is_refused(
    house: House, other: dict[str, str], expected: tuple[str, str]
) -> None:
    assert await problems(house, await house.subscriber(), **other) == [expected]


async def test_nobody_pays_from_somebody_elses_card(house: House) -> None:
    line, other = await house.subscriber(), await house.subscriber()
    assert await problems(house, line, means=await card(house, other)) == [
        ("means", "unknown_item")
    ]


async def test_a_card_whose_provider_is_gone_cannot_be_chosen(house: House) -> None:
    line = await house.subscriber()
    wished = await wish(house, line)
    await house.db.write(lambda tx: tx.run("UPDATE payment_means SET gateway = 'stripe'"))
    outcome = await house.do(line, NAME, **wished)
    assert isinstance(outcome, NeedsInput)


async def test_strangers_are_refused(house: House) -> None:
    line = await house.subscriber("5.00")
    wished = await wish(house, line)
    assert await refusal_of_a_stranger(house, line, NAME, **wished) == "not_found"
    assert await refusal_of_a_stranger(house, line, "cancel_auto_payment") == "not_found"


async def test_where_the_operator_has_no_rule_it_is_not_found(db: Database) -> None:
    house = House(db)
    line = await house.subscriber()
    assert await house.refusal(line, NAME) == "not_found"


async def test_switching_off_leaves_nothing_to_come(house: House) -> None:
    line = await house.subscriber("5.00")
    await house.done(line, NAME, **await wish(house, line))
    watch = await Watch.over(house, line)
    await house.done(line, "cancel_auto_payment")
    assert await watch.new() == Traces(
        journal=[("cancel_auto_payment", "done")], sms=["cancel_auto_payment"]
    )
    assert await house.rows("SELECT id FROM due WHERE kind = 'auto_payment'") == []


@pytest.mark.parametrize(
    ("day", "after", "expected"),
    [
        (15, "2026-11-17", "2026-12-15"),
        (18, "2026-11-17", "2026-11-18"),
        (17, "2026-11-17", "2026-12-17"),
        (31, "2026-11-17", "2026-11-30"),
        (31, "2026-11-30", "2026-12-31"),
        (31, "2027-01-31", "2027-02-28"),
        (30, "2028-02-28", "2028-02-29"),
        (31, "2026-12-31", "2027-01-31"),
    ],
)
def test_the_next_date_is_after_today(day: int, after: str, expected: str) -> None:
    assert date_after(day, date.fromisoformat(after)) == date.fromisoformat(expected)
