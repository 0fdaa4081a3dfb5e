"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.system import ROOT

LONGEST_FILE = 400
LONGEST_FUNCTION = 70
MEDIAN_FUNCTION = 12
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
TEXT = {".py", ".md", ".toml", ".lock", ".html", ".css", ".js", ".sql", ".txt", ".svg", ".cfg", ""}
# Put together here, so that this file does not contain what it forbids.
INDEX_ADDRESSES = ["pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "/simple" + "/"]
MACHINE_PATHS = ["/work" + "/", "/root" + "/", "/home/" + "user"]
SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s", re.ASCII)


def committed_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True
    )
    names = filter(None, listed.stdout.split("\0"))
    return [path for name in names if (path := ROOT / name).is_file()]


FILES = committed_files()
PYTHON = [path for path in FILES if path.suffix == ".py"]
SRC = ROOT / "src" / "abonent"
SOURCE = [path for path in PYTHON if SRC in path.parents]
SLICES = ("ledger", "catalog", "accounts", "usage", "notices")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_file_is_too_long_to_read_in_one_sitting() -> None:
    long = {name(path): count for path in PYTHON if (count := line_count(path)) > LONGEST_FILE}
    assert long == {}


def line_count(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{name(path)}:{function.lineno} {function.name}": length(function)
        for path in PYTHON
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION
    }
    assert long == {}


def test_most_functions_are_short() -> None:
    lengths = sorted(length(function) for path in SOURCE for function in functions(path))
    assert lengths[len(lengths) // 2] <= MEDIAN_FUNCTION


def test_every_file_is_named_after_what_it_knows() -> None:
    empty = [name(path) for path in FILES if path.stem.lower() in EMPTY_NAMES]
    assert empty == []


@pytest.mark.parametrize("forbidden", INDEX_ADDRESSES + MACHINE_PATHS)
def test_no_file_names_a_package_index_or_a_machine(forbidden: str) -> None:
    texts = [path for path in FILES if path.suffix in TEXT]
    found = [name(path) for path in texts if forbidden in path.read_text(errors="replace")]
    assert found == []


def test_no_operation_view_or_channel_holds_sql() -> None:
    """SQL stands in the store, in the slices, beside the runner, and in files named sql.py."""
    rooms = [SRC / room for room in ("store", *SLICES)]
    elsewhere = [
        path
        for path in SOURCE
        if path.parent != SRC / "operations"
        and path.name != "sql.py"
        and not any(room in path.parents for room in rooms)
    ]
    found = [f"{name(path)}:{line}" for path in elsewhere for line in sql_lines(path)]
    assert found == []


def sql_lines(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            yield node.lineno


def test_nothing_is_left_to_be_done_later() -> None:
    marks = re.compile(r"#.*\b(TODO|FIXME|XXX)\b|raise NotImplementedError")
    found = [name(path) for path in SOURCE if marks.search(path.read_text())]
    assert found == []
