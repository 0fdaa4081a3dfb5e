"""One language of one profile: texts with their values put in, and the sentences of outcomes."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from abonent.channels.wording.locale import NBSP, LocaleFormat, MoneyParts
from abonent.channels.wording.negotiation import preferred
from abonent.channels.wording.texts import FOLDER, Message, Plural, Template, load_texts
from abonent.kernel.money import POINTS, Money, minor_digits
from abonent.kernel.outcome import FieldProblem, Refused
from abonent.kernel.text import Amount, At, Item, Text, Value
from abonent.kernel.time import Clock, Instant, day_of, local, midnight
from abonent.profile.model import Profile

BYTE_UNITS = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")
BYTES_PER_STEP = 1024
"""Operators sell gigabytes of 1,024 megabytes."""


class Wording:
    """Everything that the program says in one language.

    Keys are those of the text files. The profile's own words are texts, too: `profile.brand`,
    `profile.contact.NUMBER.label`, `.price` and `.hours`, `profile.news.ID.title` and `.text`.
    """

    def __init__(
        self, profile: Profile, language: str, texts: Mapping[str, Template], clock: Clock
    ) -> None:
        self.language = language
        self.format = LocaleFormat(language, profile.operator.country)
        self._profile = profile
        self._texts = dict(texts) | dict(_words_of(profile, language))
        self._clock = clock
        self._bonus_units = {
            bonus.currency: bonus.unit[language] for bonus in profile.operator.bonuses
        }
        self._zone = profile.operator.zone
        self._item = lru_cache(4096)(self._find_item)
        self._year = 0, Instant(0), Instant(0)

    # texts -------------------------------------------------------------------------------------

    def t(self, key: str, **values: Value) -> str:
        """The text of a key with its values; raises KeyError for a key or value that is missing."""
        return self.say(key, values)

    def say(self, key: str, values: Mapping[str, Value]) -> str:
        """The same with the values in a mapping."""
        template = self._texts[key]
        if isinstance(template, Plural):
            template = template.forms[self.format.plural(_counted(key, template, values))]
        said = []
        for literal, name in template.parts:
            said.append(literal)
            if name is not None:
                said.append(self.value(values[name]))
        return "".join(said)

    def text(self, text: Text) -> str:
        """The sentence of a Text; raises KeyError for a key or value that is missing.

        The journal line of an attempt that was refused has no values: it is called by the name of
        its operation.
        """
        family, _, code = text.key.partition(".")
        if family == "journal" and not self.placeholders(text.key) <= text.values.keys():
            return self.say(f"op.{code}", text.values)
        return self.say(text.key, text.values)

    def has(self, key: str) -> bool:
        return key in self._texts

    def placeholders(self, key: str) -> frozenset[str]:
        """Names of the values that a text needs; raises KeyError for an unknown key."""
        return self._texts[key].placeholders

    # values ------------------------------------------------------------------------------------

    def value(self, value: Value) -> str:
        """A value as it stands in a sentence."""
        match value:
            case str():
                return value
            case int():
                return self.format.number(value)
            case Money():
                return self.money(value)
            case At(at, date_only):
                return self.day_at(at) if date_only else self.at(at)
            case Item():
                return self.item(value)
            case Amount():
                return self.amount(value)

    def money(self, amount: Money, *, exact: bool = False) -> str:
        """Such as "150 ₴" or "12,50 ₴"; `exact`, for columns: "150,00 ₴". Points are counted."""
        if amount.currency == POINTS:
            return self.t("unit.point", n=amount.amount_minor)
        if amount.is_bonus:
            return self._bonus(amount)
        return self.format.money(amount, exact=exact)

    def _bonus(self, amount: Money) -> str:
        """Such as "12 бонусів"; what has a fraction is counted as fractions are."""
        forms = self._bonus_units[amount.currency]
        whole, rest = divmod(abs(amount.amount_minor), 10 ** minor_digits(amount.currency))
        unit = forms.get("other" if rest else self.format.plural(whole), forms["other"])
        return f"{self.format.decimal(amount)}{NBSP}{unit}"

    def signed(self, amount: Money) -> str:
        """An amount with its direction: "+150,00 ₴" or "−12,50 ₴"."""
        plus = "+" if amount.amount_minor > 0 else ""
        return plus + self.money(amount, exact=True)

    def money_parts(self, amount: Money) -> MoneyParts:
        """An amount for display in two sizes."""
        return self.format.money_parts(amount)

    def item(self, item: Item) -> str:
        """A thing's name: a text `KIND.ID` (zones, units, channels), else the profile's."""
        return self._item(item)

    def described(self, item: Item) -> str:
        """The profile's description of a thing of the catalogue; empty where it has none."""
        words = self._profile.described(item.kind, item.id)
        return words[self.language] if words else ""

    def _find_item(self, item: Item) -> str:
        key = f"{item.kind}.{item.id}"
        if key in self._texts:
            return self.say(key, {})
        words = self._profile.named(item.kind, item.id)
        # What no catalogue has any more still stands in old journals: its id is better than a bug.
        return words[self.language] if words else item.id

    # amounts -----------------------------------------------------------------------------------

    def amount(self, amount: Amount) -> str:
        """Such as "320 хв", "65 хв 3 с", "1,5 ГБ"; other units by their text `unit.NAME`."""
        if amount.unit == "second":
            return self._duration(amount.value)
        if amount.unit == "byte":
            return self._size(amount.value)
        return self.t(f"unit.{amount.unit}", n=amount.value)

    def _duration(self, seconds: int) -> str:
        """Minutes and seconds, as tariffs count them; hours would have to be counted back."""
        minutes, rest = divmod(seconds, 60)
        parts = [self.t("unit.minute", n=minutes)] if minutes or not seconds else []
        if rest:
            parts.append(self.t("unit.second", n=rest))
        return NBSP.join(parts)

    def _size(self, size: int) -> str:
        """Rounded down to three digits at most, so that no one is promised more than is there."""
        power = min(max(size.bit_length() - 1, 0) // 10, len(BYTE_UNITS) - 1)
        scale = BYTES_PER_STEP**power
        whole = size // scale
        decimals = (0 if whole > 99 else 1 if whole > 9 else 2) if power > 1 else 0
        fraction = f"{size % scale * 10**decimals // scale:0{decimals}d}"[:decimals].rstrip("0")
        number = self.format.number(whole) + (self.format.point + fraction if fraction else "")
        return f"{number}{NBSP}{self.t(f'unit.{BYTE_UNITS[power]}')}"

    # dates -------------------------------------------------------------------------------------

    def day(self, day: date) -> str:
        """A date, with the year only if it is not the current one of the business clock."""
        return self.format.day(day, with_year=day.year != self._this_year())

    def day_at(self, at: Instant) -> str:
        """The local date of an instant."""
        return self.day(day_of(at, self._zone))

    def time(self, at: Instant) -> str:
        """The local time of an instant, to the minute."""
        moment = local(at, self._zone)
        return self.format.time(moment.hour, moment.minute)

    def at(self, at: Instant) -> str:
        """Date and time of an instant, as the operator's zone has them."""
        return self.format.join(self.day_at(at), self.time(at))

    def stamp(self, at: Instant) -> str:
        """Date and time of an instant in digits, for columns."""
        moment = local(at, self._zone)
        clock = self.format.time(moment.hour, moment.minute)
        return f"{self.format.digits_day(moment.date())}{NBSP}{clock}"

    def full_day(self, day: date) -> str:
        """A date with its year, whichever it is: for what is read in years to come."""
        return self.format.day(day, with_year=True)

    def month(self, day: date) -> str:
        """The month of a day, with its year."""
        return self.format.month(day)

    def _this_year(self) -> int:
        year, begin, end = self._year
        now = self._clock.now()
        if not begin <= now < end:
            year = day_of(now, self._zone).year
            begin, end = (midnight(date(y, 1, 1), self._zone) for y in (year, year + 1))
            self._year = year, begin, end
        return year

    # outcomes ----------------------------------------------------------------------------------

    def refused(self, refusal: Refused) -> str:
        """Why something is not done, and what to do next."""
        text = refusal.text
        return self.text(text) if text.key else self.t(f"refused.{refusal.code}")

    def problem(self, problem: FieldProblem) -> str:
        """What is wrong with a field."""
        text = problem.text
        return self.text(text) if text.key else self.t(f"problem.{problem.code}")

    def price(self, price: Money) -> str:
        """A price as a phrase: "150 ₴", or that it is free."""
        return self.money(price) if price else self.t("term.free")


class Wordings:
    """All languages of a profile, checked when made; raises TextsProblem."""

    def __init__(self, profile: Profile, clock: Clock, folder: Path = FOLDER) -> None:
        texts = load_texts(profile, folder)
        self.languages = profile.operator.languages
        self._by_language = {
            language: Wording(profile, language, texts[language], clock)
            for language in self.languages
        }

    @property
    def default(self) -> Wording:
        return self._by_language[self.languages[0]]

    def __iter__(self) -> Iterator[Wording]:
        return iter(self._by_language.values())

    def for_language(self, code: str | None) -> Wording:
        """The wording of a language; of the profile's first one where it has no such language."""
        return self._by_language.get(code or "", self.default)

    def negotiate(self, accept_language: str | None, chosen: str | None = None) -> Wording:
        """The language that was chosen (cookie), else what Accept-Language prefers."""
        if chosen in self._by_language:
            return self._by_language[chosen]
        return self.for_language(preferred(accept_language or "", self.languages))


def _counted(key: str, template: Plural, values: Mapping[str, Value]) -> int:
    """The number that chooses the plural form: `n`, else one that the text shows, else any.

    Raises KeyError where no value is a number.
    """
    if isinstance(number := values.get("n"), int):
        return number
    for name in ("n", *sorted(template.placeholders), *values):
        value = values.get(name)
        if isinstance(value, int):
            return value
        if isinstance(value, Amount):
            return value.value
    raise KeyError(f"{key}: no number chooses the plural form")


def _words_of(profile: Profile, language: str) -> Iterator[tuple[str, Message]]:
    """The profile's own words as texts without placeholders."""
    operator = profile.operator
    words = {"profile.brand": operator.brand.name}
    for contact in operator.contacts:
        key = f"profile.contact.{contact.number}"
        words |= {f"{key}.label": contact.label, f"{key}.price": contact.price}
        words[f"{key}.hours"] = contact.hours
    for news in operator.news:
        words |= {f"profile.news.{news.id}.title": news.title}
        words[f"profile.news.{news.id}.text"] = news.text
    for key, by_language in words.items():
        yield key, Message(((by_language[language], None),))
