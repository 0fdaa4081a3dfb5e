"""A database that is down, locked, full, read-only, in use or no database at all."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from abonent.store.database import Database, open_database
from abonent.store.errors import StoreInUse, Unavailable
from abonent.store.migrations import steps
from abonent.store.sqlite import SqliteDatabase
from abonent.store.tx import ReadTx, WriteTx
from tests.fixtures.databases import sqlite_url
from tests.fixtures.postgres import Cluster

Make = Callable[[str], str]
WRITE = "INSERT INTO seen VALUES ('a', '1')"


async def is_unavailable(db: Database, *, reading: bool = True) -> None:
    with pytest.raises(Unavailable):
        await db.write(lambda tx: tx.run(WRITE))
    if reading:
        with pytest.raises(Unavailable):
            await db.read(lambda tx: tx.rows("SELECT 1"))


@pytest.mark.parametrize("url", ["mysql://x", "sqlite://x", "sqlite:/x", "", "/var/x.db"])
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="database address"):
        open_database(url)


# SQLite ------------------------------------------------------------------------------------------


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def impatient(db: Database) -> SqliteDatabase:
    """The same database, which waits a hundredth of a second for a lock instead of five."""
    assert isinstance(db, SqliteDatabase)
    db._connection.execute("PRAGMA busy_timeout = 10")
    return db


async def test_a_file_that_is_not_there_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be opened"):
        open_database(sqlite_url(tmp_path / "nowhere.db"), read_only=True)


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Unavailable, match="cannot be opened"):
        open_database(sqlite_url(tmp_path / "file" / "abonent.db"))


async def test_what_is_no_database_is_not_opened_and_not_held(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear operator, " * 1000)
    for _ in range(2):
        with pytest.raises(Unavailable, match="cannot be opened"):
            open_database(sqlite_url(path))


async def test_a_database_that_others_keep_locked_is_unavailable(new_database: Make) -> None:
    url = new_database("sqlite")
    db = impatient(open_database(url))
    other = sqlite3.connect(path_of(url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await is_unavailable(db, reading=False)
    other.execute("ROLLBACK")
    assert await db.write(lambda tx: tx.run(WRITE)) == 1
    other.close()
    await db.close()


async def test_a_database_that_others_keep_locked_is_not_migrated(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "new.db")
    db = impatient(open_database(url))
    other = sqlite3.connect(path_of(url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await db.migrate()
    other.execute("ROLLBACK")
    assert await db.migrate() == [name for name, _ in steps("sqlite")]
    other.close()
    await db.close()


async def test_a_read_only_database_is_read_and_not_written(new_database: Make) -> None:
    url = new_database("sqlite")
    writer = open_database(url)
    await writer.write(lambda tx: tx.run(WRITE))
    reader = open_database(url, read_only=True)
    assert len(await reader.read(lambda tx: tx.rows("SELECT * FROM seen"))) == 1
    await is_unavailable(reader, reading=False)
    await reader.close()
    await writer.close()


async def test_a_full_disk_is_an_outage_and_leaves_nothing(new_database: Make) -> None:
    db = open_database(new_database("sqlite"))
    assert isinstance(db, SqliteDatabase)
    pages = db._connection.execute("PRAGMA page_count").fetchone()[0]
    db._connection.execute(f"PRAGMA max_page_count = {pages}")

    async def much(tx: WriteTx) -> None:
        await tx.run_many("INSERT INTO seen VALUES ('a', $1)", [(str(n),) for n in range(50_000)])

    with pytest.raises(Unavailable, match="full"):
        await db.write(much)
    assert await db.read(lambda tx: tx.rows("SELECT * FROM seen")) == []
    await db.close()


async def test_a_report_on_a_file_that_is_gone_is_an_outage(new_database: Make) -> None:
    url = new_database("sqlite")
    db = open_database(url)
    path_of(url).unlink()
    with pytest.raises(Unavailable):
        await db.report(lambda tx: tx.rows("SELECT 1"))
    await db.close()


async def test_a_store_has_one_writer(new_database: Make) -> None:
    url = new_database("sqlite")
    first = open_database(url)
    with pytest.raises(StoreInUse, match="stop the running program first"):
        open_database(url)
    await first.close()
    second = open_database(url)
    await second.close()


def test_a_second_process_is_told_to_stop_the_first(new_database: Make) -> None:
    url = new_database("sqlite")
    db = open_database(url)
    code = (
        "import sys; from abonent.store.database import open_database\n"
        "from abonent.store.errors import StoreInUse\n"
        "try: open_database(sys.argv[1])\n"
        "except StoreInUse as error: sys.exit(str(error))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, url], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "this store is in use: stop the running program first"
    asyncio.run(db.close())


# PostgreSQL --------------------------------------------------------------------------------------


async def test_a_server_that_is_down_is_unavailable(tmp_path: Path) -> None:
    db = open_database(f"postgresql:///abonent?host={tmp_path}&user=postgres")
    await is_unavailable(db)
    with pytest.raises(Unavailable):
        await db.migrate()
    with pytest.raises(Unavailable):
        await db.missing_migrations()
    await db.close()


async def test_a_server_that_refuses_connections_is_unavailable() -> None:
    db = open_database("postgresql://abonent@127.0.0.1:1/abonent")
    await is_unavailable(db)
    await db.close()


async def test_a_database_that_does_not_exist_is_unavailable(postgres: Cluster) -> None:
    db = open_database(postgres.url("abonent_nowhere"))
    await is_unavailable(db)
    await db.close()


async def test_a_standby_is_read_and_not_written(
    new_database: Make, migrated_postgres: Cluster
) -> None:
    url = new_database("postgres")
    name = url.split("/")[3].partition("?")[0]
    migrated_postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    db = open_database(url)
    assert await db.read(lambda tx: tx.rows("SELECT * FROM seen")) == []
    await is_unavailable(db, reading=False)
    await db.close()


async def test_a_connection_that_is_cut_is_an_outage_and_leaves_nothing(
    new_database: Make,
) -> None:
    db = open_database(new_database("postgres"))

    async def cut(tx: WriteTx) -> None:
        await tx.run(WRITE)
        await tx.run("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable):
        await db.write(cut)
    assert await db.read(lambda tx: tx.rows("SELECT * FROM seen")) == []
    await db.close()


async def test_a_row_that_stays_locked_is_an_outage(new_database: Make) -> None:
    db = open_database(new_database("postgres"))
    await db.write(lambda tx: tx.run(WRITE))
    locked, done = asyncio.Event(), asyncio.Event()

    async def hold(tx: WriteTx) -> None:
        await tx.rows("SELECT * FROM seen FOR NO KEY UPDATE")
        locked.set()
        await done.wait()

    async def wait(tx: WriteTx) -> None:
        await tx.run("SET LOCAL lock_timeout = '50ms'")
        await tx.rows("SELECT * FROM seen FOR NO KEY UPDATE")

    holding = asyncio.create_task(db.write(hold))
    await locked.wait()
    with pytest.raises(Unavailable):
        await db.write(wait)
    done.set()
    await holding
    await db.close()


async def test_a_reader_that_waits_for_no_connection_gets_one(new_database: Make) -> None:
    """More requests than connections only queue."""
    db = open_database(new_database("postgres"), pool_size=2)

    async def slow(tx: ReadTx) -> object:
        return await tx.value("SELECT CAST(1 AS BIGINT) FROM pg_sleep(0.01)")

    assert await asyncio.gather(*(db.read(slow) for _ in range(10))) == [1] * 10
    await db.close()
