"""The whole program as those see it who mean it no good: every page and the API, over ASGI."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from abonent.accounts.model import Line
from abonent.kernel.time import MovableClock
from abonent.main.compose import Application, Ground, Site, lay_ground
from abonent.operations.identity import provision
from abonent.operations.identity.sessions import Client, start_session
from abonent.store.database import Database
from abonent.store.tx import WriteTx
from tests.api.stage import (
    NOW,
    NUMBER,
    PASSWORD,
    SECOND_NUMBER,
    STAFF,
    STRANGER,
    hashed_password,
    person,
)
from tests.profiles import SHIPPED, profile_named

__all__ = ["NUMBER", "PASSWORD", "SECOND_NUMBER", "STAFF", "STRANGER", "Browser", "Siege", "siege"]

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_ADDRESS = "https://cabinet.example"


@dataclass(frozen=True)
class Browser:
    """One browser at the cabinet."""

    client: httpx.AsyncClient

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def token(self, page: str) -> str:
        """The anti-forgery token of a page's forms."""
        found = _TOKEN.search((await self.get(page)).text)
        assert found is not None
        return found[1]

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """A form as the home page has it."""
        return await self.client.post(path, data={"csrf": await self.token("/home"), **fields})


@dataclass(frozen=True)
class Siege:
    """Olena with two lines, a stranger, and Oksana of the staff; `clock` stands still."""

    application: Application
    clock: MovableClock
    olena: Line
    second: Line
    stranger: Line
    transport: httpx.ASGITransport

    @property
    def ground(self) -> Ground:
        return self.application.ground

    def browser(self, transport: httpx.ASGITransport | None = None) -> Browser:
        """A browser that nobody has used yet."""
        return Browser(
            httpx.AsyncClient(
                transport=transport or self.transport,
                base_url=_ADDRESS,
                headers={"Accept-Language": "en"},
            )
        )

    async def logged_in(self, line: Line) -> Browser:
        """A browser with a session, opened without the work of checking a password."""
        browser = self.browser()
        opened = await start_session(self.ground.runner, line, Client("", "web"))
        browser.client.cookies.set("__Host-session", opened.token, domain="cabinet.example")
        return browser

    async def rows(self, sql: str) -> list[tuple[object, ...]]:
        found = await self.ground.db.read(lambda tx: tx.rows(sql))
        return [tuple(row) for row in found]


@asynccontextmanager
async def siege(db: Database) -> AsyncIterator[Siege]:
    """The program as `abonent serve` puts it together, with a few people in it."""
    clock = MovableClock(base=lambda: NOW)
    ground = lay_ground(db, profile_named(SHIPPED), clock, "a key for tests, which is long enough")
    env, hashed = ground.env, await hashed_password()

    async def fill(tx: WriteTx) -> tuple[Line, ...]:
        olena = await person(tx, env, hashed, (NUMBER, SECOND_NUMBER))
        stranger = await person(tx, env, hashed, (STRANGER,))
        await provision.add_staff(tx, env, "oksana", hashed)
        return (*olena, *stranger)

    olena, second, stranger = await db.write(fill)
    application = Application(ground, Site(tls=True))
    transport = httpx.ASGITransport(application.asgi(), raise_app_exceptions=False)
    yield Siege(application, clock, olena, second, stranger, transport)
