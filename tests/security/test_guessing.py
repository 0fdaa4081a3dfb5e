"""Trying secrets: at many numbers from one address, from a network of them, and by the clock."""

from dataclasses import replace
from pathlib import Path

import pytest

from abonent.kernel.outcome import Refused
from abonent.operations.identity.sessions import Client, open_session
from abonent.operations.runner import Runner
from abonent.store.database import Database, Write
from tests.fixtures.house import House

pytestmark = pytest.mark.anyio

NOBODY = "380941999999"


class Quick:
    """Secrets whose passwords are looked at in no time, and are all wrong."""

    def __init__(self, house: House) -> None:
        self._inner = house.env.secrets

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def hash_password(self, _password: str) -> str:
        return "hash"

    async def verify_password(self, _password_hash: str | None, _password: str) -> bool:
        return False


@pytest.fixture
def quick(house: House) -> House:
    house.env = replace(house.env, secrets=Quick(house))  # type: ignore[arg-type]
    house.runner = Runner(house.db, house.env, house.runner.operations)
    return house


async def log_in(house: House, login: str, source: str) -> str:
    answer = await open_session(house.runner, login, "wrong one", Client(source, "web"))
    assert isinstance(answer, Refused)
    return answer.code


async def test_an_address_that_tried_enough_locks_nobody_out(quick: House) -> None:
    victim = await quick.subscriber()
    for n in range(60):
        await log_in(quick, f"3809410{n:05}", "192.0.2.1")
    for _ in range(10):
        assert await log_in(quick, victim.number, "192.0.2.1") == "too_many_tries"
    assert await log_in(quick, victim.number, "192.0.2.2") == "password_wrong"


async def test_an_address_that_tried_enough_takes_up_no_more_room(quick: House) -> None:
    for n in range(70):
        await log_in(quick, f"3809410{n:05}", "192.0.2.1")
    assert len(await quick.rows("SELECT subject FROM attempt")) == 51


async def test_a_network_of_ipv6_addresses_is_one_address(quick: House) -> None:
    for n in range(50):
        await log_in(quick, f"3809410{n:05}", f"2001:db8:1:2::{n:x}")
    assert await log_in(quick, NOBODY, "2001:db8:1:2:ffff::1") == "too_many_tries"
    assert await log_in(quick, NOBODY, "2001:db8:1:3::1") == "password_wrong"


class Watched:
    """A database that notes after each transaction how much has ever been written to disk."""

    def __init__(self, db: Database, url: str) -> None:
        self._db = db
        self._wal = Path(url.removeprefix("sqlite:///") + "-wal")
        self.written: list[object] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._db, name)

    async def write(self, fn: Write[object]) -> object:
        result = await self._db.write(fn)
        if self._db.engine == "sqlite":
            self.written.append(self._wal.stat().st_size)
        else:
            self.written.append(await self._db.read(lambda tx: tx.value(_WRITTEN)))
        return result


_WRITTEN = "SELECT CAST(pg_current_wal_insert_lsn() AS TEXT)"


async def test_an_unknown_login_is_flushed_to_disk_as_often_as_a_known_one(
    quick: House, database_url: str
) -> None:
    known = await quick.subscriber()
    for login in (known.number, NOBODY, "staff:nobody", "no number at all"):
        db = Watched(quick.db, database_url)
        runner = Runner(db, quick.env, quick.runner.operations)  # type: ignore[arg-type]
        await open_session(runner, login, "wrong one", Client("192.0.2.1", "web"))
        counted, journalled = db.written
        assert counted != journalled, login
