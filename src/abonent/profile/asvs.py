"""Where a profile's rules, being an operator's old ones, are weaker than OWASP ASVS 5.0 asks for.

Such rules are allowed: people know them, and cards and manuals print them. They are told whenever
the profile is checked. What no profile may do is in the bounds of the model.
"""

from collections.abc import Iterator
from pathlib import Path

from abonent.profile.operator import Operator
from abonent.profile.source import Problem, Source, read

_MIN_LENGTH = 8  # 6.2.1
_MAX_LENGTH = 64  # 6.2.9


def warnings(folder: Path, operator: Operator) -> list[Problem]:
    """The weaker rules of a profile that has been loaded from the folder, with file and line."""
    source = read(folder, "operator.toml")
    return list(_weaker(source, operator)) if isinstance(source, Source) else []


def _weaker(source: Source, operator: Operator) -> Iterator[Problem]:
    password = operator.password
    if password.min_length < _MIN_LENGTH:
        message = f"ASVS 6.2.1 asks for at least {_MIN_LENGTH} characters"
        yield source.problem(("password", "min_length"), message)
    if password.max_length < _MAX_LENGTH:
        message = f"ASVS 6.2.9 asks that {_MAX_LENGTH} characters be permitted"
        yield source.problem(("password", "max_length"), message)
    if password.needs:
        message = "ASVS 6.2.5 asks for no rules of composition"
        yield source.problem(("password", "needs"), message)
    if password.latin_only:
        message = "ASVS 6.2.5 asks that any characters be permitted"
        yield source.problem(("password", "latin_only"), message)
