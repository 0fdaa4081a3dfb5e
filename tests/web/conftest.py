from collections.abc import AsyncIterator

import pytest

from abonent.store.database import Database
from tests.profiles import ALL_RULES
from tests.web.stage import Browser, browsing


@pytest.fixture
async def browser(db: Database) -> AsyncIterator[Browser]:
    async with browsing(db) as opened:
        yield opened


@pytest.fixture
async def ruled_browser(db: Database) -> AsyncIterator[Browser]:
    """The same where the operator has every rule."""
    async with browsing(db, ALL_RULES) as opened:
        yield opened
