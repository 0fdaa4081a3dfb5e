from collections.abc import AsyncIterator

import pytest

from abonent.store.database import Database
from tests.api.stage import Stage, stage
from tests.profiles import ALL_RULES


@pytest.fixture
async def guest(db: Database) -> AsyncIterator[Stage]:
    """The API as somebody sees it who has no session."""
    async with stage(db) as opened:
        yield opened


@pytest.fixture
async def olena(guest: Stage) -> Stage:
    """The API as a subscriber with two lines sees it."""
    await guest.start_session(guest.line)
    return guest


@pytest.fixture
async def ruled_olena(db: Database) -> AsyncIterator[Stage]:
    """The same where the operator has every rule."""
    async with stage(db, ALL_RULES) as opened:
        await opened.start_session(opened.line)
        yield opened
