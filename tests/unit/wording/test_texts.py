from pathlib import Path

import pytest

from abonent.channels.wording import TextsProblem, Wordings
from abonent.channels.wording.texts import FOLDER, Plural, load_texts, message
from tests.unit.wording.sample import CLOCK, LANGUAGES, sample_profile, write_texts


def problems(folder: Path, *languages: str, texts: dict[str, dict[str, object]] | None = None) -> (
    tuple[str, ...]
):  # fmt: skip
    with pytest.raises(TextsProblem) as caught:
        load_texts(sample_profile(languages or ("uk", "en"), texts), folder)
    return caught.value.problems


def test_it_works(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, uk='[a]\nb = "Так, {name}"', en='[a]\nb = "Yes, {name}"')
    texts = load_texts(sample_profile(("uk", "en")), folder)
    assert texts["uk"]["a.b"] == message("Так, {name}")
    assert texts["en"]["a.b"].placeholders == {"name"}


def test_the_texts_that_we_ship_are_whole_in_every_language() -> None:
    shipped = tuple(sorted(path.name for path in FOLDER.iterdir()))
    assert set(LANGUAGES) <= set(shipped)
    load_texts(sample_profile(shipped))


def test_a_profile_may_say_it_in_its_own_words(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, uk='a.b = "Наше"\na.c = "Теж"')
    profile = sample_profile(("uk",), {"uk": {"a": {"b": "Своє"}}})
    texts = load_texts(profile, folder)["uk"]
    assert texts["a.b"] == message("Своє")
    assert texts["a.c"] == message("Теж")


def test_a_missing_plural_form_stops_the_start(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, uk='d = { one = "{n} день", many = "{n} днів" }')
    assert problems(folder, "uk") == ("texts/uk/core.toml: d: plural form missing: few",)
    with pytest.raises(TextsProblem, match="plural form missing: few"):
        Wordings(sample_profile(("uk",)), CLOCK, folder)


def test_a_form_that_only_fractions_need_may_be_left_out(tmp_path: Path) -> None:
    source = 'd = { one = "{n} день", few = "{n} дні", many = "{n} днів" }'
    texts = load_texts(sample_profile(("uk",)), write_texts(tmp_path, uk=source))
    assert isinstance(texts["uk"]["d"], Plural)


def test_a_text_that_one_language_lacks_is_a_problem(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, uk='a = "А"\nb = "Б"', en='a = "A"')
    assert problems(folder) == ("texts/uk/core.toml: b: missing in en",)


def test_placeholders_are_the_same_in_every_language(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, uk='a = "{x} і {y}"', en='a = "{x} and {z}"')
    expected = "texts/en/core.toml: a: placeholders differ from uk: y, z"
    assert problems(folder) == (expected,)


def test_a_profile_that_drops_a_placeholder_is_told_so(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, uk='a = "{x}"', en='a = "{x}"')
    expected = "profile sample, texts/en: a: placeholders differ from uk: x"
    assert problems(folder, texts={"en": {"a": "gone"}}) == (expected,)


def test_a_profile_cannot_show_a_value_that_nobody_gives(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, uk='a = "{x} {y}"')
    expected = "profile sample, texts/uk: a: there is no value z in this text"
    assert problems(folder, "uk", texts={"uk": {"a": "{x} {z}"}}) == (expected,)
    load_texts(sample_profile(("uk",), {"uk": {"a": "{x}"}}), folder)


@pytest.mark.parametrize("source", ['a = "{}"', 'a = "{x!r}"', 'a = "{x:>3}"', 'a = "{x.y}"'])
def test_a_placeholder_is_a_plain_name(tmp_path: Path, source: str) -> None:
    (problem,) = problems(write_texts(tmp_path, uk=source), "uk")
    assert "a placeholder is a plain name in braces" in problem


@pytest.mark.parametrize("source", ['a = ""', 'a = " "', "a = 5", 'a = "{x"', 'a = "x}"'])
def test_what_is_no_text_is_a_problem(tmp_path: Path, source: str) -> None:
    (problem,) = problems(write_texts(tmp_path, uk=source), "uk")
    assert problem.startswith("texts/uk/core.toml: a: ")


def test_braces_are_written_twice(tmp_path: Path) -> None:
    assert message("{{n}} is {n}").parts == (("{", None), ("n}", None), (" is ", "n"))


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, uk='a = ""\nb = "{"', en="no toml")
    (folder / "uk" / "more.toml").write_text('a = "А"')
    found = problems(folder)
    assert "texts/uk/more.toml: a: also in texts/uk/core.toml" in found
    assert any(problem.startswith("texts/en/core.toml: Expected") for problem in found)
    assert any(problem.startswith("texts/uk/core.toml: b: ") for problem in found)


def test_a_language_without_texts_is_a_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, "nl") == ("texts/nl: there are no texts in this language",)
