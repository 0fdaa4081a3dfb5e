"""From a name or a folder to a profile, or to the list of everything that is wrong with it."""

from collections.abc import Sequence
from pathlib import Path

from abonent.profile.check import examine
from abonent.profile.model import Profile
from abonent.profile.source import Problem

SHIPPED = Path(__file__).parent.parent / "profiles"
"""Where the profiles are that come with the program."""


class ProfileErrors(Exception):
    """A profile that cannot be used; `problems` are all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class ProfileNotFound(LookupError):
    """No folder and no shipped profile of that name; the message lists what there is."""


def load(folder: Path) -> Profile:
    """Read and check a profile's folder; raises ProfileErrors with every problem found."""
    profile, problems = examine(folder)
    if profile is None:
        raise ProfileErrors(problems)
    return profile


def find(name_or_dir: str) -> Path:
    """The folder of a profile: a directory as given, else a shipped one by its name.

    Raises ProfileNotFound.
    """
    given = Path(name_or_dir)
    for folder in (given, SHIPPED / name_or_dir):
        if (folder / "operator.toml").is_file():
            return folder
    if given.is_dir():
        raise ProfileNotFound(f"{name_or_dir} is no profile: it has no operator.toml")
    raise ProfileNotFound(f"no profile {name_or_dir!r}; there are {', '.join(shipped())}")


def shipped() -> list[str]:
    """Names of the profiles that come with the program."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/operator.toml"))
