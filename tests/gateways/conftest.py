"""Each provider in turn: Stripe on localstripe, and a LiqPay of the tests."""

from collections.abc import Iterator

import pytest

from abonent.store.database import Database
from tests.fixtures.house import House
from tests.gateways.liqpay_server import LiqPayServer
from tests.gateways.localstripe import StripeFront, localstripe
from tests.gateways.servers import Provider


@pytest.fixture(scope="session")
def stripe_behind() -> Iterator[str]:
    with localstripe() as url:
        yield url


@pytest.fixture(scope="session")
def stripe_front(stripe_behind: str) -> Iterator[StripeFront]:
    front = StripeFront(behind=stripe_behind)
    with front.running():
        front.tell_me()
        yield front


@pytest.fixture(scope="session")
def liqpay_server() -> Iterator[LiqPayServer]:
    server = LiqPayServer()
    with server.running():
        yield server


@pytest.fixture(params=["stripe_front", "liqpay_server"])
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    found: Provider = request.getfixturevalue(request.param)
    yield found
    found.fault = ""


@pytest.fixture
def house(db: Database) -> House:
    return House(db)
