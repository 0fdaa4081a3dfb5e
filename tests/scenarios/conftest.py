"""Months pass by a moved clock, on both engines."""

import pytest

from abonent.store.database import Database
from tests.fixtures.house import House


@pytest.fixture
def house(db: Database) -> House:
    """An operator with no subscribers yet, on each engine in turn."""
    return House(db)
