import pytest

from abonent.channels.wording import Wording, Wordings
from abonent.kernel.time import Instant, MovableClock
from abonent.profile.load import find, load


@pytest.fixture(scope="session")
def wordings() -> Wordings:
    clock = MovableClock(base=lambda: Instant(1_763_000_000_000_000))
    return Wordings(load(find("internet-assistant")), clock)


@pytest.fixture
def english(wordings: Wordings) -> Wording:
    return wordings.for_language("en")
