from collections.abc import AsyncIterator

import pytest

from abonent.store.database import Database
from tests.web.stage import Browser, browsing


@pytest.fixture
async def browser(db: Database) -> AsyncIterator[Browser]:
    async with browsing(db) as opened:
        yield opened
