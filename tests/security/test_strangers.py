"""What somebody may learn or do about a number that is not theirs."""

from dataclasses import replace

import pytest

from abonent.kernel.case import Case
from abonent.kernel.outcome import Refused
from abonent.operations.identity.sessions import Client, resolve, start_session
from tests.fixtures.house import House

pytestmark = pytest.mark.anyio

NOBODY = "380941999999"
PUK = {"puk": "87654321", "password": "Lastivka 2026", "password_again": "Lastivka 2026"}


async def code_of(house: House, case: Case, name: str, number: str) -> str:
    raw = {"number": number, **(PUK if name == "register" else {})}
    answer = await house.runner.propose(case, name, raw)
    assert isinstance(answer, Refused)
    return answer.code


@pytest.mark.parametrize("name", ["reveal_puk", "register"])
async def test_who_may_not_ask_learns_nothing_about_a_number(house: House, name: str) -> None:
    me, owner = await house.subscriber(), await house.subscriber()
    case = replace(house.case(me), channel="api")
    known = await code_of(house, case, name, owner.number)
    assert known == await code_of(house, case, name, NOBODY) == "not_allowed"
    assert await house.journal(owner) == []
    assert await house.rows("SELECT failures FROM attempt") == []


async def test_who_lost_their_only_line_is_not_taken_for_staff(house: House) -> None:
    client = Client("192.0.2.1", "api")
    line, other = await house.subscriber(), await house.subscriber()
    opened = await start_session(house.runner, line, client)
    await house.db.write(
        lambda tx: tx.run(
            "UPDATE contract SET person_id = $2 WHERE id = $1", line.contract, other.person
        )
    )
    assert await resolve(house.runner, opened.token, client) is None
