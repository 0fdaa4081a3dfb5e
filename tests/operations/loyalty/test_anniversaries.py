"""Days on which bonuses come: the first of them, as seen from the day on which it is planned."""

from datetime import date

import pytest

from abonent.kernel.time import day_of
from abonent.operations.due_work import tidy
from abonent.operations.identity import provision
from abonent.store.database import Database
from abonent.store.tx import WriteTx
from tests.fixtures.house import House, all_rules


@pytest.fixture
def house(db: Database) -> House:
    return House(db, all_rules())


@pytest.mark.parametrize(
    ("born", "first"),
    [
        ("1990-11-16", "2027-11-16"),
        ("1990-11-17", "2026-11-17"),
        ("1990-11-18", "2026-11-18"),
        ("1992-02-29", "2027-02-28"),
    ],
)
async def test_the_first_birthday_is_the_next_one_from_today_on(
    house: House, born: str, first: str
) -> None:
    assert day_of(house.clock.now(), house.env.zone) == date(2026, 11, 17)

    async def fn(tx: WriteTx) -> None:
        new = provision.NewPerson("Ірина Мельник", "uk", birthday=born)
        holding = await provision.add_person(tx, house.env, new)
        order = provision.LineOrder("mobile", "380671234567", "second")
        await provision.add_line(tx, house.env, holding, order)

    await house.db.write(fn)
    for _ in range(2):
        await tidy(house.db, house.env)
        rows = await house.rows("SELECT anchor FROM due WHERE kind = 'bonus_birthday'")
        assert rows == [(first,)]
