"""What each shipped profile and each operation needs to be said is there, in every language."""

from functools import cache

import pytest

from abonent.channels.wording import Wording, Wordings
from abonent.kernel.ids import CountingIds
from abonent.kernel.outcome import NeedsInput
from abonent.operations.asks import read_ask
from abonent.operations.env import Env
from abonent.operations.model import Operation
from abonent.operations.registry import OPERATIONS
from abonent.operations.secrets import KeyedSecrets
from abonent.profile.load import find, load, shipped
from abonent.profile.model import Profile
from tests.unit.wording.sample import CLOCK


@cache
def profile(name: str) -> Profile:
    return load(find(name))


@cache
def wordings(name: str) -> Wordings:
    return Wordings(profile(name), CLOCK)


SPOKEN = [(name, language) for name in shipped() for language in profile(name).operator.languages]


def spoken(name: str, language: str) -> Wording:
    return wordings(name).for_language(language)


@pytest.mark.parametrize(("name", "language"), SPOKEN)
def test_everything_that_a_profile_names_has_a_word(name: str, language: str) -> None:
    operator = profile(name).operator
    needed = [
        *(f"page.{page}" for page in (*operator.sections, *operator.tabs)),
        *(f"sms.{kind}" for kind in operator.notices),
        *(f"notice.{kind}" for kind in operator.notices),
        *(f"forwarding.{kind}" for kind in operator.forwarding_kinds),
        *(f"language.{code}" for code in operator.languages),
    ]
    assert [key for key in needed if not spoken(name, language).has(key)] == []


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_an_operation_has_its_name_and_its_journal_line(operation: Operation) -> None:
    for name, language in SPOKEN:
        wording = spoken(name, language)
        assert wording.t(f"op.{operation.name}")
        assert wording.placeholders(f"journal.{operation.name}") <= set(operation.audit)
        assert wording.has(f"sms.{operation.name}") or not operation.notice


GARBAGE: tuple[object, ...] = (
    "",
    " ",
    "x" * 300,
    "0671234567",
    "٣٨٠",
    "1e308",
    "-1",
    "2025-02-30",
    None,
    5,
    [],
    {},
    True,
)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_whatever_is_wrong_with_an_input_can_be_said(operation: Operation) -> None:
    for name, language in SPOKEN:
        env = Env(profile(name), CLOCK, CountingIds(), KeyedSecrets("k" * 32))
        fields = [
            field.alias or field_name for field_name, field in operation.ask.model_fields.items()
        ]
        inputs = [dict.fromkeys(fields, value) for value in GARBAGE] + [{}, {"no_such": "x"}]
        for raw in inputs:
            outcome = read_ask(operation.ask, raw, env)
            if isinstance(outcome, NeedsInput):
                assert all(spoken(name, language).problem(each) for each in outcome.fields)
