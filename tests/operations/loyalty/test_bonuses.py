"""Bonuses besides points: earned by rule, passed on, exchanged, given by days, spent on gifts."""

import pytest

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.money import Money
from abonent.kernel.outcome import Done, NeedsConfirm, NeedsInput, Outcome, Refused
from abonent.kernel.text import Text
from abonent.kernel.time import DAY_US
from abonent.operations.due_work import tidy
from abonent.operations.loyalty import anniversaries
from abonent.operations.views.home import home
from abonent.operations.views.loyalty import loyalty
from abonent.store.database import Database
from tests.fixtures.amounts import BAD_AMOUNTS
from tests.fixtures.house import House, all_rules
from tests.fixtures.traces import (
    Watch,
    refusal,
    refusal_of_a_stranger,
)
from tests.fixtures.vouchers import code_number
from tests.scenarios.calendar import due, pass_until


@pytest.fixture
def house(db: Database) -> House:
    return House(db, all_rules())


async def top_up(house: House, line: Line, amount: str) -> None:
    code = code_number(house.env.ids.next())
    await house.voucher(code, amount)
    await house.done(line, "top_up_by_voucher", code=code)


async def with_points(house: House, points: int, tariff: str = "second") -> Line:
    line = await house.subscriber("0.00", tariff=tariff)
    await top_up(house, line, f"{points * 10}.00")
    return line


# earned ------------------------------------------------------------------------------------------


async def test_a_top_up_brings_points_and_a_share_in_cashback(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    await top_up(house, line, "150.00")
    earned = "account 15 PTS, loyalty -15 PTS, account 4.50 B2C, loyalty -4.50 B2C"
    assert (await watch.new()).entries == [
        f"top_up, account 150.00 UAH, vouchers -150.00 UAH, {earned}"
    ]
    await house.books_are_sound()


async def test_home_internet_earns_its_own_bonuses(house: House) -> None:
    line = await house.at_home()
    await top_up(house, line, "199.00")
    assert await house.balance(line, "B0H") == "19"
    mobile = await house.subscriber()
    await top_up(house, mobile, "199.00")
    assert await house.balance(mobile, "B0H") == "0"


async def test_each_lot_of_a_bonus_expires_by_itself(house: House) -> None:
    line = await house.subscriber()
    await top_up(house, line, "100.00")
    await pass_until(house, "2026-12-17 12:00")
    await top_up(house, line, "200.00")
    await pass_until(house, "2027-05-17 00:00")
    assert await house.balance(line, "B2C") == "6.00"
    await pass_until(house, "2027-07-17 00:00")
    assert await house.balance(line, "B2C") == "0.00"
    await house.books_are_sound()


async def test_another_year_and_a_birthday_bring_points(house: House) -> None:
    line = await house.at_home(birthday="1990-02-28")
    await tidy(house.db, house.env)
    await tidy(house.db, house.env)
    assert [(kind, when) for kind, _, when, _ in await due(house, line)][:1] == [
        ("tariff_fee", "2026-12-17 00:00")
    ]
    await pass_until(house, "2027-02-28 00:00")
    assert await house.balance(line, "PTS") == "25"
    await pass_until(house, "2027-11-17 00:00")
    assert await house.balance(line, "PTS") == "75"
    await pass_until(house, "2028-11-18 00:00")
    assert "bonus_birthday" in await house.messages(line)
    rows = await house.rows("SELECT kind, COUNT(*) FROM entry GROUP BY kind ORDER BY kind")
    counts = dict(rows)
    assert (counts["bonus_birthday"], counts["bonus_tenure"]) == (2, 2)
    await house.books_are_sound()


async def test_years_that_went_by_at_once_bring_what_they_would_have_brought(
    house: House,
) -> None:
    line = await house.at_home()
    await tidy(house.db, house.env)
    await pass_until(house, "2030-11-16 12:00")
    assert await house.balance(line, "PTS") == "50"
    kinds = dict(await house.rows("SELECT kind, COUNT(*) FROM entry GROUP BY kind"))
    assert (kinds["bonus_tenure"], kinds["points_expired"]) == (3, 2)
    await house.books_are_sound()


async def test_many_lines_are_planned_for_page_by_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anniversaries, "PAGE", 2)
    for _ in range(4):
        await house.subscriber()
    await anniversaries.plan(house.db, house.env)
    assert await house.rows("SELECT COUNT(*) FROM due WHERE kind = 'bonus_tenure'") == [(4,)]


async def test_what_is_no_rule_any_more_gives_nothing(house: House) -> None:
    line = await house.subscriber()
    await anniversaries.plan(house.db, house.env)
    rules = house.profile.operator
    kept = tuple(
        bonus.model_copy(update={"tenure": 0}) for bonus in rules.bonuses if bonus.id == "points"
    )
    for bonuses in (kept, ()):
        changed = rules.model_copy(update={"bonuses": bonuses})
        other = House(house.db, house.profile.model_copy(update={"operator": changed}))
        other.clock.advance(366 * DAY_US * (2 if bonuses == () else 1))
        await other.settle(line)
    assert await house.balance(line, "PTS") == "0"
    assert [row for row in await due(house, line) if row[0] == "bonus_tenure"] == []


# passed on ---------------------------------------------------------------------------------------


async def test_bonuses_of_home_internet_are_passed_to_a_mobile_number(house: House) -> None:
    line, mobile = await house.at_home(), await house.subscriber()
    await top_up(house, line, "300.00")
    there = await Watch.over(house, mobile)
    receipt = await house.done(line, "pass_bonus", to=mobile.number, amount="12")
    assert await house.postings(receipt.id) == [("B0H", -12), ("B0H", 12)]
    assert (await house.balance(line, "B0H"), await house.balance(mobile, "B0H")) == ("18", "12")
    new = await there.new()
    assert (new.sms, new.journal) == (["bonus_received"], [("bonus_received", "done")])
    assert "pass_bonus" in await house.messages(line)
    await pass_until(house, "2027-02-15 12:00")
    assert await house.balance(mobile, "B0H") == "0"
    await house.books_are_sound()


async def test_what_cannot_be_passed_is_refused(house: House) -> None:
    line, mobile = await house.at_home(), await house.subscriber("10.00")
    await top_up(house, line, "100.00")
    pairs = {"to": mobile.number}
    assert await refusal(house, line, "pass_bonus", amount="11", **pairs) == "bonus_low"
    for amount in ("0", "-1", "1.5", "1e3", "٣", " 1"):
        outcome = await house.do(line, "pass_bonus", amount=amount, **pairs)
        assert wrong_fields(outcome) == [("amount", "bonus_amount")]
    nobody = {"to": "380941999998", "amount": "1"}
    assert await refusal(house, line, "pass_bonus", **nobody) == "bonus_not_accepted"
    own = {"to": mobile.number, "amount": "1"}
    assert await refusal(house, mobile, "pass_bonus", **own) == "bonus_not_of_line"
    await house.done(mobile, "block_line")
    assert await refusal(house, line, "pass_bonus", **own) == "bonus_not_accepted"
    assert await refusal_of_a_stranger(house, line, "pass_bonus", **own) == "not_found"
    await house.db.write(
        lambda tx: tx.run(
            "UPDATE line SET account_id = $1, blocked = 0 WHERE id = $2", line.account, mobile.id
        )
    )
    assert await refusal(house, line, "pass_bonus", **own) == "bonus_to_self"


async def test_a_pass_that_is_repeated_is_done_once(house: House) -> None:
    line, mobile = await house.at_home(), await house.subscriber()
    await top_up(house, line, "300.00")
    ask = {"to": mobile.number, "amount": "10"}
    first, again = [
        await house.runner.propose(house.case(line), "pass_bonus", ask, key="k", confirm=True)
        for _ in range(2)
    ]
    assert isinstance(first, Done)
    assert first == again
    assert await house.balance(mobile, "B0H") == "10"


async def test_an_operator_without_the_rule_does_not_offer_it(db: Database) -> None:
    house = House(db)
    line = await house.subscriber()
    for name in ("pass_bonus", "exchange_bonus", "set_parcel_state"):
        assert await house.refusal(line, name) == "not_found"


# exchanged ---------------------------------------------------------------------------------------


async def test_cashback_is_exchanged_for_money(house: House) -> None:
    line = await house.subscriber()
    await top_up(house, line, "500.00")
    seen = await house.runner.read(home, house.case(line))
    assert [(b.id, b.amount) for b in seen.bonuses] == [("cashback", Money(15_00, "B2C"))]
    ask = {"bonus": "cashback", "amount": "10.50"}
    asked = await house.runner.propose(house.case(line), "exchange_bonus", ask)
    assert isinstance(asked, NeedsConfirm)
    assert asked.quote.terms == (Text("term.money_given", {"amount": house.env.money(10_50)}),)
    await house.done(line, "exchange_bonus", **ask)
    assert await house.balance(line) == "510.50"
    assert await house.balance(line, "B2C") == "4.50"
    assert await refusal(house, line, "exchange_bonus", **ask) == "bonus_low"
    wrong = await house.do(line, "exchange_bonus", bonus="cashback", amount="0.001")
    assert wrong_fields(wrong) == [("amount", "bonus_amount")]
    points = {"bonus": "points", "amount": "1"}
    assert await refusal(house, line, "exchange_bonus", **points) == "bonus_unknown"
    await house.books_are_sound()


async def test_exchanged_money_pays_what_waited(house: House) -> None:
    line = await house.subscriber("0.00", tariff="calm")
    await top_up(house, line, "74.00")
    await pass_until(house, "2026-12-17 00:00")
    await house.done(line, "exchange_bonus", bonus="cashback", amount="2.22")
    assert await house.balance(line) == "1.22"


async def test_an_exchange_lifts_no_balance_above_the_limit(house: House) -> None:
    line = await house.subscriber("99500.00")
    await top_up(house, line, "499.00")
    ask = {"bonus": "cashback", "amount": "2.00"}
    assert await refusal(house, line, "exchange_bonus", **ask) == "balance_too_high"


async def test_a_bonus_too_small_for_a_kopeck_is_not_exchanged(house: House) -> None:
    rules = house.profile.operator
    bonuses = tuple(
        each.model_copy(update={"worth": 1}) if each.id == "cashback" else each
        for each in rules.bonuses
    )
    changed = rules.model_copy(update={"bonuses": bonuses})
    house = House(house.db, house.profile.model_copy(update={"operator": changed}))
    line = await house.subscriber()
    await top_up(house, line, "100.00")
    outcome = await house.do(line, "exchange_bonus", bonus="cashback", amount="0.10")
    assert wrong_fields(outcome) == [("amount", "bonus_amount")]


@pytest.mark.parametrize("name", ["exchange_bonus", "pass_bonus"])
@pytest.mark.parametrize("amount", BAD_AMOUNTS)
async def test_what_is_no_amount_moves_no_bonus(house: House, name: str, amount: object) -> None:
    line, mobile = await house.at_home(), await house.subscriber()
    await top_up(house, line, "500.00")
    about = {"bonus": "cashback"} if name == "exchange_bonus" else {"to": mobile.number}
    watch = await Watch.over(house, line)
    outcome = await house.do(line, name, amount=amount, **about)
    assert [field for field, _ in wrong_fields(outcome)] == ["amount"]
    assert await watch.changed_tables() == set()


def wrong_fields(outcome: Outcome) -> list[tuple[str, str]]:
    """(name, code) of what is wrong with an input."""
    assert isinstance(outcome, NeedsInput), outcome
    return [(problem.name, problem.code) for problem in outcome.fields]


# gifts -------------------------------------------------------------------------------------------


async def test_a_discount_is_taken_off_the_next_fees_and_no_others(house: House) -> None:
    line = await with_points(house, 40, tariff="calm")
    await house.done(line, "redeem_gift", gift="half-month")
    await pass_until(house, "2027-03-17 00:00")
    rows = await house.rows(
        "SELECT p.amount FROM posting p JOIN entry e ON e.id = p.entry_id"
        " WHERE e.kind = 'tariff_fee' AND p.account_id = $1 ORDER BY e.at",
        line.account,
    )
    assert [row[0] for row in rows] == [-75_00, -37_50, -37_50, -75_00, -75_00]
    await house.books_are_sound()


async def test_a_discount_on_nothing_is_refused(house: House) -> None:
    line = await with_points(house, 40)
    assert await refusal(house, line, "redeem_gift", gift="half-month") == "discount_useless"


async def test_a_gift_can_cost_another_bonus(house: House) -> None:
    line = await house.at_home()
    await top_up(house, line, "90.00")
    assert await refusal(house, line, "redeem_gift", gift="gigabyte-at-home") == "bonus_low"
    await top_up(house, line, "10.00")
    await house.done(line, "redeem_gift", gift="gigabyte-at-home")
    assert await house.balance(line, "B0H") == "0"
    assert await house.lots(line) == {"internet": 1_073_741_824}


async def personal(house: House, line: Line, kind: str) -> str | None:
    return await house.db.read(lambda tx: lines.personal(tx, line.person, kind))


ADDRESS = {"receiver": "Тарас Бульба", "address": "01001, Київ, Хрещатик, 1, кв. 2"}


async def test_a_parcel_needs_an_address_which_is_kept_apart_and_erased(house: House) -> None:
    line = await with_points(house, 50)
    asked = await house.runner.propose(house.case(line), "redeem_gift", {"gift": "cup"})
    assert isinstance(asked, NeedsInput)
    assert [field.name for field in asked.fields] == ["receiver", "address"]
    receipt = await house.done(line, "redeem_gift", gift="cup", **ADDRESS)
    assert await house.balance(line, "PTS") == "10"
    kinds = [f"parcel_{receipt.id}_{part}" for part in ("name", "address")]
    read = [await personal(house, line, kind) for kind in kinds]
    assert read == list(ADDRESS.values())
    for table in ("entry", "journal", "outbox", "execution", "posting", "parcel"):
        said = str(await house.rows(f"SELECT * FROM {table}"))
        assert "Бульба" not in said
        assert "Хрещатик" not in said
    await pass_until(house, "2027-05-17 12:00")
    await tidy(house.db, house.env)
    assert await personal(house, line, kinds[0]) is None


async def test_staff_say_where_a_parcel_is_and_its_owner_sees_it(house: House) -> None:
    line = await with_points(house, 50)
    receipt = await house.done(line, "redeem_gift", gift="cup", **ADDRESS)

    async def say(state: str) -> str:
        ask = {"parcel": str(receipt.id), "state": state}
        answer = await house.runner.propose(house.staff(), "set_parcel_state", ask, confirm=True)
        return "done" if isinstance(answer, Done) else getattr(answer, "code", "input")

    assert [await say(state) for state in ("delivered", "sent", "sent", "delivered")] == [
        "parcel_state",
        "done",
        "parcel_state",
        "done",
    ]
    unknown = {"parcel": "1", "state": "sent"}
    answer = await house.runner.propose(house.staff(), "set_parcel_state", unknown, confirm=True)
    assert isinstance(answer, Refused)
    assert answer.code == "parcel_unknown"
    view = await house.runner.read(loyalty, house.case(line))
    assert [(row.gift.id, row.state.id) for row in view.parcels] == [("cup", "delivered")]
    assert await house.refusal(line, "set_parcel_state", parcel="1", state="sent") == "not_allowed"
