"""A small profile and small texts for tests of the wording."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from abonent.channels.wording import Wording, Wordings
from abonent.kernel.time import MovableClock, instant
from abonent.profile.model import Brand, Catalog, Contact, News, Operator, Profile, Tariff

LANGUAGES = ("uk", "ru", "en")
NOW = instant(datetime(2025, 11, 21, 12, 0, tzinfo=UTC))
CLOCK = MovableClock(base=lambda: NOW)


def words(uk: str, ru: str, en: str) -> dict[str, str]:
    return {"uk": uk, "ru": ru, "en": en}


def sample_profile(
    languages: tuple[str, ...] = LANGUAGES,
    texts: Mapping[str, dict[str, object]] | None = None,
    country: str = "UA",
) -> Profile:
    """A profile with what the wording reads of it: names, contacts, news, place and languages."""
    contact = Contact(
        number="111", label=words("Зв'яжіться", "Звоните", "Call"), price=words("0", "0", "0"),
        hours=words("24/7", "24/7", "24/7"),
    )  # fmt: skip
    news = News(
        id="n1", date=date(2025, 11, 1),
        title=words("Новина", "Новость", "News"), text=words("Т", "Т", "T"),
    )  # fmt: skip
    place: dict[str, Any] = {"country": country, "time_zone": "Europe/Kyiv", "currency": "UAH"}
    brand = Brand(name=words("Наш", "Наш", "Ours"), hue=200)
    operator = Operator.model_construct(
        **place, languages=languages, brand=brand, contacts=(contact,), news=(news,)
    )
    return Profile.model_construct(
        name="sample", operator=operator, catalogs=(sample_catalog(),), texts=dict(texts or {})
    )


def sample_catalog() -> Catalog:
    plain = Tariff(
        id="plain", name=words("Звичайний", "Обычный", "Plain"),
        description=words("Для всіх", "Для всех", "For all"), monthly_fee="150.00",
        rates=(), services=(),
    )  # fmt: skip
    nothing: dict[str, Any] = dict.fromkeys(("buckets", "groups", "services", "packages"), ())
    return Catalog.model_construct(
        valid_from=date(2025, 1, 1), tariffs=(plain,), gifts=(), **nothing
    )


def wording(language: str) -> Wording:
    return ALL.for_language(language)


ALL = Wordings(sample_profile(), CLOCK)


def write_texts(folder: Path, **by_language: str) -> Path:
    """Text files `<language>/core.toml` in a folder of their own."""
    for language, source in by_language.items():
        (folder / language).mkdir(parents=True, exist_ok=True)
        (folder / language / "core.toml").write_text(source, encoding="utf-8")
    return folder
