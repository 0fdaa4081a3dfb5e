"""One program in one process, with all its channels, whose database each test brings along."""

from dataclasses import dataclass
from functools import cache
from typing import cast

import httpx
from starlette.types import ASGIApp

from abonent.accounts.model import Line
from abonent.channels.ussd import Ussd, open_ussd
from abonent.channels.wording import Wording, Wordings
from abonent.main.compose import Application, Ground, Site
from abonent.store.database import Database
from tests.fixtures.house import SECRETS, House
from tests.fixtures.payments import till
from tests.profiles import SHIPPED, profile_named

BASE = "http://cabinet.test"


@dataclass(frozen=True)
class Stage:
    house: House
    wordings: Wordings
    application: ASGIApp
    ussd: Ussd

    def client(self, language: str = "en") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.application)
        headers = {"Accept-Language": language}
        return httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers)

    def wording(self, language: str) -> Wording:
        return self.wordings.for_language(language)

    async def code_for(self, line: Line) -> str:
        """The one-time code that was sent to the line last."""
        rows = await self.house.rows(
            "SELECT sealed FROM outbox WHERE line_id = $1 AND sealed IS NOT NULL ORDER BY id DESC",
            line.id,
        )
        return SECRETS.unseal(rows[0][0])


@cache
def program(profile: str) -> Stage:
    """Templates and texts take a while to be folded, so that they are made once."""
    house = till(House(cast("Database", None), profile_named(profile))).house
    wordings = Wordings(house.profile, house.clock)
    ground = Ground(house.db, house.env, house.runner, wordings)
    ussd = open_ussd(house.runner, wordings, house.clock)
    assert ussd is not None, "the profile has no USSD menu"
    return Stage(house, wordings, Application(ground, Site(tls=False)).asgi(), ussd)


def stage(db: Database, profile: str = SHIPPED) -> Stage:
    """An operator's program on a database that is empty so far."""
    made = program(profile)
    made.house.db = made.house.runner.db = db
    return made
