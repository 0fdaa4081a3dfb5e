"""Many requests at the same moment: money is made and spent once, on both engines."""

import asyncio
from collections import Counter
from dataclasses import replace

from abonent.accounts.model import Line
from abonent.kernel.outcome import Done, Outcome, Refused
from tests.fixtures.house import House

CODE = "1234567890123456"


async def redeem(house: House, line: Line) -> str:
    """The answer to somebody with an address of their own."""
    case = replace(house.case(line), source=f"192.0.2.{line.id}")
    return code_of(await house.runner.propose(case, "top_up_by_voucher", {"code": CODE}))


def code_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Done | Refused)
    return outcome.code if isinstance(outcome, Refused) else "done"


async def test_a_voucher_redeemed_two_hundred_times_at_once_is_credited_once(house: House) -> None:
    lines = [await house.subscriber() for _ in range(40)]
    await house.voucher(CODE, "100.00")
    answers = await asyncio.gather(*(redeem(house, line) for line in lines for _ in range(5)))
    assert Counter(answers) == {"done": 1, "voucher_used": 199}
    balances = Counter([await house.balance(line) for line in lines])
    assert balances == {"100.00": 1, "0.00": 39}
    await house.books_are_sound()


async def test_two_hundred_times_at_once_by_one_line_is_once_too(house: House) -> None:
    line = await house.subscriber()
    await house.voucher(CODE, "100.00")
    answers = Counter(await asyncio.gather(*(redeem(house, line) for _ in range(200))))
    assert answers["done"] == 1
    assert answers.keys() <= {"done", "voucher_used", "voucher_locked", "too_many_tries"}
    assert await house.balance(line) == "100.00"
    await house.books_are_sound()


async def test_of_a_hundred_purchases_at_once_with_money_for_one_one_is_made(house: House) -> None:
    line = await house.subscriber("30.00")
    answers = await asyncio.gather(
        *(house.do(line, "buy_package", package="internet-1gb") for _ in range(100))
    )
    assert Counter(map(code_of, answers)) == {"done": 1, "balance_low": 99}
    assert await house.balance(line) == "0.00"
    await house.books_are_sound()
