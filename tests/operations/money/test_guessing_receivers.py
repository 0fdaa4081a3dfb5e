"""Who can receive something is asked about a few numbers a day, and no more."""

import asyncio
from collections.abc import Mapping

import pytest

from abonent.accounts.model import Line
from abonent.kernel.outcome import Refused
from abonent.kernel.time import DAY_US
from abonent.store.database import Database
from tests.fixtures.house import House, all_rules
from tests.operations.loyalty.test_bonuses import top_up

NOBODY = [f"38094{n:07d}" for n in range(30)]
ASKED: Mapping[str, tuple[str, dict[str, object]]] = {
    "transfer_money": ("transfer_not_accepted", {"amount": "10.00"}),
    "request_collect_call": ("collect_call_not_possible", {}),
    "pass_bonus": ("bonus_not_accepted", {"amount": "1"}),
}


@pytest.fixture
def house(db: Database) -> House:
    return House(db, all_rules())


async def told(house: House, line: Line, name: str, **raw: object) -> str:
    """What is answered to who only asks, and confirms nothing."""
    outcome = await house.runner.propose(house.case(line, "ussd", 0), name, raw)
    return outcome.code if isinstance(outcome, Refused) else "offered"


@pytest.mark.parametrize("name", ASKED)
async def test_numbers_cannot_be_tried_without_end(house: House, name: str) -> None:
    line, friend = await house.at_home(), await house.subscriber()
    await top_up(house, line, "500.00")
    code, more = ASKED[name]
    most = house.env.operator.locks.max_wrong_receivers
    for number in NOBODY[:most]:
        assert await told(house, line, name, to=friend.number, **more) == "offered"
        assert await told(house, line, name, to=number, **more) == code
    for number in (*NOBODY[most:], friend.number):
        assert await told(house, line, name, to=number, **more) == "too_many_receivers"
    others = [each for each in ASKED if each != name]
    for other in others:
        again = await told(house, line, other, to=friend.number, **ASKED[other][1])
        assert again == "too_many_receivers", "all three ask the same"
    house.clock.advance(DAY_US + 1)
    assert await told(house, line, name, to=friend.number, **more) == "offered"


@pytest.mark.parametrize("confirm", [False, True])
async def test_at_once_no_more_can_be_tried_than_in_turn(house: House, confirm: bool) -> None:
    line = await house.subscriber("100.00")

    async def ask(number: str) -> str:
        raw = {"to": number, "amount": "10.00"}
        case = house.case(line, "ussd", 0)
        outcome = await house.runner.propose(case, "transfer_money", raw, confirm=confirm)
        assert isinstance(outcome, Refused)
        return outcome.code

    codes = await asyncio.gather(*map(ask, NOBODY))
    most = house.env.operator.locks.max_wrong_receivers
    assert codes.count("transfer_not_accepted") == most
    assert codes.count("too_many_receivers") == len(NOBODY) - most


async def test_what_else_is_refused_is_no_guess(house: House) -> None:
    line, friend = await house.subscriber("10.00"), await house.subscriber()
    for _ in range(30):
        refused = await told(house, line, "transfer_money", to=friend.number, amount="400.00")
        assert refused == "transfer_too_much"
    assert await told(house, line, "transfer_money", to=friend.number, amount="2.00") == "offered"


async def test_how_much_bonus_there_is_is_said_before_anything_of_the_receiver(
    house: House,
) -> None:
    line, friend = await house.at_home(), await house.subscriber()
    for number in (friend.number, NOBODY[0]):
        assert await told(house, line, "pass_bonus", to=number, amount="1000") == "bonus_low"
