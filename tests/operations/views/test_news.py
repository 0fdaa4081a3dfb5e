"""News are those of the day and of the subscriber (requirements: Z8)."""

import pytest

from abonent.kernel.text import Item
from abonent.operations.views.home import home
from tests.fixtures.house import House

pytestmark = pytest.mark.anyio


async def news(house: House, tariff: str) -> dict[str, Item | None]:
    """Whom each item is for, by id, newest first."""
    line = await house.subscriber("500.00", tariff=tariff)
    view = await house.runner.read(home, house.case(line))
    return {item.id: item.tariff for item in view.news}


async def test_news_for_everybody_name_nobody(house: House) -> None:
    assert await news(house, "everyday") == {"spam-filter": None}


async def test_an_offer_for_a_tariff_is_shown_to_those_who_have_it(house: House) -> None:
    offer = {"start-2019-offer": Item("tariff", "start-2019")}
    assert await news(house, "start-2019") == {**offer, "spam-filter": None}


async def test_news_are_over_after_their_last_day(house: House) -> None:
    ids = [item.id for item in house.env.operator.news]
    assert "prices-october" in ids
    assert "prices-october" not in await news(house, "everyday")
