"""Finding and loading profiles, and asking them."""

from datetime import date
from pathlib import Path

import pytest

from abonent.profile.asvs import warnings
from abonent.profile.load import ProfileErrors, ProfileNotFound, find, load, shipped
from abonent.profile.model import Profile
from abonent.profile.new import new
from abonent.profile.show import show
from tests.fixtures.profiles import CATALOG, OPERATOR, ProfileFolder

LATER = "catalog/2026-02-01.toml"


@pytest.fixture
def dated(folder: ProfileFolder) -> Profile:
    """Two catalogues; the later one renames a tariff and sells a package no more."""
    package = (
        'packages = [{ id = "hour", name = { en = "An hour" }, description = { en = "Sixty." }, '
        'price = "1.00", valid_days = 30, included = [{ bucket = "minutes", amount = 3600 }] }]'
    )
    folder.change(CATALOG, "packages = []", package)
    later = folder.read(CATALOG).replace(package, "packages = []")
    later = later.replace("2026-01-01", "2026-02-01").replace('"Basic"', '"Basic II"')
    folder.write(LATER, later)
    return load(folder.path)


def test_it_works(folder: ProfileFolder) -> None:
    profile = load(folder.path)
    assert profile.name == "small"
    assert profile.operator.brand.name == {"en": "My operator"}
    assert profile.help["en"]["home"].startswith("# Home")
    assert profile.mark_svg.startswith("<svg")
    assert profile.operator.zone.key == "Europe/Dublin"
    assert profile.operator.numbering.plan.parse("0821234567") == "353821234567"


def test_a_profile_with_problems_is_not_loaded(folder: ProfileFolder) -> None:
    line = folder.change(OPERATOR, "hue = 200", "hue = -1")
    with pytest.raises(ProfileErrors) as raised:
        load(folder.path)
    assert str(raised.value) == f"operator.toml:{line}: brand.hue: must be at least 0"
    assert [problem.line for problem in raised.value.problems] == [line]


def test_menus_and_texts_are_handed_on_as_written(folder: ProfileFolder) -> None:
    folder.write("menus/ussd.toml", 'start = "top" # the root\n')
    folder.write("texts/en.toml", '[sms]\nlogin = "Hello."\n')
    profile = load(folder.path)
    [menu] = profile.menus
    assert (menu.name, menu.tree) == ("ussd", {"start": "top"})
    assert "# the root" in menu.source
    assert profile.texts == {"en": {"sms": {"login": "Hello."}}}


def test_a_folder_is_found_as_given_and_a_shipped_profile_by_its_name(
    folder: ProfileFolder,
) -> None:
    assert find(str(folder.path)) == folder.path
    assert find("internet-assistant").name == "internet-assistant"


def test_what_is_no_profile_is_refused_with_a_list_of_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ProfileNotFound, match=r"there are .*internet-assistant"):
        find("no-such-operator")
    with pytest.raises(ProfileNotFound, match=r"no operator\.toml"):
        find(str(tmp_path))
    assert "internet-assistant" in shipped()


@pytest.mark.parametrize(
    ("day", "valid_from"),
    [
        (date(2014, 3, 1), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 1, 31), date(2026, 1, 1)),
        (date(2026, 2, 1), date(2026, 2, 1)),
        (date(2030, 1, 1), date(2026, 2, 1)),
    ],
)
def test_a_day_has_the_catalogue_in_force(dated: Profile, day: date, valid_from: date) -> None:
    assert dated.catalog_on(day).valid_from == valid_from


def test_the_newest_name_of_a_thing_is_told_and_old_things_keep_theirs(dated: Profile) -> None:
    assert dated.named("tariff", "basic") == {"en": "Basic II"}
    assert dated.named("package", "hour") == {"en": "An hour"}
    assert dated.described("package", "hour") == {"en": "Sixty."}
    assert dated.named("bucket", "minutes") == {"en": "National minutes"}
    assert dated.named("group", "calls") == {"en": "Calls"}
    assert dated.described("group", "calls") is None
    assert dated.named("tariff", "gone") is None
    assert dated.named("planet", "mars") is None
    assert dated.described("tariff", "gone") is None


def test_news_have_a_title_and_a_text(folder: ProfileFolder) -> None:
    news = '\n[[news]]\nid = "a"\ndate = 2026-01-01\ntitle = { en = "T" }\ntext = { en = "U" }\n'
    folder.write(OPERATOR, folder.read(OPERATOR) + news)
    profile = load(folder.path)
    assert profile.named("news", "a") == {"en": "T"}
    assert profile.described("news", "a") == {"en": "U"}
    assert profile.named("news", "b") is None


def test_things_of_a_catalogue_are_found_by_id(dated: Profile) -> None:
    first, last = dated.catalogs
    tariff, package = last.tariff("basic"), first.package("hour")
    assert tariff is not None
    assert package is not None
    assert (tariff.monthly_fee, package.price) == (1000, 100)
    assert last.package("hour") is None
    assert [last.gift("x"), last.group("x"), last.service("x"), last.bucket("x")] == [None] * 4


def test_a_rate_is_found_by_kind_and_zone(dated: Profile) -> None:
    tariff = dated.catalogs[0].tariff("basic")
    assert tariff is not None
    rate = tariff.rate("call", "international")
    assert rate is not None
    assert (rate.price, rate.per, rate.step) == (90, 60, 60)
    assert tariff.rate("data", "onnet") is None


def test_rules_weaker_than_asvs_are_allowed_and_told(folder: ProfileFolder) -> None:
    assert warnings(folder.path, load(folder.path).operator) == []
    folder.change(OPERATOR, "min_length = 8", "min_length = 6")
    needs = folder.change(OPERATOR, "max_length = 64", 'max_length = 14\nneeds = ["digit"]')
    folder.change(OPERATOR, "[locks]", "latin_only = true\n\n[locks]")
    told = warnings(folder.path, load(folder.path).operator)
    assert [(problem.key, problem.line) for problem in told] == [
        ("password.min_length", needs - 1),
        ("password.max_length", needs),
        ("password.needs", needs + 1),
        ("password.latin_only", needs + 3),
    ]
    assert all("ASVS 6.2." in problem.message for problem in told)


def test_a_new_profile_is_written_only_where_nothing_is(folder: ProfileFolder) -> None:
    before = folder.read(OPERATOR)
    with pytest.raises(FileExistsError):
        new(folder.path)
    with pytest.raises(FileExistsError):
        new(folder.path / OPERATOR)
    assert folder.read(OPERATOR) == before


def test_a_profile_is_shown_with_its_rules_and_prices(dated: Profile) -> None:
    shown = show(dated)
    assert "My operator (my-operator), IE" in shown
    assert "8 to 64 characters" in shown
    assert "Catalogue from 2026-02-01" in shown
    assert "10.00 EUR/month  Basic II  100 min minutes" in shown
    assert "1.00 EUR/30 days  An hour  60 min minutes" in shown
