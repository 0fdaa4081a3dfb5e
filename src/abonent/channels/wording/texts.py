"""Reading and checking the texts: TOML files by language and area, then the profile's own.

A text is a string with placeholders (`"Не вистачає {missing}."`), or a table of plural forms by
CLDR category (`one`, `few`, `many`, `other`). Everything that is wrong is found when the program
starts, and said at once.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

from abonent.channels.wording.locale import plural_categories
from abonent.profile.model import Profile

FOLDER = Path(__file__).parent / "texts"
CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})

Source = str | Mapping[str, object]
"""A text as written: one sentence, or one per plural category."""


class TextsProblem(ValueError):
    """Texts that cannot be used; `problems` has one line for each, with file and key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence cut at its placeholders: pairs of a literal and the name that follows it."""

    parts: tuple[tuple[str, str | None], ...]

    @property
    def placeholders(self) -> frozenset[str]:
        return frozenset(name for _, name in self.parts if name is not None)


@dataclass(frozen=True, slots=True)
class Plural:
    """One sentence per plural category; a number among the values chooses."""

    forms: Mapping[str, Message]

    @property
    def placeholders(self) -> frozenset[str]:
        return frozenset().union(*(form.placeholders for form in self.forms.values()))


Template = Message | Plural


@dataclass
class _Written:
    """The texts of one language as they were read, with the file of each key."""

    texts: dict[str, Source] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, Source] = field(default_factory=dict)
    """Texts that the profile has in its own words."""


def load_texts(profile: Profile, folder: Path = FOLDER) -> dict[str, dict[str, Template]]:
    """All texts by language and dotted key; raises TextsProblem with everything that is wrong."""
    problems: list[str] = []
    texts: dict[str, dict[str, Template]] = {}
    files: dict[str, dict[str, str]] = {}
    for language in profile.operator.languages:
        written = _read(language, folder, problems)
        _override(written, profile, language)
        files[language] = written.files
        texts[language] = _compiled(written, language, problems)
    problems += _differences(texts, files)
    if problems:
        raise TextsProblem(problems)
    return texts


def _read(language: str, folder: Path, problems: list[str]) -> _Written:
    written = _Written()
    paths = sorted((folder / language).glob("*.toml"))
    if not paths:
        problems.append(f"texts/{language}: there are no texts in this language")
    for path in paths:
        file = f"texts/{language}/{path.name}"
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            problems.append(f"{file}: {error}")
            continue
        for key, source in _flat(tables):
            if key in written.texts:
                problems.append(f"{file}: {key}: also in {written.files[key]}")
            written.texts[key], written.files[key] = source, file
    return written


def _override(written: _Written, profile: Profile, language: str) -> None:
    for key, source in _flat(profile.texts.get(language, {})):
        if key in written.texts:
            written.replaced[key] = written.texts[key]
        written.texts[key] = source
        written.files[key] = f"profile {profile.name}, texts/{language}"


def _flat(tables: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, Source]]:
    """Dotted keys with their texts; what is neither text nor table becomes an empty text."""
    for name, value in tables.items():
        key = prefix + name
        if not isinstance(value, Mapping):
            yield key, value if isinstance(value, str) else ""
        elif value and CATEGORIES.issuperset(value):
            yield key, value
        else:
            yield from _flat(value, f"{key}.")


def _compiled(written: _Written, language: str, problems: list[str]) -> dict[str, Template]:
    needed = plural_categories(language)
    texts: dict[str, Template] = {}
    for key, source in written.texts.items():
        try:
            texts[key] = _template(source, needed)
            if key in written.replaced:
                _refuse_new_values(texts[key], _template(written.replaced[key], needed))
        except ValueError as error:
            problems.append(f"{written.files[key]}: {key}: {error}")
    return texts


def _refuse_new_values(own: Template, general: Template) -> None:
    """A profile may leave a value out, but it cannot show one that nobody gives."""
    unknown = own.placeholders - general.placeholders
    if unknown:
        raise ValueError(f"there is no value {', '.join(sorted(unknown))} in this text")


def _template(source: Source, needed: frozenset[str]) -> Template:
    if isinstance(source, str):
        return message(source)
    missing = needed - source.keys()
    if missing:
        raise ValueError(f"plural form missing: {', '.join(sorted(missing))}")
    return Plural({category: message(text) for category, text in source.items()})


def message(source: object) -> Message:
    """Cut a sentence at its placeholders; raises ValueError where they are not plain names."""
    if not isinstance(source, str) or not source.strip():
        raise ValueError("not a text, or an empty one")
    parts: list[tuple[str, str | None]] = []
    for literal, name, spec, conversion in Formatter().parse(source):
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise ValueError(f"a placeholder is a plain name in braces, not {{{name}}}")
        parts.append((literal, name))
    return Message(tuple(parts))


def _differences(
    texts: Mapping[str, Mapping[str, Template]], files: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """What one language says and another does not, by key and by placeholder."""
    problems = []
    for key in sorted({key for language in files for key in files[language]}):
        having = [language for language in files if key in files[language]]
        lacking = [language for language in files if key not in files[language]]
        problems += [f"{files[having[0]][key]}: {key}: missing in {other}" for other in lacking]
        names = {n: texts[n][key].placeholders for n in having if key in texts[n]}
        for language, placeholders in names.items():
            first = next(iter(names))
            if placeholders != names[first]:
                differing = ", ".join(sorted(placeholders ^ names[first]))
                problems.append(
                    f"{files[language][key]}: {key}: placeholders differ from {first}: {differing}"
                )
    return problems
