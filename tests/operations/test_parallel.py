"""Everybody at once: one voucher is one credit, and money for one is one purchase."""

import asyncio
from collections import Counter
from dataclasses import replace

from abonent.kernel.outcome import Done, Outcome, Refused
from tests.fixtures.house import House
from tests.fixtures.vouchers import code_number

PEOPLE, TRIES_EACH = 40, 5
PURCHASES = 100
CODE = code_number(444_444_444_444_444)


def answers(outcomes: list[Outcome]) -> Counter[str]:
    """How often what was answered: `done`, or the code of a refusal."""
    said: Counter[str] = Counter()
    for outcome in outcomes:
        assert isinstance(outcome, Done | Refused), outcome
        said["done" if isinstance(outcome, Done) else outcome.code] += 1
    return said


async def test_two_hundred_redemptions_of_one_voucher_are_one_credit(house: House) -> None:
    lines = [await house.subscriber() for _ in range(PEOPLE)]
    await house.voucher(CODE, "100.00")

    async def redeem(person: int, n: int) -> Outcome:
        case = replace(house.case(lines[person]), source=f"198.51.{n}.{person}")
        return await house.runner.propose(case, "top_up_by_voucher", {"code": CODE})

    tries = [(person, n) for n in range(TRIES_EACH) for person in range(PEOPLE)]
    said = answers(await asyncio.gather(*(redeem(*each) for each in tries)))

    assert said == {"done": 1, "voucher_used": PEOPLE * TRIES_EACH - 1}
    credited = [await house.balance(line) for line in lines]
    assert sorted(credited) == ["0.00"] * (PEOPLE - 1) + ["100.00"]
    await house.books_are_sound()


async def test_a_hundred_purchases_with_money_for_one_are_one(house: House) -> None:
    line = await house.subscriber("30.00")
    order = {"package": "internet-1gb"}  # 30.00

    async def buy(n: int) -> Outcome:
        key = f"key-{n}"
        return await house.runner.propose(house.case(line), "buy_package", order, key, confirm=True)

    said = answers(await asyncio.gather(*(buy(n) for n in range(PURCHASES))))

    assert said == {"done": 1, "balance_low": PURCHASES - 1}
    assert await house.balance(line) == "0.00"
    assert [row for row in await house.journal(line) if row[1] == "done"] == [
        ("buy_package", "done")
    ]
    await house.books_are_sound()
