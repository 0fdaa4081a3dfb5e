"""Rules of `operator.toml`."""

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from itertools import chain

from abonent.profile.colour import NoContrast, accent_css
from abonent.profile.rules.reading import amount, each, repeated, strings
from abonent.profile.source import Problem, Source
from abonent.profile.vocabulary import NOTICES, OPERATIONS, PAGES, PAGES_BY_RULE, PROVABLE

_KNOWN = (
    ("sections.*", PAGES, "page"),
    ("tabs.*", PAGES, "page"),
    ("notices.*", NOTICES, "kind of notice"),
    ("proof.*.operation", PROVABLE, "operation that can wait for a code"),
)
_UNIQUE = (
    "languages.*",
    "accepts.*",
    "sections.*",
    "tabs.*",
    "notices.*",
    "optional_notices.*",
    "forwarding_kinds.*",
    "numbering.own_prefixes.*",
    "proof.*.operation",
    "news.*.id",
)


def _names_are_known(source: Source) -> Iterator[Problem]:
    for pattern, known, what in _KNOWN:
        for key, name in strings(source.tree, pattern):
            if name not in known:
                yield source.problem(key, unknown(what, name, known))


def fees_are_of_operations(source: Source) -> Iterator[Problem]:
    """Fees of this file, or of the tariffs of a catalogue."""
    for pattern in ("fees.*", "tariffs.*.fees.*"):
        for key, _ in each(source.tree, pattern):
            if key[-1] not in OPERATIONS:
                yield source.problem(key, unknown("operation", str(key[-1]), OPERATIONS))


def _nothing_is_twice(source: Source) -> Iterator[Problem]:
    for pattern in _UNIQUE:
        yield from repeated(source, strings(source.tree, pattern))
    short = (strings(source.tree, f"numbering.{name}.*") for name in ("emergency", "free"))
    yield from repeated(source, chain.from_iterable(short))


def _optional_notices_are_sent(source: Source) -> Iterator[Problem]:
    sent = {kind for _, kind in strings(source.tree, "notices.*")}
    for key, kind in strings(source.tree, "optional_notices.*"):
        if kind not in sent:
            yield source.problem(key, f"{kind!r} is not among the notices")


def _limits_leave_room(source: Source) -> Iterator[Problem]:
    shortest = _whole(source, "password.min_length")
    longest = _whole(source, "password.max_length")
    if shortest is not None and longest is not None and longest < shortest:
        yield source.problem(("password", "max_length"), f"is less than min_length, {shortest}")
    idle, warn = _whole(source, "session.idle_minutes"), _whole(source, "session.warn_seconds")
    if idle is not None and warn is not None and warn >= idle * 60:
        yield source.problem(("session", "warn_seconds"), f"is not within {idle} minutes")


def _card_top_ups_are_in_range(source: Source) -> Iterator[Problem]:
    bounds = {key[-1]: amount(sum) for key, sum in each(source.tree, "card_top_up.*")}
    smallest, largest = bounds.get("smallest"), bounds.get("largest")
    if smallest is None or largest is None:
        return
    if largest < smallest:
        yield source.problem(("card_top_up", "largest"), "is less than smallest")
    for key, sum in each(source.tree, "card_top_up.suggested.*"):
        suggested = amount(sum)
        if suggested is not None and not smallest <= suggested <= largest:
            yield source.problem(key, "is not between smallest and largest")


def _auto_payments_are_top_ups(source: Source) -> Iterator[Problem]:
    if "auto_payment" in source.tree and "card_top_up" not in source.tree:
        yield source.problem(("auto_payment",), "auto-payments need [card_top_up]")


def _bonuses_are_told_apart(source: Source) -> Iterator[Problem]:
    for part in ("id", "currency"):
        yield from repeated(source, strings(source.tree, f"bonuses.*.{part}"))
    passed = [key for key, on in each(source.tree, "bonuses.*.passed_to_mobile") if on is True]
    for key in passed[1:]:
        yield source.problem(key, "only one bonus can be passed to a number")


def _news_end_after_they_begin(source: Source) -> Iterator[Problem]:
    begun = {key[:-1]: day for key, day in each(source.tree, "news.*.date")}
    for key, day in each(source.tree, "news.*.until"):
        first = begun.get(key[:-1])
        if isinstance(day, date) and isinstance(first, date) and day < first:
            yield source.problem(key, f"is before the news begin, {first}")


def _the_accent_can_be_read(source: Source) -> Iterator[Problem]:
    hue = _whole(source, "brand.hue")
    if hue is None:
        return
    try:
        accent_css(hue)
    except NoContrast as error:
        yield source.problem(("brand", "hue"), str(error))


def _pages_have_their_rules(source: Source) -> Iterator[Problem]:
    for pattern in ("sections.*", "tabs.*"):
        for key, page in strings(source.tree, pattern):
            rule = PAGES_BY_RULE.get(page)
            if rule is not None and rule not in source.tree:
                yield source.problem(key, f"the page {page!r} needs the table [{rule}]")


def _invoices_name_the_seller(source: Source) -> Iterator[Problem]:
    if "invoices" in source.tree and not any(each(source.tree, "legal.registrations.*")):
        yield source.problem(("invoices",), "invoices need [legal] with its registrations")


def unknown(what: str, name: str, known: frozenset[str]) -> str:
    """A sentence that says what is unknown, and what may have been meant."""
    close = get_close_matches(name, sorted(known), 1)
    return f"there is no {what} {name!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def _whole(source: Source, pattern: str) -> int | None:
    for _, value in each(source.tree, pattern):
        if isinstance(value, int):
            return value
    return None


RULES = (
    _names_are_known,
    fees_are_of_operations,
    _nothing_is_twice,
    _optional_notices_are_sent,
    _limits_leave_room,
    _card_top_ups_are_in_range,
    _auto_payments_are_top_ups,
    _bonuses_are_told_apart,
    _news_end_after_they_begin,
    _the_accent_can_be_read,
    _pages_have_their_rules,
    _invoices_name_the_seller,
)
