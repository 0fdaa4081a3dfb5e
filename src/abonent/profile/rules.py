"""Rules that span several places of a profile, checked on the files as written."""

from collections.abc import Iterator

from abonent.profile.folder import Folder, each
from abonent.profile.source import Problem, Source

_REFERENCES = (
    ("tariffs.*.included.*.bucket", ("buckets",)),
    ("services.*.included.*.bucket", ("buckets",)),
    ("packages.*.included.*.bucket", ("buckets",)),
    ("gifts.*.included.*.bucket", ("buckets",)),
    ("tariffs.*.services.*", ("services", "packages")),
    ("services.*.excludes.*", ("services",)),
    ("services.*.group", ("groups",)),
)
"""Where an id stands, and which lists may hold the thing that it means."""


def rules_broken(folder: Folder) -> list[Problem]:
    """Every broken rule; what is malformed is passed over here, being a problem of its own."""
    problems: list[Problem] = []
    for source in folder.catalogs:
        problems += _dangling(source)
    return problems


def _dangling(source: Source) -> Iterator[Problem]:
    for pattern, lists in _REFERENCES:
        known = {id for name in lists for _, id in each(source.tree, f"{name}.*.id")}
        for key, id in each(source.tree, pattern):
            if isinstance(id, str) and id not in known:
                yield source.problem(key, f"there is no {id!r} among the {' or '.join(lists)}")
