from collections.abc import AsyncIterator

import pytest

from abonent.store.database import Database
from tests.fixtures.house import House
from tests.security.siege import Siege
from tests.security.siege import siege as besieged


@pytest.fixture
async def siege(db: Database) -> AsyncIterator[Siege]:
    """The whole program, on each engine in turn."""
    async with besieged(db) as opened:
        yield opened


@pytest.fixture
def house(db: Database) -> House:
    """Its operations without any channel, on each engine in turn."""
    return House(db)
