"""What the program's own files say: code, templates and profiles, read once."""

import ast
import re
from functools import cache
from pathlib import Path

from abonent.channels.wording.texts import FOLDER

SOURCE = FOLDER.parents[2]
SAID_IN_TEMPLATE = re.compile(r"""\bt\(\s*["']([^"']+)["']\s*[,)]""")


@cache
def modules() -> list[tuple[Path, ast.Module]]:
    """All code that speaks to subscribers: what a profile says of itself is for its author."""
    paths = [
        path for path in sorted(SOURCE.rglob("*.py")) if SOURCE / "profile" not in path.parents
    ]
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


@cache
def templates() -> list[tuple[Path, str]]:
    paths = sorted(SOURCE.rglob("templates/**/*.*"))
    return [(path, path.read_text(encoding="utf-8")) for path in paths]
