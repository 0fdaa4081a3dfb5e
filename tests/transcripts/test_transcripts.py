"""Conversations with the real runner, on both engines, exactly as they are written down."""

import os
from pathlib import Path

import pytest

from abonent.store.database import Database
from tests.transcripts.stage import play
from tests.transcripts.transcript import read, write

FOLDER = Path(__file__).parent / "ussd"
PATHS = sorted(FOLDER.glob("*.txt"))
RECORD = os.environ.get("RECORD") == "1"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
async def test_the_conversation_goes_as_it_is_written(path: Path, db: Database) -> None:
    written = read(path)
    happened = await play(written, db)
    if RECORD:
        write(path, happened)
    else:
        assert str(happened) == str(written)


def test_every_path_is_there_in_ukrainian_and_in_english() -> None:
    names = {path.stem for path in PATHS}
    stems = {name.rpartition(".")[0] for name in names}
    assert names == {f"{stem}.{language}" for stem in stems for language in ("uk", "en")}
