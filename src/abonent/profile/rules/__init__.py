"""Rules that span several places of a profile, checked on the files as written.

They read the raw documents, not the model, so that one wrong type does not hide the other problems.
"""

from collections.abc import Iterator

from abonent.profile.folder import Folder
from abonent.profile.rules import across, catalog, operator, pages
from abonent.profile.source import Problem


def broken(folder: Folder, languages: tuple[str, ...]) -> Iterator[Problem]:
    """Every broken rule; what is malformed is passed over here, being a problem of its own."""
    if folder.operator is not None:
        for operator_rule in operator.RULES:
            yield from operator_rule(folder.operator)
    for source in folder.catalogs:
        for catalog_rule in catalog.RULES:
            yield from catalog_rule(source)
    yield from across.broken(folder)
    if languages:
        yield from pages.broken(folder, languages)
