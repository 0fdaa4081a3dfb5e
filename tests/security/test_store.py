"""What other users of the same machine can read."""

import stat
from pathlib import Path

import pytest

from abonent.store.database import open_database

pytestmark = pytest.mark.anyio


async def test_nobody_else_on_the_machine_reads_the_store(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'abonent.db'}")
    await database.migrate()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    await database.close()
    assert modes.pop("abonent.db.lock") & 0o002 == 0
    assert modes == {"abonent.db": 0o600, "abonent.db-wal": 0o600, "abonent.db-shm": 0o600}
