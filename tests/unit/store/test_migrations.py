"""Both engines have the same tables, and a migration happens once."""

import asyncio
from pathlib import Path

from abonent.store.database import Database, open_database
from abonent.store.migrations import steps
from tests.fixtures.databases import sqlite_url
from tests.fixtures.postgres import Cluster

Schema = dict[str, list[tuple[str, str, bool]]]
TYPES = {"INTEGER": "whole", "bigint": "whole", "TEXT": "text", "text": "text"}
TYPES |= {"BLOB": "bytes", "bytea": "bytes"}


async def schema_of(db: Database) -> Schema:
    """Name, type and whether it may be missing, of every column of every table."""
    if db.engine == "sqlite":
        rows = await db.read(
            lambda tx: tx.rows(
                'SELECT t.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0'
                " FROM sqlite_master t JOIN pragma_table_info(t.name) c"
                " WHERE t.type = 'table' ORDER BY t.name, c.cid"
            )
        )
    else:
        rows = await db.read(
            lambda tx: tx.rows(
                "SELECT table_name, column_name, data_type, is_nullable = 'YES'"
                " FROM information_schema.columns WHERE table_schema = 'public'"
                " ORDER BY table_name, ordinal_position"
            )
        )
    schema: Schema = {}
    for table, column, type, optional in rows:
        schema.setdefault(table, []).append((column, TYPES[type], bool(optional)))
    return schema


async def indexes_of(db: Database) -> dict[str, bool]:
    """Names of our own indexes, and whether they are unique."""
    sql = {
        "sqlite": "SELECT name, sql LIKE 'CREATE UNIQUE%' FROM sqlite_master"
        " WHERE type = 'index' AND sql IS NOT NULL",
        "postgres": "SELECT c.relname, i.indisunique FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'"
        " WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid)",
    }[db.engine]
    return {row[0]: bool(row[1]) for row in await db.read(lambda tx: tx.rows(sql))}


def test_every_step_is_there_for_both_engines() -> None:
    names = [name for name, _ in steps("sqlite")]
    assert names == [name for name, _ in steps("postgres")]
    assert names == sorted(names)


async def test_both_engines_have_the_same_tables_and_columns(
    tmp_path: Path, postgres: Cluster
) -> None:
    urls = [sqlite_url(tmp_path / "new.db"), postgres.create("abonent_schema")]
    schemas, indexes = [], []
    for url in urls:
        db = open_database(url)
        await db.migrate()
        schemas.append(await schema_of(db))
        indexes.append(await indexes_of(db))
        await db.close()
    postgres.drop("abonent_schema")
    assert schemas[0] == schemas[1]
    assert indexes[0] == indexes[1]
    assert len(schemas[0]) > 20


async def test_a_migration_happens_once(db: Database) -> None:
    assert await db.missing_migrations() == []
    assert await db.migrate() == []


async def test_an_empty_database_lacks_every_step(tmp_path: Path, postgres: Cluster) -> None:
    for url in (sqlite_url(tmp_path / "new.db"), postgres.create("abonent_empty")):
        db = open_database(url)
        names = [name for name, _ in steps(db.engine)]
        assert await db.missing_migrations() == names
        assert await db.migrate() == names
        await db.close()
    postgres.drop("abonent_empty")


async def test_of_two_that_migrate_at_once_one_does(postgres: Cluster) -> None:
    url = postgres.create("abonent_twice")
    both = [open_database(url), open_database(url)]
    done = await asyncio.gather(*(db.migrate() for db in both))
    assert sorted(map(len, done)) == [0, len(steps("postgres"))]
    for db in both:
        await db.close()
    postgres.drop("abonent_twice")
