"""Each provider in turn: the demo's own, Stripe on localstripe, and a LiqPay of the tests."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from abonent.store.database import Database, open_database
from tests.fixtures.databases import Engine
from tests.fixtures.house import House
from tests.gateways.demopay import DemopayDesk
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


@pytest.fixture
def demopay(new_database: Callable[[Engine], str]) -> Iterator[DemopayDesk]:
    db = open_database(new_database("sqlite"))
    yield DemopayDesk(db)
    asyncio.run(db.close())


@pytest.fixture(params=["demopay", "stripe_front", "liqpay_server"])
def provider(request: pytest.FixtureRequest) -> Provider:
    found: Provider = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["stripe_front", "liqpay_server"])
def remote(request: pytest.FixtureRequest) -> Iterator[Provider]:
    found: Provider = request.getfixturevalue(request.param)
    yield found
    found.fault = ""


@pytest.fixture
def house(db: Database) -> House:
    return House(db)
