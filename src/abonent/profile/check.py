"""Everything that is wrong with a profile, all at once."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from abonent.profile.folder import Folder, read_folder
from abonent.profile.model import Catalog, Menu, Operator, Profile
from abonent.profile.rules import broken
from abonent.profile.rules.reading import strings
from abonent.profile.source import Key, Problem, Source

_Model = TypeVar("_Model", bound=BaseModel)

_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "profiles have no such key",
}


def check(folder: Path) -> list[Problem]:
    """All problems of a profile's folder, in the order of files and lines; empty if it is sound."""
    return examine(folder)[1]


def examine(path: Path) -> tuple[Profile | None, list[Problem]]:
    """The profile, unless there are problems, and the problems."""
    folder = read_folder(path)
    problems = list(folder.problems)
    languages = _languages(folder)
    operator = _parsed(Operator, folder.operator, languages, problems)
    catalogs = [_parsed(Catalog, source, languages, problems) for source in folder.catalogs]
    problems += broken(folder, languages)
    if problems or operator is None:
        return None, sorted(set(problems))
    profile = Profile(
        name=path.resolve().name,
        operator=operator,
        catalogs=tuple(catalog for catalog in catalogs if catalog is not None),
        menus=tuple(
            Menu(name=Path(menu.file).stem, source=menu.text, tree=menu.tree)
            for menu in folder.menus
        ),
        texts={language: source.tree for language, source in folder.texts.items()},
        help=folder.help,
        mark_svg=folder.mark_svg or "",
    )
    return profile, []


def _languages(folder: Folder) -> tuple[str, ...]:
    """The languages as far as operator.toml tells them, whatever else is wrong with it."""
    tree = folder.operator.tree if folder.operator else {}
    return tuple(tag for _, tag in strings(tree, "languages.*"))


def _parsed(
    model: type[_Model],
    source: Source | None,
    languages: tuple[str, ...],
    problems: list[Problem],
) -> _Model | None:
    if source is None:
        return None
    context = {"languages": languages} if languages else None
    try:
        return model.model_validate(_tuples(source.tree), strict=True, context=context)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False, include_input=False):
            key: Key = tuple(part for part in detail["loc"] if part != "[key]")
            message = _MESSAGES.get(detail["type"], detail["msg"].removeprefix("Value error, "))
            problems.append(source.problem(key, message))
        return None


def _tuples(value: object) -> object:
    """Lists as tuples: strict validation takes nothing else for a frozen sequence."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
