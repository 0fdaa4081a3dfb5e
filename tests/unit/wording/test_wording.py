from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from abonent.channels.wording import Wordings
from abonent.kernel.money import POINTS, Money
from abonent.kernel.outcome import FieldProblem, Refused, refused
from abonent.kernel.text import Amount, At, Item, Text
from abonent.kernel.time import Instant, instant
from tests.unit.wording.sample import CLOCK, LANGUAGES, sample_profile, wording, write_texts

GB = 2**30
EVENING = instant(datetime(2025, 11, 28, 20, 30, tzinfo=UTC))


def plain(text: str) -> str:
    """The text with ordinary spaces, which are easier to read in a test."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("uk", ["1 бал", "2 бали", "5 балів", "11 балів", "21 бал", "101 бал"]),
        ("ru", ["1 балл", "2 балла", "5 баллов", "11 баллов", "21 балл", "101 балл"]),
        ("en", ["1 point", "2 points", "5 points", "11 points", "21 points", "101 points"]),
    ],
)
def test_a_number_chooses_the_form(language: str, said: list[str]) -> None:
    counted = [wording(language).t("unit.point", n=n) for n in (1, 2, 5, 11, 21, 101)]
    assert [plain(text) for text in counted] == said


def test_n_chooses_first_and_then_a_number_that_is_shown(tmp_path: Path) -> None:
    source = 'a = { one = "{m} one", other = "{m} others" }'
    english = Wordings(
        sample_profile(("en",)), CLOCK, write_texts(tmp_path, en=source)
    ).for_language("en")
    assert english.t("a", k=1, m=5) == "5 others"
    assert english.t("a", m=5, n=1) == "5 one"


def test_nothing_that_counts_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError, match="no number"):
        wording("en").t("unit.point", n="many")


def test_a_missing_value_or_key_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError, match="missing"):
        wording("uk").t("refused.balance_low")
    with pytest.raises(KeyError, match="no_such"):
        wording("uk").t("refused.no_such")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 хв"), (45, "45 с"), (60, "1 хв"), (19_200, "320 хв"), (3_903, "65 хв 3 с")],
)
def test_time_is_counted_in_minutes(seconds: int, said: str) -> None:
    assert plain(wording("uk").amount(Amount(seconds, "second"))) == said


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 Б"),
        (1_023, "1 023 Б"),
        (1_024, "1 КБ"),
        (1_536, "1 КБ"),
        (3 * GB // 2, "1,5 ГБ"),
        (10 * GB, "10 ГБ"),
        (10 * GB - 1, "9,99 ГБ"),
        (GB + GB // 20, "1,04 ГБ"),
        (GB - 1, "1 023 МБ"),
        (5_000 * 2**40, "5 000 ТБ"),
    ],
)
def test_data_is_rounded_down_so_that_no_more_is_promised_than_is_there(
    size: int, said: str
) -> None:
    assert plain(wording("uk").amount(Amount(size, "byte"))) == said


def test_pieces_are_counted() -> None:
    assert plain(wording("uk").amount(Amount(12, "sms"))) == "12 SMS"
    assert plain(wording("en").amount(Amount(2, "day"))) == "2 days"


@pytest.mark.parametrize(
    ("language", "said"),
    [("uk", "28 листопада, 22:30"), ("ru", "28 ноября, 22:30"), ("en", "28 November, 22:30")],
)
def test_an_instant_is_shown_in_the_operators_zone(language: str, said: str) -> None:
    assert plain(wording(language).value(At(EVENING))) == said
    assert plain(wording(language).value(At(EVENING, date_only=True))) == said[:-7]
    assert wording(language).time(EVENING) == "22:30"


def test_the_year_is_said_only_if_it_is_not_this_one() -> None:
    assert plain(wording("uk").day(date(2025, 2, 1))) == "1 лютого"
    assert plain(wording("uk").day(date(2026, 2, 1))) == "1 лютого 2026"
    before_new_year = instant(datetime(2025, 12, 31, 22, 30, tzinfo=UTC))
    assert plain(wording("uk").day_at(before_new_year)) == "1 січня 2026"


def test_a_direction_is_said_with_the_amount() -> None:
    russian = wording("ru")
    assert plain(russian.signed(Money(15_000, "UAH"))) == "+150,00 ₴"
    assert plain(russian.signed(Money(-1_250, "UAH"))) == "−12,50 ₴"
    assert plain(russian.signed(Money(0, "UAH"))) == "0,00 ₴"
    assert plain(russian.signed(Money(3, POINTS))) == "+3 балла"
    assert plain(russian.value(Money(-2, POINTS))) == "−2 балла"


def test_a_thing_has_the_name_that_the_profile_gave_it() -> None:
    assert wording("uk").value(Item("tariff", "plain")) == "Звичайний"
    assert wording("en").described(Item("tariff", "plain")) == "For all"
    assert wording("en").described(Item("zone", "onnet")) == ""


def test_a_thing_of_ours_has_the_name_that_the_texts_give_it() -> None:
    assert wording("uk").item(Item("zone", "national")) == "по країні"


def test_a_thing_that_nobody_knows_any_more_is_shown_by_its_id() -> None:
    assert wording("uk").item(Item("tariff", "long-gone")) == "long-gone"


def test_the_profiles_own_words_are_texts() -> None:
    assert wording("en").t("profile.brand") == "Ours"
    assert wording("uk").text(Text("profile.contact.111.label")) == "Зв'яжіться"
    assert wording("ru").t("profile.news.n1.title") == "Новость"


def test_a_refusal_says_what_is_missing() -> None:
    refusal = refused("balance_low", missing=Money(1_250, "UAH"))
    assert plain(wording("uk").refused(refusal)).startswith("На рахунку бракує 12,50 ₴.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_and_a_problem_are_worded_by_their_code_where_they_have_no_text(
    language: str,
) -> None:
    spoken = wording(language)
    assert spoken.refused(Refused("not_found")) == spoken.t("refused.not_found")
    assert spoken.problem(FieldProblem("x", "required", Text(""))) == spoken.t("problem.required")
    shown = FieldProblem("x", "required", Text("problem.date_invalid"))
    assert spoken.problem(shown) == spoken.t("problem.date_invalid")


def test_what_costs_nothing_is_said_to_be_free() -> None:
    assert wording("en").price(Money(0, "UAH")) == "free"
    assert plain(wording("uk").price(Money(1_000, "UAH"))) == "10 ₴"


def test_the_journal_names_a_refused_attempt_by_its_operation() -> None:
    done = Text("journal.change_tariff", {"tariff": Item("tariff", "plain")})
    assert wording("uk").text(done) == "Замовлено перехід на тариф «Звичайний»"
    assert wording("uk").text(Text("journal.change_tariff")) == "Зміна тарифу"


def test_an_unknown_language_is_the_first_one() -> None:
    wordings = Wordings(sample_profile(), CLOCK)
    assert wordings.for_language("xx") is wordings.default
    assert wordings.for_language(None).language == "uk"
    assert [each.language for each in wordings] == list(LANGUAGES)


def test_the_first_instant_has_a_date() -> None:
    assert plain(wording("uk").day_at(Instant(0))) == "1 січня 1970"
