"""A filled demo on each engine, and the demo's routes over a house of few subscribers."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from abonent.accounts.model import Line
from abonent.channels.ussd import open_ussd
from abonent.channels.wording import Wordings
from abonent.gateways.payments.webhooks import Webhooks
from abonent.operations.env import Payments
from abonent.operations.identity import provision
from abonent.operations.identity.provision import LineOrder, NewPerson
from abonent.operations.money.payments import receive
from abonent.operations.ports import Outgoing
from abonent.operations.registry import OPERATIONS
from abonent.operations.runner import Runner
from abonent.simulator.app import routes
from abonent.simulator.demopay.pages import CounterView, tell
from abonent.simulator.demopay.provider import Demopay
from abonent.simulator.deps import SimulatorDeps
from abonent.simulator.network import Network, Say
from abonent.simulator.phone import PhoneView
from abonent.simulator.seeding import seed
from abonent.store.database import Database, open_database
from abonent.store.tx import WriteTx
from abonent.worker.loop import Worker
from tests.fixtures.databases import TEMPLATE, Engine, sqlite_url
from tests.fixtures.house import House, operator
from tests.fixtures.postgres import Cluster


def say_in(wordings: Wordings) -> Say:
    """What the composition root hands to the network: an SMS of the outbox in words."""

    def say(outgoing: Outgoing) -> str:
        wording = wordings.for_language(outgoing.language)
        secret = {"secret": outgoing.secret} if outgoing.secret else {}
        return wording.t(f"sms.{outgoing.kind}", **outgoing.values, **secret)

    return say


def say_of(house: House) -> Say:
    return say_in(Wordings(house.profile, house.clock))


@pytest.fixture(scope="package")
def filled_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Engine], str]:
    """A function that says where a filled demo of an engine is, for tests that only look."""
    urls: dict[Engine, str] = {}

    def filled(engine: Engine) -> str:
        if engine not in urls:
            if engine == "sqlite":
                path: Path = tmp_path_factory.mktemp("filled") / "abonent.db"
                shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
                urls[engine] = sqlite_url(path)
            else:
                cluster: Cluster = request.getfixturevalue("migrated_postgres")
                urls[engine] = cluster.create("filled", TEMPLATE)
            asyncio.run(fill(urls[engine]))
        return urls[engine]

    return filled


async def fill(url: str) -> None:
    db = open_database(url)
    house = House(db)
    assert await seed(db, house.env, say_of(house))
    await db.close()


@pytest.fixture
def demo_url(engine: Engine, filled_url: Callable[[Engine], str]) -> str:
    return filled_url(engine)


@pytest.fixture
async def demo(demo_url: str) -> AsyncIterator[House]:
    """The filled demo, on each engine in turn."""
    db = open_database(demo_url)
    yield House(db)
    await db.close()


async def internet_line(house: House, login: str) -> Line:
    """A line of home internet on pay-per-use terms with some money."""

    async def fn(tx: WriteTx) -> Line:
        holding = await provision.add_person(tx, house.env, NewPerson("Олег Кравчук", "uk"))
        order = LineOrder("internet", login, "second")
        line = await provision.add_line(tx, house.env, holding, order)
        assert line is not None
        await provision.opening_balance(tx, house.env, line, (house.env.money(1000),))
        return line

    return await house.db.write(fn)


@dataclass
class Stage:
    """The demo's routes over a house; `shown` are the pages that were to be rendered."""

    house: House
    client: httpx.AsyncClient
    network: Network
    deps: SimulatorDeps
    shown: list[tuple[PhoneView, int]] = field(default_factory=list)

    def without_webhook(self) -> SimulatorDeps:
        """The demo while the program answers its provider with an outage."""

        async def away(_name: str, _body: bytes, _headers: Mapping[str, str]) -> int:
            return 503

        return replace(self.deps, webhook=away)

    async def post(self, path: str, **body: object) -> httpx.Response:
        return await self.client.post(path, json={k.rstrip("_"): v for k, v in body.items()})

    async def fault(self, path: str, **body: object) -> tuple[int, str]:
        """What is wrong with a request: status and code."""
        answer = await self.post(path, **body)
        said = answer.json()
        assert set(said) == {"code", "message"}, said
        assert said["message"]
        return answer.status_code, said["code"]

    async def press(self, number: str, **form: str) -> PhoneView:
        """Send the form of the handset; the page that follows."""
        await self.client.post("/phone/press", data={"line": number, **form})
        return self.shown[-1][0]


@pytest.fixture
async def stage(house: House) -> AsyncIterator[Stage]:
    """The demo's routes over an empty house, with the real USSD channel and worker."""
    wordings = Wordings(operator(), house.clock)
    network = Network(house.db, house.env.operator.sms_sender, say_in(wordings))
    ussd = open_ussd(house.runner, wordings)
    assert ussd is not None
    shown: list[tuple[PhoneView, int]] = []

    async def render(
        request: Request, template: str, context: Mapping[str, object], status: int
    ) -> Response:
        if template == "demopay.html":
            counter = context["view"]
            assert isinstance(counter, CounterView)
            return JSONResponse({"card": counter.card, "wrong": counter.wrong}, status)
        view = context["phone"]
        assert isinstance(view, PhoneView)
        shown.append((view, status))
        return JSONResponse({}, status)

    demopay = Demopay(house.db, house.clock, b"a key of its own")
    house.env = replace(house.env, payments=Payments("http://demo", {demopay.name: demopay}))
    house.runner = Runner(house.db, house.env, OPERATIONS)
    webhooks = Webhooks({demopay.name: demopay}, partial(receive, house.db, house.env))
    worker = Worker(house.db, house.env, network.peers())

    async def catch_up() -> None:
        await tell(deps)
        await worker.catch_up()

    deps = SimulatorDeps(
        db=house.db,
        env=house.env,
        clock=house.clock,
        network=network,
        ussd=ussd,
        demopay=demopay,
        webhook=webhooks.take,
        catch_up=catch_up,
        render=render,
    )
    transport = httpx.ASGITransport(Starlette(routes=routes(deps)))
    async with httpx.AsyncClient(transport=transport, base_url="http://demo") as client:
        yield Stage(house, client, network, deps, shown)


@pytest.fixture
def empty(db: Database) -> House:
    """An operator with nobody on the books, on each engine in turn."""
    return House(db)
