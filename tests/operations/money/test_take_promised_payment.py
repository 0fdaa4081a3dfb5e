"""Promised payment: lent now, taken back first from what arrives, or on its day."""

import asyncio
from collections import Counter

import pytest

from abonent.accounts.model import Line
from abonent.kernel.money import Money, parse_money
from abonent.kernel.outcome import Done, NeedsConfirm, NeedsInput, Outcome, Quote, Refused
from abonent.kernel.time import DAY_US, Instant
from abonent.ledger import promises
from abonent.ledger import sql as ledger
from abonent.ledger.model import House as HouseAccount
from abonent.operations.identity import provision
from abonent.profile.model import Catalog
from abonent.store.database import Database
from abonent.store.tx import WriteTx
from tests.fixtures.amounts import BAD_AMOUNTS
from tests.fixtures.house import House, all_rules
from tests.fixtures.payments import till
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger

NAME = "take_promised_payment"
OLD_DAYS = 40


@pytest.fixture
def house(db: Database) -> House:
    return House(db, all_rules())


async def regular(house: House, balance: str = "0.00") -> Line:
    """A subscriber of some weeks."""
    line = await house.subscriber(balance)
    house.clock.advance(OLD_DAYS * DAY_US)
    await house.settle(line)
    return line


async def owed(house: House, line: Line) -> str | None:
    found = await house.db.read(lambda tx: promises.open_of(tx, line.account))
    return None if found is None else found.outstanding.decimal()


async def own(house: House, line: Line) -> str:
    found = await house.db.read(lambda tx: promises.own_money(tx, line.account, "UAH"))
    return found.decimal()


async def quoted(house: House, line: Line, amount: str) -> Quote:
    outcome = await house.runner.propose(house.case(line), NAME, {"amount": amount})
    assert isinstance(outcome, NeedsConfirm), outcome
    return outcome.quote


async def test_it_works(house: House) -> None:
    line = await regular(house)
    watch = await Watch.over(house, line)
    await house.done(line, NAME, amount="25.00")
    assert await watch.new() == Traces(
        entries=[
            "promised_payment, account 25.00 UAH, promised -25.00 UAH",
            "promised_fee, account -2.00 UAH, revenue_fees 2.00 UAH",
        ],
        journal=[(NAME, "done")],
        sms=[NAME],
    )
    assert await house.balance(line) == "23.00"
    assert await owed(house, line) == "25.00"
    await house.books_are_sound()


async def test_the_quote_says_the_price_the_day_and_what_happens_otherwise(house: House) -> None:
    line = await regular(house)
    quote = await quoted(house, line, "25.00")
    assert quote.price.decimal() == "2.00"
    assert [term.key for term in quote.terms] == [
        "term.promised_back",
        "term.promised_first",
        "term.promised_own_use",
        "term.promised_barred",
    ]
    assert quote.terms[0].values["amount"] == house.env.money(2500)


async def test_a_stranger_borrows_nothing(house: House) -> None:
    line = await regular(house)
    assert await refusal_of_a_stranger(house, line, NAME, amount="25.00") == "not_found"


async def test_an_operator_without_the_rule_does_not_lend(db: Database) -> None:
    house = House(db)
    assert await house.refusal(await house.subscriber(), NAME, amount="25.00") == "not_found"


async def test_who_has_money_needs_none(house: House) -> None:
    line = await regular(house, "40.00")
    assert await refusal(house, line, NAME, amount="25.00") == "promised_not_needed"


async def test_a_new_subscriber_is_not_lent_to(house: House) -> None:
    line = await house.subscriber()
    assert await refusal(house, line, NAME, amount="25.00") == "promised_not_yet"


async def test_more_is_lent_to_who_tops_up(house: House) -> None:
    line = await regular(house)
    house.clock.advance(60 * DAY_US)
    await house.settle(line)
    assert await refusal(house, line, NAME, amount="60.00") == "promised_not_offered"
    await house.voucher("1000000000000002", "100.00")
    await house.done(line, "top_up_by_voucher", code="1000000000000002")
    await house.done(line, "buy_package", package="internet-5gb")
    assert (await quoted(house, line, "60.00")).price.decimal() == "5.00"


async def test_a_sum_that_is_not_offered_is_not_lent(house: House) -> None:
    line = await regular(house)
    assert await refusal(house, line, NAME, amount="26.00") == "promised_not_offered"


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
async def test_what_is_no_amount_is_said_beside_the_field(house: House, amount: object) -> None:
    line = await regular(house)
    outcome = await house.do(line, NAME, amount=amount)
    assert isinstance(outcome, NeedsInput)
    assert [problem.name for problem in outcome.fields] == ["amount"]


async def test_one_at_a_time(house: House) -> None:
    line = await regular(house)
    await house.done(line, NAME, amount="25.00")
    assert await refusal(house, line, NAME, amount="25.00") == "promised_open"


async def test_of_a_hundred_at_once_one_is_lent(house: House) -> None:
    line = await regular(house)
    answers = await asyncio.gather(*(house.do(line, NAME, amount="25.00") for _ in range(100)))
    assert Counter(map(word, answers)) == {"done": 1, "promised_open": 99}
    await house.books_are_sound()


def word(outcome: Outcome) -> str:
    return outcome.code if isinstance(outcome, Refused) else type(outcome).__name__.lower()


async def test_with_one_key_it_is_lent_once(house: House) -> None:
    line = await regular(house)
    answers = [
        await house.runner.propose(house.case(line), NAME, {"amount": "25"}, "k", confirm=True)
        for _ in range(2)
    ]
    assert isinstance(answers[0], Done)
    assert answers[0] == answers[1]
    assert await house.balance(line) == "23.00"


async def test_the_next_money_gives_it_back_first(house: House) -> None:
    line = await regular(house)
    await house.done(line, NAME, amount="25.00")
    await house.voucher("1000000000000002", "100.00")
    watch = await Watch.over(house, line)
    await house.done(line, "top_up_by_voucher", code="1000000000000002")
    new = await watch.new()
    assert new.entries[1] == "promised_repaid, account -25.00 UAH, promised 25.00 UAH"
    assert new.sms == ["promised_repaid", "top_up_by_voucher"]
    assert await house.balance(line) == "98.00"
    assert await owed(house, line) is None
    assert await house.rows("SELECT id FROM due WHERE kind = 'promised_repayment'") == []
    await house.books_are_sound()
    assert (await quoted_after(house, line)) == "promised_not_needed"


async def quoted_after(house: House, line: Line) -> str:
    return await house.refusal(line, NAME, amount="25.00")


async def test_less_money_gives_back_a_part(house: House) -> None:
    line = await regular(house)
    await house.done(line, NAME, amount="25.00")
    await house.voucher("1000000000000002", "10.00")
    await house.done(line, "top_up_by_voucher", code="1000000000000002")
    assert await house.balance(line) == "23.00"
    assert await owed(house, line) == "15.00"
    assert "promised_partly" in await house.messages(line)
    await house.books_are_sound()


async def test_on_its_day_it_is_taken_back(house: House) -> None:
    line = await regular(house, "5.00")
    await house.done(line, NAME, amount="25.00")
    watch = await Watch.over(house, line)
    house.clock.advance(4 * DAY_US)
    await house.settle(line)
    assert await watch.new() == Traces(
        entries=["promised_repaid, account -25.00 UAH, promised 25.00 UAH"],
        sms=["promised_repaid"],
    )
    assert await house.balance(line) == "3.00"
    await house.books_are_sound()


async def test_what_is_missing_on_its_day_bars_the_line_until_it_is_paid(house: House) -> None:
    line = await regular(house)
    await house.done(line, NAME, amount="25.00")
    await house.done(line, "activate_service", service="ringback")
    watch = await Watch.over(house, line)
    house.clock.advance(4 * DAY_US)
    await house.settle(line)
    new = await watch.new()
    assert new.orders == ["bar_outgoing"]
    assert new.sms == ["promised_partly", "promised_unpaid"]
    left = await owed(house, line)
    assert left is not None
    assert await house.balance(line) == "0.00"
    await house.settle(line)
    assert await watch.new() == new
    await house.voucher("1000000000000002", "100.00")
    await house.done(line, "top_up_by_voucher", code="1000000000000002")
    assert (await watch.new()).orders == ["bar_outgoing", "unbar_outgoing"]
    assert await owed(house, line) is None
    await house.books_are_sound()


async def test_every_line_of_the_account_is_barred_for_what_one_has_borrowed(
    house: House,
) -> None:
    line = await regular(house)
    order = provision.LineOrder("mobile", "380945555555", "second")
    holding = provision.Holding(line.person, line.contract, line.account)
    second = await house.db.write(lambda tx: provision.add_line(tx, house.env, holding, order))
    assert second is not None
    watches = [await Watch.over(house, each) for each in (line, second)]
    await house.done(second, NAME, amount="25.00")
    await house.db.write(lambda tx: spent(tx, house, line, "20.00"))
    house.clock.advance(4 * DAY_US)
    await house.settle(line)
    assert [(await watch.new()).orders for watch in watches] == [["bar_outgoing"]] * 2
    await house.voucher("1000000000000002", "100.00")
    await house.done(line, "top_up_by_voucher", code="1000000000000002")
    open_again = ["bar_outgoing", "unbar_outgoing"]
    assert [(await watch.new()).orders for watch in watches] == [open_again] * 2
    await house.books_are_sound()


async def test_whatever_money_comes_pays_what_is_overdue(house: House) -> None:
    line = await regular(house)
    await house.voucher("1000000000000002", "500.00")
    await house.done(line, "top_up_by_voucher", code="1000000000000002")  # 15.00 of cashback
    await house.db.write(lambda tx: spent(tx, house, line, "500.00"))
    await house.done(line, NAME, amount="25.00")
    await house.db.write(lambda tx: spent(tx, house, line, "13.00"))
    watch = await Watch.over(house, line)
    house.clock.advance(4 * DAY_US)
    await house.settle(line)
    assert await owed(house, line) == "15.00"
    await house.done(line, "exchange_bonus", bonus="cashback", amount="15.00")
    assert await owed(house, line) is None
    assert await house.balance(line) == "0.00"
    assert (await watch.new()).orders == ["bar_outgoing", "unbar_outgoing"]
    await house.books_are_sound()


@pytest.mark.parametrize("way", ["gift", "withdrawal"])
async def test_money_that_is_no_top_up_pays_what_is_overdue_too(house: House, way: str) -> None:
    line = await regular(house)
    await house.voucher("1000000000000002", "500.00")
    await house.done(line, "top_up_by_voucher", code="1000000000000002")  # 50 points
    if way == "withdrawal":
        await house.done(line, "change_tariff", tariff="online")
        paid = "UPDATE due SET amount_minor = 1000 WHERE kind = 'tariff_change'"
        await house.db.write(lambda tx: tx.run(paid))
    left = await house.balance(line)
    await house.db.write(lambda tx: spent(tx, house, line, left))
    await house.done(line, NAME, amount="25.00")
    await house.db.write(lambda tx: spent(tx, house, line, "18.00"))
    house.clock.advance(4 * DAY_US)
    await house.settle(line)
    assert await owed(house, line) == "20.00"
    if way == "gift":
        await house.done(line, "redeem_gift", gift="money-10")
    else:
        await house.done(line, "withdraw_tariff_change")
    assert await owed(house, line) == "10.00"
    await house.books_are_sound()


async def test_a_top_up_that_was_given_back_shows_no_good_behaviour(house: House) -> None:
    at, line = till(house), await regular(house)
    payment = await at.begun(line, "100.00")
    await at.told(payment)
    since = Instant(house.clock.now() - DAY_US)
    assert await topped_up(house, line, since) == 100_00
    at.later()
    await at.told(payment, "refunded", amount=Money(40_00, "UAH"))
    assert await topped_up(house, line, since) == 60_00


async def topped_up(house: House, line: Line, since: Instant) -> int:
    return await house.db.read(lambda tx: ledger.topped_up_since(tx, line.account, "UAH", since))


async def spent(tx: WriteTx, house: House, line: Line, amount: str) -> None:
    """So much has left the account."""
    await ledger.lock(tx, [line.account])
    less = -parse_money(amount, "UAH")
    await provision.opening_balance(tx, house.env, line, (less,))


async def test_what_is_lent_is_not_ones_own(house: House) -> None:
    line = await regular(house, "5.00")
    assert await own(house, line) == "5.00"
    await house.done(line, NAME, amount="25.00")
    assert await house.balance(line) == "28.00"
    assert await own(house, line) == "3.00"


async def test_a_fee_that_is_paid_later_is_taken_with_the_rest(db: Database) -> None:
    rules = all_rules().operator
    assert rules.promised_payment is not None
    later = rules.promised_payment.model_copy(update={"fee_when": "repaid"})
    changed = rules.model_copy(update={"promised_payment": later})
    house = House(db, all_rules().model_copy(update={"operator": changed}))
    line = await regular(house)
    quote = await quoted(house, line, "25.00")
    assert quote.price.decimal() == "0.00"
    assert quote.terms[0].key == "term.promised_fee"
    await house.done(line, NAME, amount="25.00")
    assert await house.balance(line) == "25.00"
    assert await owed(house, line) == "27.00"
    await house.voucher("1000000000000002", "26.00")
    await house.done(line, "top_up_by_voucher", code="1000000000000002")
    assert await house_owes(house) == 0
    assert await owed(house, line) == "1.00"
    house.clock.advance(4 * DAY_US)
    await house.settle(line)
    assert await owed(house, line) is None
    assert await house.balance(line) == "24.00"
    await house.books_are_sound()


async def house_owes(house: House) -> int:
    """Minor units that are lent."""
    rows = await house.rows(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM posting WHERE account_id = $1",
        int(HouseAccount.PROMISED),
    )
    return -int(rows[0][0])


def with_content(db: Database) -> House:
    """An operator whose ringback tone is content."""
    return House(db, all_rules().model_copy(update={"catalogs": shelves_with_content()}))


def shelves_with_content() -> tuple[Catalog, ...]:
    shelves = []
    for shelf in all_rules().catalogs:
        fields = {name: getattr(shelf, name) for name in Catalog.model_fields}
        fields["services"] = tuple(
            each.model_copy(update={"content": each.id == "ringback"}) for each in shelf.services
        )
        shelves.append(Catalog.model_construct(**fields))
    return tuple(shelves)


async def test_content_is_not_paid_with_what_is_lent(db: Database) -> None:
    house = with_content(db)
    line = await regular(house, "10.00")
    await house.done(line, NAME, amount="25.00")
    assert await house.balance(line) == "33.00"
    assert await refusal(house, line, "activate_service", service="ringback") == "balance_low"
    await house.done(line, "activate_service", service="voicemail")


async def test_content_is_not_renewed_with_what_is_lent(db: Database) -> None:
    house = with_content(db)
    line = await regular(house, "21.00")
    await house.done(line, "activate_service", service="ringback")
    house.clock.advance(29 * DAY_US)
    await house.done(line, NAME, amount="25.00")
    house.clock.advance(2 * DAY_US)
    await house.settle(line)
    assert await house.balance(line) == "24.00"
    assert "fee_unpaid" in await house.messages(line)
    rows = await house.rows("SELECT paused FROM activation WHERE line_id = $1", line.id)
    assert rows == [(1,)]


async def test_credit_is_not_ones_own_to_send_on(house: House) -> None:
    line, friend = await house.subscriber("10.00"), await house.subscriber()
    credit = "UPDATE account SET floor_minor = -50000 WHERE id = $1"
    await house.db.write(lambda tx: tx.run(credit, line.account))
    assert await own(house, line) == "10.00"
    ask = {"to": friend.number, "amount": "50.00"}
    assert await house.refusal(line, "transfer_money", **ask) == "transfer_too_much"
    await house.done(line, "activate_service", service="ringback")
