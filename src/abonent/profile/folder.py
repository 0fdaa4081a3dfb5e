"""The files of a profile's folder, read but not yet understood."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from abonent.profile.source import Problem, Source, read

_ENTRIES = frozenset({"operator.toml", "catalog", "menus", "help", "texts", "brand", "README.md"})
_ENDING = {"catalog": ".toml", "menus": ".toml", "texts": ".toml", "help": ".md"}
MARK = "brand/mark.svg"


@dataclass(slots=True)
class Folder:
    """What stands in the folder, by kind; files that could not be read are among `problems`."""

    path: Path
    operator: Source | None = None
    catalogs: list[Source] = field(default_factory=list)
    """In the order of their names, so oldest first."""
    menus: list[Source] = field(default_factory=list)
    texts: dict[str, Source] = field(default_factory=dict)
    """By language."""
    help: dict[str, dict[str, str]] = field(default_factory=dict)
    """Markdown by language and section."""
    mark_svg: str | None = None
    problems: list[Problem] = field(default_factory=list)


def read_folder(path: Path) -> Folder:
    """Read everything; never raises for what is in the files."""
    folder = Folder(path)
    for entry in sorted(path.iterdir()):
        if entry.name not in _ENTRIES and not entry.name.startswith("."):
            folder.problems.append(Problem(entry.name, 1, "", "profiles have no such file"))
    folder.operator = _toml(folder, "operator.toml")
    folder.catalogs = list(_tomls(folder, "catalog"))
    folder.menus = list(_tomls(folder, "menus"))
    folder.texts = {Path(source.file).stem: source for source in _tomls(folder, "texts")}
    for file in _files(folder, "help", nested=True):
        text = _text(folder, file)
        if text is not None:
            _, language, name = file.split("/")
            folder.help.setdefault(language, {})[name.removesuffix(".md")] = text
    folder.mark_svg = _text(folder, MARK)
    return folder


def _tomls(folder: Folder, name: str) -> Iterator[Source]:
    for file in _files(folder, name):
        source = _toml(folder, file)
        if source is not None:
            yield source


def _toml(folder: Folder, file: str) -> Source | None:
    source = read(folder.path, file)
    if isinstance(source, Source):
        return source
    folder.problems.append(source)
    return None


def _text(folder: Folder, file: str) -> str | None:
    try:
        return (folder.path / file).read_text("utf-8")
    except UnicodeDecodeError:
        folder.problems.append(Problem(file, 1, "", "the file is not UTF-8 text"))
    except OSError as error:
        reason = error.strerror
        folder.problems.append(Problem(file, 1, "", f"the file cannot be read: {reason}"))
    return None


def _files(folder: Folder, name: str, *, nested: bool = False) -> Iterator[str]:
    """Files of a subfolder, relative to the profile; others than expected are problems."""
    root = folder.path / name
    for path in sorted(root.glob("*/*" if nested else "*")) if root.is_dir() else ():
        file = path.relative_to(folder.path).as_posix()
        if path.is_file() and path.suffix == _ENDING[name]:
            yield file
        else:
            message = f"only {_ENDING[name]} files belong here"
            folder.problems.append(Problem(file, 1, "", message))
