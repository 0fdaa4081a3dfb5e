"""Reading raw documents where any value may have the wrong shape."""

from collections.abc import Iterable, Iterator

from abonent.kernel.money import parse_money
from abonent.profile.source import Key, Problem, Source


def each(node: object, pattern: str, at: Key = ()) -> Iterator[tuple[Key, object]]:
    """Every value that a pattern such as `tariffs.*.services.*` meets, with its place.

    `at` is where `node` itself stands. What has another shape than the pattern expects is passed
    over.
    """
    first, _, rest = pattern.partition(".")
    for key, value in _children(node):
        if first in ("*", key):
            if rest:
                yield from each(value, rest, (*at, key))
            else:
                yield (*at, key), value


def strings(node: object, pattern: str, at: Key = ()) -> Iterator[tuple[Key, str]]:
    """The texts among the values that a pattern meets."""
    for key, value in each(node, pattern, at):
        if isinstance(value, str):
            yield key, value


def text(node: object, key: str) -> str | None:
    """The text at a key of a table, if there is one."""
    value = node.get(key) if isinstance(node, dict) else None
    return value if isinstance(value, str) else None


def amount(value: object) -> int | None:
    """Minor units of a decimal string; None for what is none."""
    try:
        return parse_money(value, "UAH").amount_minor if isinstance(value, str) else None
    except ValueError:
        return None


def repeated(source: Source, found: Iterable[tuple[Key, str]]) -> Iterator[Problem]:
    """A problem for each text that occurs again among those found."""
    first: dict[str, Key] = {}
    for key, text in found:
        if text in first:
            line = source.line(first[text])
            yield source.problem(key, f"{text!r} is there already, on line {line}")
        first.setdefault(text, key)


def _children(node: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from enumerate(node)
