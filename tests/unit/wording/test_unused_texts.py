"""No text is kept that nobody says any more."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import tests.profiles
from abonent.channels.wording.texts import load_texts
from tests.unit.wording.sample import sample_profile
from tests.unit.wording.scan import SAID_IN_TEMPLATE, SOURCE, modules, templates

ALL_RULES = Path(tests.profiles.__file__).parent
"""Where the profile is that offers what no shipped one does."""
QUOTED = re.compile(r"""["']([^"'\n]+)["']""")
BEGUN_IN_TEMPLATE = re.compile(r"""["']([a-z_.]+\.)["']\s*~""")


def words() -> set[str]:
    """Every text that is written in code, templates, scripts, menus and profiles."""
    written = {
        word
        for _, source in templates()
        for word in (*QUOTED.findall(source), *SAID_IN_TEMPLATE.findall(source))
    }
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written |= {node.value, *node.value.split()}
    for path in chain((SOURCE / "profiles").rglob("*.toml"), ALL_RULES.rglob("*.toml")):
        written |= set(flat(tomllib.loads(path.read_text(encoding="utf-8"))))
    return written


def flat(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, inner in value.items():
                yield key
                yield from flat(inner)
        case list():
            for inner in value:
                yield from flat(inner)
        case _:
            return


def beginnings() -> set[str]:
    """What keys begin with where their end is known only at run time, and kinds of items."""
    begun = {begin for _, source in templates() for begin in BEGUN_IN_TEMPLATE.findall(source)}
    for _, tree in modules():
        for node in ast.walk(tree):
            match node:
                case ast.JoinedStr([ast.Constant(str(begin)), ast.FormattedValue(), *_]):
                    begun.add(begin)
                case ast.Call(ast.Name("Item"), [ast.Constant(str(kind)), *_]):
                    begun.add(f"{kind}.")
                case _:
                    continue
    return begun


def endings(key: str, begun: set[str]) -> Iterator[str]:
    """What would have to be written for the key to be put together, whole or up to a part."""
    yield key
    for whole in (key, key.partition(".")[2]):
        for begin in begun:
            if whole.startswith(begin):
                end = whole.removeprefix(begin)
                yield from (end, end.rpartition("_")[0] or end)


def test_every_text_of_ours_is_said_somewhere() -> None:
    written, begun = words(), beginnings()
    texts = load_texts(sample_profile())["uk"]
    assert [key for key in texts if written.isdisjoint(endings(key, begun))] == []
