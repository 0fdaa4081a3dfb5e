"""Every key of a TOML file knows its line, however the file is written."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from abonent.profile.source import Key, Problem, Source, dotted, lines_of, read

AWKWARD = r'''# a comment with [brackets] and "quotes"
title = "a \" quote, # no comment, ] and }" # a comment
'literal key' = 'C:\dir\'
"quoted.key".inner = 1
dotted . spaced . "k\u0065y" = 1979-05-27 07:32:00
empty = ""
text = """
first
not = "a key"
[nor a header]
ends with two quotes"""""
raw = \'\'\'
still = 'raw' \'\'\'
numbers = [
    1, # one
    0x1F,

    3e-2, ]
mixed = [{ a = 1, b = [1,
    2] }, { a."c d" = [] },
    "x"]

[table] # comment
key = true

[table.sub."x.y"]
key = 1

[[array]]
id = 1
[array.inner]
a = 1
[[array.nested]]
id = "n0"
[[array.nested]]
id = "n1"

[[array]]
[[array.nested]]
id = "m0"
[array.nested.deep]
z = [[1], [
  2]]
last = inf
'''.replace("\\'", "'")


def places(node: Any, at: Key = ()) -> list[Key]:
    children: list[tuple[str | int, Any]] = []
    if isinstance(node, dict):
        children = list(node.items())
    elif isinstance(node, list):
        children = list(enumerate(node))
    return [place for key, value in children for place in ((*at, key), *places(value, (*at, key)))]


def line_with(text: str) -> int:
    return next(n for n, line in enumerate(AWKWARD.splitlines(), 1) if text in line)


def test_it_works() -> None:
    assert lines_of('a = 1\n\n[b]\nc = "x"\n') == {("a",): 1, ("b",): 3, ("b", "c"): 4}


def test_every_place_of_an_awkward_document_has_a_line() -> None:
    lines = lines_of(AWKWARD)
    nested = [
        place
        for place in places(tomllib.loads(AWKWARD))
        if place not in lines and not any(key[: len(place)] == place for key in lines)
    ]
    assert nested == []
    assert set(lines) <= set(places(tomllib.loads(AWKWARD)))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (("title",), "title ="),
        (("literal key",), "'literal key'"),
        (("quoted.key", "inner"), "quoted.key"),
        (("dotted", "spaced", "key"), "dotted . spaced"),
        (("empty",), 'empty = ""'),
        (("raw",), "raw ="),
        (("numbers", 0), "1, # one"),
        (("numbers", 2), "3e-2"),
        (("mixed", 0, "b", 1), "    2] }"),
        (("mixed", 1, "a", "c d"), "    2] }"),
        (("mixed", 2), '"x"]'),
        (("table", "sub", "x.y"), "table.sub"),
        (("array", 0, "nested", 1, "id"), '"n1"'),
        (("array", 1, "nested", 0, "id"), '"m0"'),
        (("array", 1, "nested", 0, "deep"), "array.nested.deep"),
        (("array", 1, "nested", 0, "deep", "z", 1, 0), "  2]]"),
        (("array", 1, "nested", 0, "deep", "last"), "last = inf"),
    ],
)
def test_a_key_is_where_it_is_written(key: Key, text: str) -> None:
    assert lines_of(AWKWARD)[key] == line_with(text)


def test_a_key_that_is_missing_has_the_line_of_its_table() -> None:
    text = "[a]\n[[a.b]]\nc = 1\n"
    source = Source("x.toml", text, tomllib.loads(text), lines_of(text))
    assert source.line(("a", "b", 0, "missing", "too")) == 2
    assert source.line(("elsewhere",)) == 1


def test_places_are_written_with_dots_and_indexes() -> None:
    assert dotted(("tariffs", 0, "name", "uk")) == "tariffs[0].name.uk"
    assert dotted(("a b", "c")) == '"a b".c'
    assert dotted(()) == ""


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a = 1\nb = = 2\n", 2),
        (b"a = 1\na = 2\n", 2),
        (b'a = 1\nb = "unfinished\n\n', 2),
        (b"a = 1\r\n\r\nb = [\r\n1,\r\n", 4),
        (b"a = 1\n# caf\xe9\n", 2),
    ],
)
def test_a_file_that_is_no_toml_is_a_problem_at_its_line(
    tmp_path: Path, content: bytes, line: int
) -> None:
    (tmp_path / "x.toml").write_bytes(content)
    problem = read(tmp_path, "x.toml")
    assert isinstance(problem, Problem)
    assert (problem.file, problem.line, problem.key) == ("x.toml", line, "")


def test_a_file_that_is_missing_is_a_problem(tmp_path: Path) -> None:
    problem = read(tmp_path, "x.toml")
    assert isinstance(problem, Problem)
    assert str(problem) == "x.toml:1: the file cannot be read: No such file or directory"


def test_lines_that_end_as_on_windows_count_once(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b'a = """\r\nx"""\r\nb = 1\r\n')
    source = read(tmp_path, "x.toml")
    assert isinstance(source, Source)
    assert source.line(("b",)) == 3
