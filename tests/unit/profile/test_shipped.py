"""The profiles that come with the program are sound, whole and free of slips."""

import re
from collections.abc import Iterator

import pytest

from abonent.profile.check import check
from abonent.profile.load import find, load, shipped
from abonent.profile.model import (
    Bucket,
    Gift,
    Group,
    Package,
    Profile,
    Service,
    Tariff,
    Words,
)
from abonent.profile.show import show

LANGUAGE_OF_LETTERS = {"uk": re.compile("[ыэъё]"), "ru": re.compile("[іїєґ]")}
"""Letters that the language does not have."""


@pytest.fixture(params=shipped())
def profile(request: pytest.FixtureRequest) -> Profile:
    return load(find(request.param))


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_profile_has_no_problem(name: str) -> None:
    assert [str(problem) for problem in check(find(name))] == []


def test_a_shipped_profile_can_be_shown(profile: Profile) -> None:
    assert profile.operator.id in show(profile)


def test_a_shipped_profile_has_help_that_helps(profile: Profile) -> None:
    for language, pages in profile.help.items():
        for section, text in pages.items():
            words = len(text.split())
            assert 150 <= words <= 300, (language, section, words)
            assert text.count("\n## ") >= 4, (language, section)


def test_texts_are_calm_and_in_their_own_alphabet(profile: Profile) -> None:
    for language, text in texts(profile):
        assert "!" not in text
        foreign = LANGUAGE_OF_LETTERS.get(language)
        assert foreign is None or not foreign.search(text.lower()), (language, text)


def texts(profile: Profile) -> Iterator[tuple[str, str]]:
    for language, pages in profile.help.items():
        yield from ((language, page) for page in pages.values())
    for words in all_words(profile):
        yield from words.items()


def all_words(profile: Profile) -> Iterator[Words]:
    operator = profile.operator
    yield operator.brand.name
    for contact in operator.contacts:
        yield from (contact.label, contact.price, contact.hours)
    for news in operator.news:
        yield from (news.title, news.text)
    for catalog in profile.catalogs:
        plain: tuple[Bucket | Group, ...] = (*catalog.buckets, *catalog.groups)
        yield from (item.name for item in plain)
        on_sale: tuple[Tariff | Service | Package | Gift, ...] = (
            *catalog.tariffs, *catalog.services, *catalog.packages, *catalog.gifts,
        )  # fmt: skip
        for item in on_sale:
            yield from (item.name, item.description)


def test_the_internet_assistant_has_what_its_acceptance_needs() -> None:
    profile = load(find("internet-assistant"))
    operator = profile.operator
    assert operator.sections == (
        "home", "statistics", "tariffs", "services", "loyalty", "profile", "help", "topup",
    )  # fmt: skip
    assert operator.languages == ("uk", "ru", "en")
    assert operator.session.idle_minutes == 10
    assert {"login", "order_detail", "set_forwarding"} <= set(operator.notices)
    assert operator.accepts == ("prepaid",)
    assert len(profile.catalogs) >= 2
    for catalog in profile.catalogs:
        assert sum(tariff.open for tariff in catalog.tariffs) >= 5
        assert not all(tariff.open for tariff in catalog.tariffs)
        assert any(tariff.monthly_fee == 0 for tariff in catalog.tariffs)
        assert len(catalog.services) >= 12
        assert {service.period for service in catalog.services} == {"day", "month", "none"}
        assert len(catalog.packages) >= 6
        assert len(catalog.gifts) >= 6


def test_the_everyday_tariff_costs_150_hryvnias() -> None:
    for catalog in load(find("internet-assistant")).catalogs:
        tariff = catalog.tariff("everyday")
        assert tariff is not None
        assert (tariff.name["uk"], tariff.monthly_fee) == ("Звичайний", 15_000)
