"""Folding every template of ours: literal texts are put in, and nothing else changes."""

from collections.abc import Iterator
from itertools import zip_longest

import pytest
from jinja2 import nodes
from markupsafe import escape

from abonent.channels.http.compiling import Folded, fold
from abonent.channels.http.templating import Templates
from tests.unit.wording.sample import ALL, LANGUAGES, wording
from tests.unit.wording.scan import SOURCE, templates

UNFOLDED = Templates([], ALL, fold=False).environment("uk")
PAGES = {str(path.relative_to(SOURCE)): source for path, source in templates()}


def differences(before: object, after: object) -> Iterator[tuple[object, object]]:
    """Where two trees, or lists of trees, differ: the smallest parts that do."""
    match before, after:
        case nodes.Node(), nodes.Node() if type(before) is type(after):
            for (_, one), (_, other) in zip(before.iter_fields(), after.iter_fields(), strict=True):
                yield from differences(one, other)
        case list() | tuple(), list() | tuple():
            for one, other in zip_longest(before, after):
                yield from differences(one, other)
        case _:
            if before != after:
                yield before, after


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("source", PAGES.values(), ids=PAGES.keys())
def test_folding_puts_in_the_text_of_the_language_and_changes_nothing_else(
    source: str, language: str
) -> None:
    before, spoken = UNFOLDED.parse(source), wording(language)
    after = fold(UNFOLDED.parse(source), Folded(spoken))
    for call, text in differences(before, after):
        assert isinstance(call, nodes.Call)
        assert isinstance(text, nodes.TemplateData)
        (key,) = call.args
        assert isinstance(key, nodes.Const)
        assert text.data == str(escape(spoken.t(key.value)))


@pytest.mark.parametrize("source", PAGES.values(), ids=PAGES.keys())
def test_no_text_that_is_a_literal_is_looked_up_when_a_page_is_rendered(source: str) -> None:
    folded = fold(UNFOLDED.parse(source), Folded(wording("uk")))
    left = [
        call
        for call in folded.find_all(nodes.Call)
        if call.node == nodes.Name("t", "load")
        and isinstance(call.args[0], nodes.Const)
        and not call.kwargs
        and not call.dyn_kwargs
    ]
    assert left == []
