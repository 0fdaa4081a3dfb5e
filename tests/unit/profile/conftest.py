from pathlib import Path

import pytest

from tests.fixtures.profiles import ProfileFolder, starter


@pytest.fixture
def folder(tmp_path: Path) -> ProfileFolder:
    return starter(tmp_path / "small")
