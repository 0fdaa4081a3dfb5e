import pytest

from abonent.channels.http.language import preferred_language

OFFERED = ("uk", "ru", "en")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "uk"),
        ("", "uk"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("de, en;q=0.5", "en"),
        ("en;q=0.3, ru;q=0.9", "ru"),
        ("ru, en", "ru"),
        ("fr", "uk"),
        ("*", "uk"),
        ("*;q=0.5, en;q=0.4", "uk"),
        ("en;q=0, ru", "ru"),
        ("en;q=", "uk"),
        ("en;q=nan, ru;q=0.1", "ru"),
        ("en;q=1e9, ru;q=0.1", "ru"),
        ("en;q=٣, ru;q=0.1", "ru"),
        ("en;level=1, ru;q=0.1", "ru"),
        (";;;,,,=q", "uk"),
        ("de," * 5000 + "en", "uk"),
    ],
)
def test_the_language_that_is_wanted_most_is_chosen(accept: str | None, chosen: str) -> None:
    assert preferred_language(accept, OFFERED, "uk") == chosen
