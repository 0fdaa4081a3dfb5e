"""The cabinet in this process: forms and pages, as a browser without scripts sees them."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from html import unescape

import httpx
from pypdf import PdfReader

from abonent.accounts.model import Line
from abonent.channels.wording import Wordings
from abonent.kernel.time import MovableClock
from abonent.main.compose import Application, Ground, Site
from abonent.operations.identity.sessions import Client, start_session
from abonent.store.database import Database
from tests.fixtures.house import House
from tests.profiles import SHIPPED, profile_named


@cache
def wordings(profile: str) -> Wordings:
    return Wordings(profile_named(profile), MovableClock())


@dataclass
class Browser:
    """Keeps cookies and follows no redirect. `house` is what it looks at."""

    client: httpx.AsyncClient
    house: House

    async def log_in(self, line: Line) -> None:
        """What a log-in does, without the work of checking a password."""
        opened = await start_session(self.house.runner, line, Client("", "web"))
        self.client.cookies.set("session", opened.token)

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def post(self, path: str, seen: httpx.Response, **fields: str) -> httpx.Response:
        """Send a form with the anti-forgery token of the page that was seen."""
        return await self.client.post(path, data={"csrf": token_of(seen), **fields})


@asynccontextmanager
async def browsing(db: Database, profile: str = SHIPPED) -> AsyncIterator[Browser]:
    """A browser that reads English, before anybody logs in."""
    house = House(db, profile_named(profile))
    ground = Ground(db, house.env, house.runner, wordings(profile))
    application = Application(ground, Site(tls=False)).asgi()
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        client.headers["Accept-Language"] = "en"
        yield Browser(client, house)


def token_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def text_of(page: httpx.Response) -> str:
    """What stands between the tags of the page's main part."""
    main = page.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def pages_of(file: httpx.Response) -> list[str]:
    """What each page of a PDF says, with plain spaces."""
    reader = PdfReader(io.BytesIO(file.content))
    return [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages]


def said(file: httpx.Response) -> str:
    """The same of all pages in one."""
    return " ".join(pages_of(file))
