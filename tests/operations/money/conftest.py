"""What every test of money may use."""

import pytest

from tests.fixtures.house import House
from tests.fixtures.payments import Till, till


@pytest.fixture
def at(house: House) -> Till:
    """The house, from now on with a provider."""
    return till(house)
