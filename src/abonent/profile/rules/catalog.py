"""Rules of one catalogue file."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path

from abonent.profile.rules.operator import fees_are_of_operations
from abonent.profile.rules.reading import amount, each, repeated, strings, text
from abonent.profile.source import Problem, Source

_REFERENCES = (
    ("tariffs.*.included.*.bucket", ("buckets",)),
    ("services.*.included.*.bucket", ("buckets",)),
    ("packages.*.included.*.bucket", ("buckets",)),
    ("gifts.*.included.*.bucket", ("buckets",)),
    ("tariffs.*.services.*", ("services", "packages")),
    ("services.*.excludes.*", ("services",)),
    ("services.*.group", ("groups",)),
    ("tariffs.*.unpaid_rates", ("tariffs",)),
)
"""Where an id stands, and which lists may hold the thing that it means."""

_UNIQUE = (
    ("buckets.*.id",),
    ("tariffs.*.id",),
    ("groups.*.id",),
    ("services.*.id", "packages.*.id"),
    ("gifts.*.id",),
)

_DIALLED = ("onnet", "national", "international", "emergency", "free")
_ALL_ZONES = (*_DIALLED, "internet")
_KIND_OF_UNIT = {"second": "call", "sms": "sms", "byte": "data"}
_ZONES = {"call": _DIALLED, "sms": _DIALLED, "data": ("internet",)}
"""The zones that usage of each kind can have."""
_USAGE = tuple(f"{kind} {zone}" for kind, zones in _ZONES.items() for zone in zones)
"""What a tariff needs a rate for, each exactly once."""


def _the_name_is_the_date(source: Source) -> Iterator[Problem]:
    name = Path(source.file).stem
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name) is None:
        yield Problem(source.file, 1, "", "the name of a catalogue is its date: YYYY-MM-DD.toml")
    for key, day in each(source.tree, "valid_from"):
        if isinstance(day, date) and str(day) != name:
            yield source.problem(key, f"is {day}, but the file’s name says {name}")


def _nothing_is_twice(source: Source) -> Iterator[Problem]:
    for patterns in _UNIQUE:
        found = (strings(source.tree, pattern) for pattern in patterns)
        yield from repeated(source, chain.from_iterable(found))
    for outer, inner in (("tariffs.*", "services.*"), ("services.*", "excludes.*")):
        for at, item in each(source.tree, outer):
            yield from repeated(source, strings(item, inner, at))


def _references_lead_somewhere(source: Source) -> Iterator[Problem]:
    for pattern, lists in _REFERENCES:
        known = {id for name in lists for _, id in strings(source.tree, f"{name}.*.id")}
        for key, id in strings(source.tree, pattern):
            if id not in known:
                yield source.problem(key, f"there is no {id!r} among the {' and '.join(lists)}")


def _units_fit_zones(source: Source) -> Iterator[Problem]:
    for at, bucket in each(source.tree, "buckets.*"):
        unit = text(bucket, "unit")
        fitting = _ZONES.get(_KIND_OF_UNIT.get(unit or "", ""))
        for key, zone in strings(bucket, "zones.*", at):
            if fitting and zone in _ALL_ZONES and zone not in fitting:
                yield source.problem(key, f"nothing counted in {unit}s happens in zone {zone!r}")


def _every_usage_has_one_rate(source: Source) -> Iterator[Problem]:
    for at, tariff in each(source.tree, "tariffs.*"):
        rates = list(each(tariff, "rates.*", at))
        named = [(key, f"{text(rate, 'kind')} {text(rate, 'zone')}") for key, rate in rates]
        yield from repeated(source, named)
        names = {name for _, name in named}
        for key, name in named:
            if name not in _USAGE and not _misspelt(name):
                yield source.problem((*key, "zone"), f"there is no such usage as {name}")
        if missing := [name for name in _USAGE if name not in names]:
            yield source.problem((*at, "rates"), f"no rate for {', '.join(missing)}")


def _what_must_be_free_is_free(source: Source) -> Iterator[Problem]:
    for key, rate in each(source.tree, "tariffs.*.rates.*"):
        zone = text(rate, "zone")
        for part in ("price", "setup"):
            if zone in ("emergency", "free") and amount(text(rate, part)):
                yield source.problem((*key, part), f"must be 0.00 in zone {zone!r}")


def _what_is_paid_for_has_a_period(source: Source) -> Iterator[Problem]:
    for key, service in each(source.tree, "services.*"):
        if (text(service, "period") or "none") != "none":
            continue
        if amount(text(service, "fee")):
            yield source.problem((*key, "fee"), "needs a period: day or month")
        if any(each(service, "included.*")):
            yield source.problem((*key, "included"), "needs a period in which it is granted")


def _partial_service_has_rates(source: Source) -> Iterator[Problem]:
    for key, tariff in each(source.tree, "tariffs.*"):
        rates, partial = text(tariff, "unpaid_rates"), text(tariff, "unpaid") == "partial"
        if partial and (rates is None or rates == text(tariff, "id")):
            yield source.problem((*key, "unpaid_rates"), "partial service needs another's rates")
        if rates is not None and not partial:
            yield source.problem((*key, "unpaid_rates"), 'serves nothing unless unpaid = "partial"')


def _services_exclude_others(source: Source) -> Iterator[Problem]:
    for at, service in each(source.tree, "services.*"):
        for key, id in strings(service, "excludes.*", at):
            if id == text(service, "id"):
                yield source.problem(key, "a service cannot exclude itself")


def _gifts_give_something(source: Source) -> Iterator[Problem]:
    for key, gift in each(source.tree, "gifts.*"):
        given = any(each(gift, "included.*")) or amount(text(gift, "money") or "0") != 0
        if not given and not any(each(gift, "discount_percent")) and not any(each(gift, "parcel")):
            yield source.problem(key, "a gift needs something included, or money")


def _a_tariff_is_open(source: Source) -> Iterator[Problem]:
    closed = {key[:2] for key, value in each(source.tree, "tariffs.*.open") if value is False}
    if all(key in closed for key, _ in each(source.tree, "tariffs.*")):
        yield source.problem(("tariffs",), "no tariff is open, so nobody could join")


def _misspelt(usage: str) -> bool:
    """Whether its kind or zone does not exist, which the model reports already."""
    kind, zone = usage.split(" ", 1)
    return kind not in _ZONES or zone not in _ALL_ZONES


RULES = (
    _the_name_is_the_date,
    _nothing_is_twice,
    _references_lead_somewhere,
    _units_fit_zones,
    _every_usage_has_one_rate,
    _what_must_be_free_is_free,
    _what_is_paid_for_has_a_period,
    _partial_service_has_rates,
    _services_exclude_others,
    _gifts_give_something,
    _a_tariff_is_open,
    fees_are_of_operations,
)
