"""Rules between files: what one catalogue promised, the next must keep."""

from collections.abc import Iterator

from abonent.profile.folder import Folder
from abonent.profile.rules.reading import each, strings, text
from abonent.profile.source import Problem, Source

_LASTING = ("tariffs", "services", "buckets")
"""Lines go on having these after they have left the shelf: they are closed, never left out."""


def broken(folder: Folder) -> Iterator[Problem]:
    """What was left out, recounted or never there; and having no catalogue at all."""
    if not folder.catalogs:
        yield Problem("catalog", 1, "", "there is no catalogue: write catalog/YYYY-MM-DD.toml")
    for older, newer in zip(folder.catalogs, folder.catalogs[1:], strict=False):
        yield from _left_out(older, newer)
        yield from _recounted(older, newer)
    if folder.operator is not None:
        for source in folder.catalogs:
            yield from _gifts_for_nothing(folder.operator, source)
        yield from _news_about_nothing(folder.operator, folder.catalogs)


def _left_out(older: Source, newer: Source) -> Iterator[Problem]:
    for name in _LASTING:
        kept = {id for _, id in strings(newer.tree, f"{name}.*.id")}
        for _, id in strings(older.tree, f"{name}.*.id"):
            if id not in kept:
                message = f"{id!r} of {older.file} is left out, but lines may still have it"
                yield newer.problem((name,), message)


def _recounted(older: Source, newer: Source) -> Iterator[Problem]:
    units = {
        text(bucket, "id"): text(bucket, "unit") for _, bucket in each(older.tree, "buckets.*")
    }
    for key, bucket in each(newer.tree, "buckets.*"):
        unit, before = text(bucket, "unit"), units.get(text(bucket, "id"))
        if unit and before and unit != before:
            yield newer.problem((*key, "unit"), f"was {before} in {older.file}; lots cannot change")


def _gifts_for_nothing(operator: Source, catalog: Source) -> Iterator[Problem]:
    known = {id for _, id in strings(operator.tree, "bonuses.*.id")}
    for key, id in strings(catalog.tree, "gifts.*.bonus"):
        if id not in known:
            yield catalog.problem(key, f"operator.toml has no bonus {id!r}")
    for key, sent in each(catalog.tree, "gifts.*.parcel"):
        if sent is True and "parcels" not in operator.tree:
            yield catalog.problem(key, "a gift that is sent needs [parcels] in operator.toml")


def _news_about_nothing(operator: Source, catalogs: list[Source]) -> Iterator[Problem]:
    tariffs = {id for source in catalogs for _, id in strings(source.tree, "tariffs.*.id")}
    for key, id in strings(operator.tree, "news.*.tariff"):
        if id not in tariffs:
            yield operator.problem(key, f"no catalogue has a tariff {id!r}")
