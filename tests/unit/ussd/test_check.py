"""Whether the menus that come with the program can be dialled, and what is said where not."""

import tomllib

import pytest

from abonent.channels.ussd import check_menu
from abonent.channels.wording import Wordings
from abonent.kernel.time import SystemClock
from abonent.operations.registry import OPERATIONS
from abonent.profile.load import find, load, shipped
from abonent.profile.model import Profile

WORDS = {"uk": "ж", "ru": "ж", "en": "x"}


def problems(profile: Profile) -> list[str]:
    return [str(p) for p in check_menu(profile, Wordings(profile, SystemClock()), OPERATIONS)[1]]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load(find("internet-assistant"))


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_menu_is_sound(name: str) -> None:
    assert problems(load(find(name))) == []


def with_texts(profile: Profile, key: str, length: int) -> Profile:
    """The profile with its own wording of one text, so many letters long in each language."""
    first, second, third = key.split(".")
    texts: dict[str, dict[str, object]] = {
        language: {first: {second: {third: letter * length}}} for language, letter in WORDS.items()
    }
    return profile.model_copy(update={"texts": texts})


def test_a_title_that_has_no_room_on_a_screen_is_found(profile: Profile) -> None:
    found = problems(with_texts(profile, "ussd.menu.tariff", 80))
    assert len(found) == 4
    assert all("has no room on a screen" in problem for problem in found)
    assert any("node.tariff.text" in problem and "(uk)" in problem for problem in found)
    assert any("node.main.choices[3].text" in problem for problem in found)


def test_seven_bits_have_more_room_than_two_bytes(profile: Profile) -> None:
    found = problems(with_texts(profile, "ussd.ask.voucher", 150))
    assert [problem for problem in found if "(en)" in problem] == []
    assert len(found) == 2


def test_a_name_in_the_catalogue_that_has_no_room_is_found(profile: Profile) -> None:
    tariff = profile.catalogs[0].tariffs[0]
    long = tariff.model_copy(update={"name": tariff.name | {"uk": "ж" * 70}})
    tariffs = (long, *profile.catalogs[0].tariffs[1:])
    catalog = profile.catalogs[0].model_copy(update={"tariffs": tariffs})
    changed = profile.model_copy(update={"catalogs": (catalog,)})
    assert len(problems(changed)) == 1


def test_a_text_that_nobody_wrote_is_found(profile: Profile) -> None:
    menu = profile.menus[0]
    source = menu.source.replace('"ussd.menu.top_up"', '"ussd.menu.topup"')
    changed = menu.model_copy(update={"source": source, "tree": tomllib.loads(source)})
    found = problems(profile.model_copy(update={"menus": (changed,)}))
    line = source[: source.index("ussd.menu.topup")].count("\n") + 1
    assert found == [
        f"menus/ussd.toml:{line}: node.main.choices[5].text:"
        f" there is no text 'ussd.menu.topup' in {language}"
        for language in sorted(WORDS)
    ]
