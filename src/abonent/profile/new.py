"""The beginning of a profile: a small complete folder to change."""

import shutil
from pathlib import Path

STARTER = Path(__file__).parent / "starter"


def new(folder: Path) -> None:
    """Write a minimal profile that checks clean into a folder that is new or empty.

    Raises FileExistsError if anything is there already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} is there already; name a new folder")
    shutil.copytree(STARTER, folder, dirs_exist_ok=True)
