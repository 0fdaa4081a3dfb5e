"""The API over a database with a few people in it, reached as a client reaches it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount

from abonent.accounts.model import Line
from abonent.channels.api.app import routes
from abonent.channels.api.deps import ApiDeps
from abonent.channels.http.metrics import Metrics
from abonent.channels.http.stack import HttpRules, guarded
from abonent.channels.wording import Wordings
from abonent.kernel.ids import TimeOrderedIds
from abonent.kernel.money import Money, parse_money
from abonent.kernel.time import Instant, MovableClock
from abonent.ledger import sql as ledger
from abonent.ledger import vouchers
from abonent.operations.env import Env
from abonent.operations.identity import provision, sessions
from abonent.operations.money.voucher_codes import voucher_digest
from abonent.operations.registry import OPERATIONS
from abonent.operations.runner import Runner
from abonent.operations.secrets import KeyedSecrets
from abonent.operations.settlement import settle
from abonent.store.database import Database
from abonent.store.tx import WriteTx
from tests.profiles import SHIPPED, profile_named

NOW = Instant(1_763_460_000_000_000)
"""18 November 2025, 10:00 UTC."""
YEAR_US = 365 * 24 * 3600 * 1_000_000
NUMBER, SECOND_NUMBER, STRANGER, FRESH = (f"38067555010{n}" for n in range(4))
POSTPAID = "380675550105"
PUK = "12345678"
PASSWORD = "Ластівка 2025"
VOUCHER = "1234567890123450"
STAFF = "staff:oksana"
SECRETS = KeyedSecrets("a key for tests, which is long enough")
HASHED: list[str] = []


@cache
def wordings(profile: str) -> Wordings:
    return Wordings(profile_named(profile), MovableClock(base=lambda: NOW))


async def hashed_password() -> str:
    """The hash of `PASSWORD`, which is as slow to make as it has to be, so it is made once."""
    if not HASHED:
        HASHED.append(await SECRETS.hash_password(PASSWORD))
    return HASHED[0]


@dataclass(frozen=True)
class Stage:
    """A client of the API, and what it can be made to show."""

    client: httpx.AsyncClient
    runner: Runner
    clock: MovableClock
    line: Line
    second: Line
    stranger: Line

    @property
    def env(self) -> Env:
        return self.runner.env

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.client.get(path, params=query)

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        listed: list[dict[str, Any]] = answer.json()["items"]
        return listed

    async def do(self, name: str, **body: object) -> httpx.Response:
        return await self.client.post(f"/operations/{name}", json=body)

    async def do_once(self, key: str, name: str, **body: object) -> httpx.Response:
        headers = {"Idempotency-Key": key}
        return await self.client.post(f"/operations/{name}", json=body, headers=headers)

    async def log_in(self, login: str = NUMBER, password: str = PASSWORD) -> None:
        """Open a session, and send its token from now on."""
        answer = await self.client.post("/sessions", json={"login": login, "password": password})
        assert answer.status_code == 201, answer.text
        self.bear(answer.json()["token"])

    async def start_session(self, owner: Line) -> None:
        """What a log-in does, without the work of checking a password."""
        opened = await sessions.start_session(self.runner, owner, sessions.Client("", "api"))
        self.bear(opened.token)

    def bear(self, token: str) -> None:
        self.client.headers["Authorization"] = f"Bearer {token}"

    def log_out(self) -> None:
        del self.client.headers["Authorization"]

    async def balance(self) -> Money:
        account, currency = self.line.account, self.env.operator.currency
        return await self.runner.db.read(lambda tx: ledger.balance(tx, account, currency))


@asynccontextmanager
async def stage(db: Database, profile: str = SHIPPED) -> AsyncIterator[Stage]:
    """Olena with two lines, a stranger, a fresh SIM, a postpaid subscriber, Oksana of the staff."""
    clock = MovableClock(base=lambda: NOW)
    env = Env(profile_named(profile), clock, TimeOrderedIds(), SECRETS)
    hashed = await hashed_password()

    async def fill(tx: WriteTx) -> tuple[Line, ...]:
        olena = await person(tx, env, hashed, (NUMBER, SECOND_NUMBER))
        stranger = await person(tx, env, hashed, (STRANGER,))
        await person(tx, env, None, (FRESH,))
        await person(tx, env, hashed, (POSTPAID,), "postpaid")
        await provision.add_staff(tx, env, "oksana", hashed)
        value = parse_money("50.00", env.operator.currency)
        until = Instant(NOW + YEAR_US)
        await vouchers.issue(
            tx, vouchers.Batch("tests", value, until), [voucher_digest(env, VOUCHER)]
        )
        return (*olena, *stranger)

    first, second, other = await db.write(fill)
    runner = Runner(db, env, OPERATIONS)
    deps = ApiDeps(runner, wordings(profile))
    transport = httpx.ASGITransport(application(deps))
    base = "http://test/api/v1"
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        client.headers["Accept-Language"] = "en"
        yield Stage(client, runner, clock, first, second, other)


def application(deps: ApiDeps) -> Any:
    """The API inside another application, whose own way with failures must not show."""

    async def foreign(_request: Request, _error: Exception) -> Response:
        return PlainTextResponse("a page", 418)

    app = Starlette(
        routes=[Mount("/api/v1", routes=routes(deps))],
        exception_handlers=dict.fromkeys((401, 403, 404, 405, 413, 422), foreign),
    )
    return guarded(app, HttpRules(tls=False), Metrics())


async def person(
    tx: WriteTx, env: Env, hashed: str | None, numbers: tuple[str, ...], billing: Any = "prepaid"
) -> tuple[Line, ...]:
    """Somebody with money and these lines, registered if there is a password."""
    new = provision.NewPerson("Олена Тест", "uk", billing=billing)
    holding = await provision.add_person(tx, env, new)
    lines = []
    for number in numbers:
        order = provision.LineOrder("mobile", number, "everyday", puk=PUK)
        line = await provision.add_line(tx, env, holding, order)
        assert line is not None
        lines.append(line)
    await provision.opening_balance(tx, env, lines[0], (env.money(500_00),))
    await settle(tx, env, holding.account, env.clock.now())
    if hashed is not None:
        await provision.register_with(tx, holding.person, hashed, env.clock.now())
    return tuple(lines)
