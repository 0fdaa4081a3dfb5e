"""Everything that is wrong with a profile, all at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from abonent.profile.folder import Folder, read_folder
from abonent.profile.model import Catalog, Menu, Operator, Profile
from abonent.profile.rules import broken
from abonent.profile.rules.reading import strings
from abonent.profile.source import Key, Problem, Source

_Model = TypeVar("_Model", bound=BaseModel)

_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "profiles have no such key",
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "date_type": "must be a date: YYYY-MM-DD",
    "tuple_type": "must be an array",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "too_short": "needs at least {min_length} of them",
    "too_long": "takes at most {max_length} of them",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must match {pattern}",
    "literal_error": "must be {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "value_error": "{error}",
}
"""What pydantic finds wrong, in the words of those who write profiles."""


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
        problems += [source.problem(_key(detail), _message(detail)) for detail in _details(error)]
        return None


def _details(error: ValidationError) -> Iterator[ErrorDetails]:
    """What is wrong, without arrays that are called too short because an element is wrong."""
    details = error.errors(include_url=False, include_input=False)
    keys = [_key(detail) for detail in details]
    around = {key[:length] for key in keys for length in range(len(key))}
    for detail in details:
        if detail["type"] != "too_short" or _key(detail) not in around:
            yield detail


def _key(detail: ErrorDetails) -> Key:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _message(detail: ErrorDetails) -> str:
    template = _MESSAGES.get(detail["type"])
    return template.format_map(detail.get("ctx", {})) if template else detail["msg"]


def _tuples(value: object) -> object:
    """Lists as tuples: strict validation takes nothing else for a frozen sequence."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
