"""A thousand subscribers who are logged in, in a PostgreSQL database."""

import asyncio
from dataclasses import dataclass

from abonent.accounts.lines import known
from abonent.kernel.ids import CountingIds, LineId
from abonent.kernel.money import Money
from abonent.kernel.time import SystemClock
from abonent.ledger import sql as ledger
from abonent.operations.env import Env
from abonent.operations.identity.provision import (
    LineOrder,
    NewPerson,
    add_line,
    add_person,
    opening_balance,
)
from abonent.operations.identity.sessions import Client, start_session
from abonent.operations.registry import OPERATIONS
from abonent.operations.runner import Runner
from abonent.operations.secrets import KeyedSecrets
from abonent.operations.settlement import settle
from abonent.profile.load import find, load
from abonent.store.database import open_database
from abonent.store.tx import WriteTx

PROFILE = "internet-assistant"
SECRET_KEY = "bench" * 8
PEOPLE = 1000
TARIFF = "calm"
RICH = Money(100_000_000, "UAH")
"""Enough for as many purchases as a run can make."""


@dataclass(frozen=True)
class Visitor:
    """Somebody with a session in the browser and one in the API."""

    person: int
    contract: int
    account: int
    line: int
    web_token: str
    api_token: str


def populate(url: str) -> list[Visitor]:
    """Migrate the database and put the people into it, their first month paid."""
    return asyncio.run(_populate(url))


async def _populate(url: str) -> list[Visitor]:
    env = Env(load(find(PROFILE)), SystemClock(), CountingIds(10_000), KeyedSecrets(SECRET_KEY))
    db = open_database(url)
    await db.migrate()
    runner = Runner(db, env, OPERATIONS)
    visitors = [await _visitor(runner, n) for n in range(PEOPLE)]
    await db.close()
    return visitors


async def _visitor(runner: Runner, n: int) -> Visitor:
    env = runner.env
    numbering = env.operator.numbering
    digits = numbering.national_length - len(numbering.own_prefixes[0])
    number = f"{numbering.country_code}{numbering.own_prefixes[0]}{n:0{digits}d}"

    async def fn(tx: WriteTx) -> Visitor:
        holding = await add_person(tx, env, NewPerson(f"Visitor {n}", "uk"))
        line = await add_line(tx, env, holding, LineOrder("mobile", number, TARIFF))
        assert line is not None, "every number is used once"
        await opening_balance(tx, env, line, (RICH,))
        await ledger.lock(tx, (holding.account,))
        await settle(tx, env, holding.account, env.clock.now())
        person, contract, account = holding.person, holding.contract, holding.account
        return Visitor(person, contract, account, line.id, "", "")

    made = await runner.db.write(fn)
    line = await runner.db.read(lambda tx: known(tx, LineId(made.line)))
    web = await start_session(runner, line, Client("127.0.0.1", "web"))
    api = await start_session(runner, line, Client("127.0.0.1", "api"))
    return Visitor(made.person, made.contract, made.account, made.line, web.token, api.token)
