"""TOML files with the line of every key, so that a problem can be pointed at.

`tomllib` checks and reads the file but tells no lines. `lines_of` walks the same text again, once
it is known to be valid, and notes the line at which each key and each element of an array begins.
"""

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

Key = tuple[str | int, ...]
"""A place in a document: names of keys and indexes of arrays, from the root."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\s#]+(?:[ ][0-9][^,\]}\s#]*)?")
_WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a file of the profile: where, and what to do about it."""

    file: str
    """Relative to the profile's folder."""
    line: int
    """From 1; 1 where the whole file is meant."""
    key: str
    """Dotted key with indexes, such as `tariffs[0].rates[2].price`; empty for the whole file."""
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key + ': ' if self.key else ''}{self.message}"


@dataclass(frozen=True, slots=True)
class Source:
    """A TOML file as read: its data, its text, and where each key stands."""

    file: str
    text: str
    tree: dict[str, object]
    lines: dict[Key, int] = field(repr=False)

    def line(self, key: Key) -> int:
        """The line of a key; of the nearest table around it where the key itself is not there."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def problem(self, key: Key, message: str) -> Problem:
        return Problem(self.file, self.line(key), dotted(key), message)


def read(folder: Path, file: str) -> Source | Problem:
    """Read one TOML file of a profile; a Problem if it is missing, unreadable or no TOML."""
    try:
        text = (folder / file).read_text("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].count(b"\n")
        return Problem(file, before + 1, "", "the file is not UTF-8 text")
    except OSError as error:
        return Problem(file, 1, "", f"the file cannot be read: {error.strerror}")
    text = text.replace("\r\n", "\n")
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax_problem(file, text, str(error))
    return Source(file, text, tree, lines_of(text))


def dotted(key: Key) -> str:
    """A place as people write it: `tariffs[0].name.uk`."""
    parts: list[str] = []
    for part in key:
        if isinstance(part, int):
            parts.append(f"[{part}]")
            continue
        name = part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False)
        parts.append(f".{name}" if parts else name)
    return "".join(parts)


def lines_of(text: str) -> dict[Key, int]:
    """The line, from 1, of every key and array element of a valid TOML document."""
    return _Scanner(text).document()


def _syntax_problem(file: str, text: str, message: str) -> Problem:
    where = _WHERE.search(message)
    if where is None:
        return Problem(file, 1, "", message)
    line = int(where[1]) if where[1] else text.rstrip().count("\n") + 1
    return Problem(file, line, "", f"not valid TOML: {message[: where.start()]}")


class _Scanner:
    """One pass over valid TOML 1.0. It trusts the syntax, which tomllib has checked."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._lines: dict[Key, int] = {}
        self._lengths: dict[Key, int] = {}

    def document(self) -> dict[Key, int]:
        table: Key = ()
        while self._skip_space():
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Key:
        is_array = self._text.startswith("[[", self._at)
        line = self._line
        self._take(2 if is_array else 1)
        names = self._names()
        self._take(2 if is_array else 1)
        key = self._resolve(names[:-1])
        if is_array:
            self._note((*key, names[-1]), line)
            key = self._next_element((*key, names[-1]))
        else:
            key = self._innermost((*key, names[-1]))
        self._lines[key] = line
        return key

    def _resolve(self, names: list[str]) -> Key:
        """The table that a header's names lead to: of an array of tables, the last one."""
        key: Key = ()
        for name in names:
            key = self._innermost((*key, name))
        return key

    def _innermost(self, key: Key) -> Key:
        count = self._lengths.get(key)
        return key if count is None else (*key, count - 1)

    def _next_element(self, key: Key) -> Key:
        index = self._lengths.get(key, 0)
        self._lengths[key] = index + 1
        return (*key, index)

    def _pair(self, table: Key) -> None:
        line = self._line
        key = table
        for name in self._names():
            key = (*key, name)
            self._note(key, line)
        self._take(1)
        self._skip_space()
        self._value(key)

    def _names(self) -> list[str]:
        """A dotted key, up to the `=` or `]` after it."""
        names = []
        while True:
            self._skip_space()
            names.append(self._name())
            self._skip_space()
            if self._peek() != ".":
                return names
            self._take(1)

    def _name(self) -> str:
        if self._peek() in "\"'":
            return self._string()
        bare = _BARE.match(self._text, self._at)
        name = bare[0] if bare else ""
        self._take(len(name))
        return name

    def _value(self, key: Key) -> None:
        match self._peek():
            case "[":
                self._array(key)
            case "{":
                self._inline_table(key)
            case '"' | "'":
                self._string()
            case _:
                scalar = _SCALAR.match(self._text, self._at)
                self._take(len(scalar[0]) if scalar else 1)

    def _array(self, key: Key) -> None:
        self._take(1)
        index = 0
        while self._skip_space() and self._peek() != "]":
            if self._peek() == ",":
                self._take(1)
                continue
            self._note((*key, index), self._line)
            self._value((*key, index))
            index += 1
        self._take(1)

    def _inline_table(self, key: Key) -> None:
        self._take(1)
        while self._skip_space() and self._peek() != "}":
            if self._peek() == ",":
                self._take(1)
            else:
                self._pair(key)
        self._take(1)

    def _string(self) -> str:
        quote = self._peek()
        if self._text.startswith(quote * 3, self._at):
            return self._long_string(quote * 3)
        end = self._at + 1
        while self._text[end] != quote:
            end += 2 if quote == '"' and self._text[end] == "\\" else 1
        inner = self._text[self._at + 1 : end]
        self._take(end + 1 - self._at)
        return _unescape(inner) if quote == '"' else inner

    def _long_string(self, quotes: str) -> str:
        end = self._at + 3
        while not self._text.startswith(quotes, end):
            end += 2 if quotes[0] == '"' and self._text[end] == "\\" else 1
        end += 3
        # Up to two quotes may stand directly before the closing three.
        while self._text.startswith(quotes[0], end):
            end += 1
        inner = self._text[self._at + 3 : end - 3]
        self._take(end - self._at)
        return inner

    def _skip_space(self) -> bool:
        """Pass white space, newlines and comments; whether anything is left."""
        while self._at < len(self._text):
            if self._peek() == "#":
                end = self._text.find("\n", self._at)
                self._take((end if end >= 0 else len(self._text)) - self._at)
            elif self._peek() in " \t\n":
                self._take(1)
            else:
                return True
        return False

    def _peek(self) -> str:
        return self._text[self._at]

    def _take(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _note(self, key: Key, line: int) -> None:
        self._lines.setdefault(key, line)


def _unescape(inner: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if code[0] in "uU" else _ESCAPES[code]

    return re.sub(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", one, inner)
