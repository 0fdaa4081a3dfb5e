"""Rules of what people read: help, the operator's own texts, the brand's mark."""

from collections.abc import Iterator
from xml.etree import ElementTree

from abonent.profile.folder import MARK, Folder
from abonent.profile.rules.operator import unknown
from abonent.profile.rules.reading import strings
from abonent.profile.source import Key, Problem, Source, dotted
from abonent.profile.vocabulary import ALWAYS_HELPED, PAGES

_PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})
"""CLDR's plural categories: a table of these is one text."""


def broken(folder: Folder, languages: tuple[str, ...]) -> Iterator[Problem]:
    """What is missing, foreign, or of the wrong form."""
    yield from _help(folder, languages)
    yield from _texts(folder.texts, languages)
    if folder.mark_svg is not None:
        yield from _mark(folder.mark_svg)


def _help(folder: Folder, languages: tuple[str, ...]) -> Iterator[Problem]:
    for language, sections in folder.help.items():
        if language not in languages:
            yield Problem(f"help/{language}", 1, "", f"{language} is no language of this profile")
        for section, text in sections.items():
            file = f"help/{language}/{section}.md"
            if section not in PAGES | ALWAYS_HELPED:
                yield Problem(file, 1, "", unknown("page", section, PAGES | ALWAYS_HELPED))
            if not text.startswith("# "):
                yield Problem(file, 1, "", "begin with the title: a line such as “# Top up”")
    for language in languages:
        for section in sorted(_needed(folder) - folder.help.get(language, {}).keys()):
            yield Problem(f"help/{language}/{section}.md", 1, "", "this help is missing")


def _needed(folder: Folder) -> frozenset[str]:
    tree = folder.operator.tree if folder.operator else {}
    menu = {page for _, page in strings(tree, "sections.*")} & PAGES
    written = {section for sections in folder.help.values() for section in sections}
    return ALWAYS_HELPED | menu | (written & PAGES)


def _texts(texts: dict[str, Source], languages: tuple[str, ...]) -> Iterator[Problem]:
    leaves = {language: set(_leaves(source.tree)) for language, source in texts.items()}
    for language in sorted(texts.keys() - set(languages)):
        file = texts[language].file
        yield Problem(file, 1, "", f"{language} is no language of this profile")
    everywhere = set().union(*leaves.values())
    for language in languages if texts else ():
        for key in sorted(everywhere - leaves.get(language, set()), key=dotted):
            message = f"there is no text in {language}"
            yield Problem(f"texts/{language}.toml", 1, dotted(key), message)


def _leaves(node: object, at: Key = ()) -> Iterator[Key]:
    if not isinstance(node, dict) or (node and node.keys() <= _PLURALS):
        yield at
        return
    for key, value in node.items():
        yield from _leaves(value, (*at, key))


def _mark(svg: str) -> Iterator[Problem]:
    """The mark is put into pages as it is, so it must draw and do nothing else."""
    if "<!" in svg.replace("<!--", ""):
        yield Problem(MARK, 1, "", "an SVG with a DOCTYPE or entities is not taken")
        return
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 - without DOCTYPE there are no entities
    except ElementTree.ParseError as error:
        yield Problem(MARK, error.position[0], "", f"not well-formed XML: {error.msg}")
        return
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        yield Problem(MARK, 1, "", "the root is not <svg> of http://www.w3.org/2000/svg")
    for element in root.iter():
        yield from _acting(element)


def _acting(element: ElementTree.Element) -> Iterator[Problem]:
    tag = element.tag.rpartition("}")[2]
    if tag in ("script", "foreignObject", "style", "image", "use", "a"):
        yield Problem(MARK, 1, tag, "the mark may draw shapes only")
    for name in element.attrib:
        plain = name.rpartition("}")[2].lower()
        if plain.startswith("on") or plain in ("href", "style"):
            yield Problem(MARK, 1, plain, "the mark may not act, link or carry styles")
