import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.channels.wording.negotiation import preferred
from tests.unit.wording.sample import ALL


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("uk", "uk"),
        ("uk-UA,uk;q=0.9,en;q=0.8", "uk"),
        ("de-DE, de;q=0.9, en-GB;q=0.5", "en"),
        ("en;q=0.3, RU;q=0.7", "ru"),
        ("en, ru", "en"),
        ("uk;q=0, en;q=0.1", "en"),
        ("uk;q=0", None),
        ("zh-Hant-TW", None),
        ("en;q=2", None),
        ("en;q=nan", None),
        ("*", None),
        ("", None),
    ],
)
def test_the_language_of_the_highest_weight_is_taken(header: str, language: str | None) -> None:
    assert preferred(header, ("uk", "ru", "en")) == language


@given(st.text(max_size=600))
def test_no_header_breaks_it(header: str) -> None:
    assert preferred(header, ("uk", "en")) in {"uk", "en", None}


def test_a_choice_goes_before_the_browser_and_the_first_language_is_the_default() -> None:
    assert ALL.negotiate("en", chosen="ru").language == "ru"
    assert ALL.negotiate("en", chosen="xx").language == "en"
    assert ALL.negotiate("de", None).language == "uk"
    assert ALL.negotiate(None).language == "uk"
