"""How replies are cut into screens of a telephone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.channels.ussd.alphabet import fits, in_gsm7, sendable
from abonent.channels.ussd.pages import Screen, pages

MORE = "0 далі"
BACK = "* назад # меню"

words = st.text(st.sampled_from("абвгдєїabc012 ₴€😀"), max_size=300)


def test_a_short_reply_is_one_page() -> None:
    screen = Screen(("Рахунок: 12,50 ₴",), ("1 Послуги", "2 Пакети"), keys=BACK)
    assert pages(screen, MORE) == ("Рахунок: 12,50 ₴\n1 Послуги\n2 Пакети\n* назад # меню",)


def test_latin_text_has_182_characters_and_cyrillic_80() -> None:
    assert fits("x" * 182)
    assert not fits("x" * 183)
    assert fits("ж" * 80)
    assert not fits("ж" * 81)
    assert fits("ж" + "x" * 79)
    assert not fits("ж" + "x" * 80)


def test_a_sign_of_the_extension_table_counts_two() -> None:
    assert fits("€" * 91)
    assert not fits("€" * 92)


def test_a_character_beyond_the_basic_plane_counts_two() -> None:
    assert fits("😀" * 40)
    assert not fits("😀" * 41)


def test_english_with_a_hryvnia_sign_is_sent_in_seven_bits() -> None:
    assert sendable("“Radio” is on: ₴12.50\u00a0now") == '"Radio" is on: UAH 12.50 now'
    assert sendable("«Радіо» — 12,50\u00a0₴") == "«Радіо» — 12,50 ₴"


def test_a_choice_is_never_torn() -> None:
    options = tuple(f"{n} Послуга номер {n}" for n in range(1, 13))
    cut = pages(Screen(("Виберіть послугу",), options, keys=BACK), MORE)
    assert len(cut) > 1
    assert [line for page in cut for line in page.split("\n") if line in options] == list(options)


def test_every_page_but_the_last_says_how_to_read_on() -> None:
    cut = pages(Screen(("слово " * 60,), keys=BACK), MORE)
    assert all(page.endswith(MORE) for page in cut[:-1])
    assert cut[-1].endswith(BACK)


def test_a_price_stays_on_the_page_of_its_choice() -> None:
    held = ("Ціна: 10 ₴", "1 Підтвердити")
    for length in range(200):
        cut = pages(Screen(("ж" * length,), held=held, keys=BACK), MORE)
        assert cut[-1].removesuffix("\n" + BACK).endswith("Ціна: 10 ₴\n1 Підтвердити")


def test_the_keys_that_lead_back_give_way_where_they_would_need_a_page() -> None:
    assert pages(Screen(("ж" * 70,), keys=BACK), MORE) == ("ж" * 70,)
    assert pages(Screen(("ж" * 60,), keys=BACK), MORE) == ("ж" * 60 + "\n" + BACK,)


def test_a_line_that_ends_in_a_colon_stays_with_the_next_one() -> None:
    screen = Screen(("а" * 60, "До 1 грудня:", "Хвилини: 300"))
    assert pages(screen, MORE) == ("а" * 60 + "\n" + MORE, "До 1 грудня:\nХвилини: 300")


@pytest.mark.parametrize("length", [1, 79, 80, 81, 500])
def test_a_word_without_spaces_is_cut_where_it_must_be(length: int) -> None:
    cut = pages(Screen(("ж" * length,)), MORE)
    assert "".join(page.removesuffix("\n" + MORE) for page in cut) == "ж" * length


@given(st.lists(words, max_size=6), st.lists(words, max_size=6), st.booleans())
def test_every_page_fits_and_nothing_is_lost(
    body: list[str], options: list[str], keys: bool
) -> None:
    screen = Screen(tuple(body), tuple(options), keys=BACK if keys else "")
    cut = pages(screen, MORE)
    assert all(fits(page) for page in cut)
    said = "".join(page.removesuffix("\n" + MORE) for page in cut).removesuffix(BACK)
    wanted = "".join(body + options)
    if not in_gsm7(sendable(wanted)):
        assert _bare(said) == _bare(wanted)


def _bare(text: str) -> str:
    """Without what the cutting may change: white space, and signs that have a plain form."""
    return "".join(sendable(char) for char in text if not char.isspace()).replace(" ", "")
