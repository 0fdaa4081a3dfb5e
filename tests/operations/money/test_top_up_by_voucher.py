from dataclasses import replace

from abonent.kernel.case import Case
from abonent.kernel.outcome import Done, NeedsInput, Refused
from abonent.kernel.text import Text
from abonent.kernel.time import DAY_US, SECOND_US
from abonent.store.database import Database
from tests.fixtures.house import House, operator
from tests.fixtures.rules import ruled
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger
from tests.fixtures.vouchers import code_number

CODE = "1234567890123450"
SLIP = "1234567890123456"
"""Its last digit is not that of the others."""
WRONG = "9999888877776667"
MINUTE_US = 60 * SECOND_US


async def test_it_works(house: House) -> None:
    line = await house.subscriber("1.00")
    await house.voucher(CODE, "100.00")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "top_up_by_voucher", code=CODE)
    values = {"amount": house.env.money(100_00), "balance": house.env.money(101_00)}
    assert receipt.text == Text("done.top_up_by_voucher", values)
    assert await house.balance(line) == "101.00"
    assert await house.balance(line, "PTS") == "10"
    assert await house.rows("SELECT entry_id FROM voucher") == [(receipt.id,)]
    assert await watch.new() == Traces(
        entries=[
            "top_up, account 100.00 UAH, vouchers -100.00 UAH, account 10 PTS, loyalty -10 PTS"
        ],
        journal=[("top_up_by_voucher", "done")],
        sms=["top_up_by_voucher"],
    )
    await house.books_are_sound()


async def test_a_code_may_be_written_in_groups(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE)
    await house.done(line, "top_up_by_voucher", code="1234 5678-9012 3450")
    assert await house.balance(line) == "100.00"


async def test_the_code_is_kept_nowhere(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE)
    for n, code in enumerate((WRONG, CODE, CODE)):
        await house.runner.propose(house.case(line), "top_up_by_voucher", {"code": code}, f"k{n}")
    everything = await house.everything()
    assert CODE not in everything
    assert WRONG not in everything


async def test_what_is_too_little_for_a_point_earns_none(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE, "9.99")
    watch = await Watch.over(house, line)
    await house.done(line, "top_up_by_voucher", code=CODE)
    assert (await watch.new()).entries == ["top_up, account 9.99 UAH, vouchers -9.99 UAH"]
    assert await house.rows("SELECT id FROM lot") == []
    await house.books_are_sound()


async def test_a_profile_without_points_gives_none(house: House) -> None:
    catalogs = tuple(
        catalog.model_copy(
            update={"loyalty": catalog.loyalty.model_copy(update={"points_per_top_up": 0})}
        )
        for catalog in operator().catalogs
    )
    house = House(house.db, operator().model_copy(update={"catalogs": catalogs}))
    line = await house.subscriber()
    await house.voucher(CODE)
    await house.done(line, "top_up_by_voucher", code=CODE)
    assert await house.balance(line, "PTS") == "0"


async def test_a_stranger_may_not_top_up_in_my_name(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE)
    assert await refusal_of_a_stranger(house, line, "top_up_by_voucher", code=CODE) == "not_found"


async def test_a_blocked_line_may_be_topped_up(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE)
    await house.done(line, "block_line")
    await house.done(line, "top_up_by_voucher", code=CODE)
    assert await house.balance(line) == "100.00"


async def test_a_used_voucher_is_refused(house: House) -> None:
    first, second = await house.subscriber(), await house.subscriber()
    await house.voucher(CODE)
    await house.done(first, "top_up_by_voucher", code=CODE)
    assert await refusal(house, first, "top_up_by_voucher", code=CODE) == "voucher_used"
    assert await refusal(house, second, "top_up_by_voucher", code=CODE) == "voucher_used"


async def test_an_unknown_voucher_is_refused(house: House) -> None:
    line = await house.subscriber()
    assert await refusal(house, line, "top_up_by_voucher", code=WRONG) == "voucher_unknown"


async def test_an_expired_voucher_is_refused(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE, valid_days=30)
    house.clock.advance(30 * DAY_US)
    await house.settle(line)
    assert await refusal(house, line, "top_up_by_voucher", code=CODE) == "voucher_expired"


async def test_a_voucher_counts_to_its_last_moment(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE, valid_days=30)
    house.clock.advance(30 * DAY_US - 1)
    await house.done(line, "top_up_by_voucher", code=CODE)


async def test_more_than_an_account_may_hold_is_refused_and_the_voucher_stays(house: House) -> None:
    line = await house.subscriber("99950.00")
    await house.voucher(CODE, "100.00")
    assert await refusal(house, line, "top_up_by_voucher", code=CODE) == "balance_too_high"
    poorer = await house.subscriber()
    await house.done(poorer, "top_up_by_voucher", code=CODE)


async def test_the_sixth_wrong_code_closes_top_up_even_for_a_right_one(house: House) -> None:
    line, neighbour = await house.subscriber(), await house.subscriber()
    await house.voucher(CODE)
    for _ in range(5):
        assert await house.refusal(line, "top_up_by_voucher", code=WRONG) == "voucher_unknown"
    assert await refusal(house, line, "top_up_by_voucher", code=WRONG) == "voucher_locked"
    assert await refusal(house, line, "top_up_by_voucher", code=CODE) == "voucher_locked"
    await house.done(neighbour, "top_up_by_voucher", code=CODE)


async def test_the_lock_ends(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE)
    for _ in range(6):
        await house.refusal(line, "top_up_by_voucher", code=WRONG)
    house.clock.advance(15 * MINUTE_US)
    assert await house.refusal(line, "top_up_by_voucher", code=CODE) == "voucher_locked"
    house.clock.advance(1)
    await house.done(line, "top_up_by_voucher", code=CODE)


async def test_a_right_code_forgives_the_wrong_ones_before_it(house: House) -> None:
    line = await house.subscriber()
    for n in range(3):
        await house.voucher(code_number(n))
        for _ in range(4):
            await house.refusal(line, "top_up_by_voucher", code=WRONG)
        await house.done(line, "top_up_by_voucher", code=code_number(n))


async def test_a_right_code_for_a_full_account_counts_as_no_try_and_forgives_none(
    house: House,
) -> None:
    line = await house.subscriber("99950.00")
    await house.voucher(CODE)
    for _ in range(10):
        assert await house.refusal(line, "top_up_by_voucher", code=CODE) == "balance_too_high"
    for _ in range(5):
        assert await house.refusal(line, "top_up_by_voucher", code=WRONG) == "voucher_unknown"
        await house.refusal(line, "top_up_by_voucher", code=CODE)
    assert await house.refusal(line, "top_up_by_voucher", code=WRONG) == "voucher_locked"
    assert await house.rows("SELECT failures FROM attempt WHERE kind = 'siege'") == [(5,)]


async def test_an_address_that_tries_on_many_lines_is_stopped(house: House) -> None:
    lines = [await house.subscriber() for _ in range(11)]
    for line in lines[:10]:
        for _ in range(5):
            assert await house.refusal(line, "top_up_by_voucher", code=WRONG) == "voucher_unknown"
    assert await house.refusal(lines[10], "top_up_by_voucher", code=WRONG) == "too_many_tries"
    elsewhere = replace(house.case(lines[10]), source="198.51.100.7")
    answer = await house.runner.propose(elsewhere, "top_up_by_voucher", {"code": WRONG})
    assert isinstance(answer, Refused)
    assert answer.code == "voucher_unknown"


async def test_what_is_no_code_is_explained_and_counts_as_no_try(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    for code in ("", "123", "1" * 17, "1" * 15 + "O", "١" * 16, "1" * 16 + "\n", "1" * 250):
        answer = await house.do(line, "top_up_by_voucher", code=code)
        assert isinstance(answer, NeedsInput), code
        assert [p.name for p in answer.fields] == ["code"]
    for raw in ({}, {"code": 1234567890123450}, {"code": None}):
        answer = await house.runner.propose(house.case(line), "top_up_by_voucher", raw)
        assert isinstance(answer, NeedsInput), raw
    assert await watch.changed_tables() == set()


async def test_a_voucher_sent_twice_with_one_key_is_credited_once(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE)
    answers = [
        await house.runner.propose(house.case(line), "top_up_by_voucher", {"code": CODE}, "form-1")
        for _ in range(2)
    ]
    assert isinstance(answers[0], Done)
    assert answers[1] == answers[0]
    assert await house.balance(line) == "100.00"


async def test_a_slip_of_the_finger_costs_no_try(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE)
    for _ in range(10):
        answer = await house.do(line, "top_up_by_voucher", code=SLIP)
        assert isinstance(answer, NeedsInput)
        assert [(p.name, p.code) for p in answer.fields] == [("code", "voucher_digits")]
    await house.done(line, "top_up_by_voucher", code=CODE)


async def test_slips_without_end_are_stopped_by_address(house: House) -> None:
    line = await house.subscriber()
    for _ in range(50):
        assert isinstance(await house.do(line, "top_up_by_voucher", code=SLIP), NeedsInput)
    assert await house.refusal(line, "top_up_by_voucher", code=SLIP) == "too_many_tries"


async def test_while_everybody_guesses_one_wrong_code_pauses_a_line(db: Database) -> None:
    house = ruled(House(db), locks={"max_wrong_vouchers_in_all": 3})
    await house.voucher(CODE)
    lines = [await house.subscriber() for _ in range(3)]
    asked = [replace(house.case(line), source=f"192.0.2.{n}") for n, line in enumerate(lines, 7)]

    async def tried(case: Case, code: str) -> str:
        answer = await house.runner.propose(case, "top_up_by_voucher", {"code": code})
        return answer.code if isinstance(answer, Refused) else "done"

    for _ in range(3):
        assert await tried(asked[0], WRONG) == "voucher_unknown"
    assert await tried(asked[1], WRONG) == "voucher_unknown"
    assert await tried(asked[1], WRONG) == "too_many_tries"
    assert await tried(asked[2], CODE) == "done"
    house.clock.advance(15 * MINUTE_US + 1)
    for _ in range(2):
        assert await tried(asked[1], WRONG) == "voucher_unknown"
