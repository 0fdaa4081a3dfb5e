"""Every key that the program says has a text, and is given the values that the text shows."""

import ast
from collections.abc import Iterator

from tests.unit.wording.sample import ALL
from tests.unit.wording.scan import SAID_IN_TEMPLATE, SOURCE, modules, templates

WORDING = ALL.default

CODES_OF = {
    "refused": "refused",
    "Refused": "refused",
    "problem": "problem",
    "needs": "problem",
    "field_problem": "problem",
    "NumberProblem": "problem",
    "HttpProblem": "http",
}
"""Functions that are given a code, and the family of texts that it belongs to."""
GIVEN_BY_NAME = {"refused", "problem", "needs", "field_problem"}
"""Of those, the ones whose values are keyword arguments."""
SAID_BY_KEY = {"Text", "t"}


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def literals(node: ast.Call) -> list[str]:
    """The arguments that are written as texts, in order, whatever stands between them."""
    arguments = [each.value for each in node.args if isinstance(each, ast.Constant)]
    return [each for each in arguments if isinstance(each, str)]


def keys_said(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not (given := literals(node)):
            continue
        name = called(node)
        if name in SAID_BY_KEY and given[0]:
            yield node.lineno, given[0]
        elif name in CODES_OF:
            # The name of the field goes before the code of its problem.
            yield node.lineno, f"{CODES_OF[name]}.{given[-1]}"


def test_every_key_that_the_code_says_has_a_text() -> None:
    missing = [
        f"{path.relative_to(SOURCE)}:{line}: {key}"
        for path, tree in modules()
        for line, key in keys_said(tree)
        if not WORDING.has(key)
    ]
    assert missing == []


def values_given(tree: ast.Module) -> Iterator[tuple[int, str, set[str]]]:
    """Refusals and problems that are written out, with the names of the values they are given."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or called(node) not in GIVEN_BY_NAME:
            continue
        names = {each.arg for each in node.keywords if each.arg is not None}
        if (given := literals(node)) and len(names) == len(node.keywords):
            yield node.lineno, f"{CODES_OF[called(node)]}.{given[-1]}", names


def test_every_refusal_and_problem_is_given_the_values_that_its_text_shows() -> None:
    lacking = [
        f"{path.relative_to(SOURCE)}:{line}: {key} needs {', '.join(sorted(needed))}"
        for path, tree in modules()
        for line, key, names in values_given(tree)
        if WORDING.has(key) and (needed := WORDING.placeholders(key) - names)
    ]
    assert lacking == []


def test_every_key_that_a_template_says_has_a_text() -> None:
    missing = [
        f"{path.relative_to(SOURCE)}: {key}"
        for path, source in templates()
        for key in SAID_IN_TEMPLATE.findall(source)
        if not WORDING.has(key)
    ]
    assert missing == []
