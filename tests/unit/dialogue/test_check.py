"""What is found wrong with a dialogue before anyone dials it, and where."""

import re
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest

from abonent.channels.dialogue.check import Known, answered_before, check_document
from abonent.operations.model import Ask, Operation, no_account
from tests.unit.dialogue.small_tree import SMALL, document, small_tree

KEYS = frozenset(re.findall(r'"(t\.[a-z_]+)"', SMALL)) | {"t.with_value"}


@dataclass(frozen=True)
class FakeTexts:
    language: str
    keys: frozenset[str] = KEYS

    def has(self, key: str) -> bool:
        return key in self.keys

    def placeholders(self, key: str) -> frozenset[str]:
        return frozenset({"n"}) if key == "t.with_value" else frozenset()


class Nothing(Ask):
    pass


class Service(Ask):
    service: str


class Forwarding(Ask):
    kind: str
    to: str
    seconds: int = 20


class Voucher(Ask):
    secret: ClassVar[frozenset[str]] = frozenset({"code"})
    code: str


async def never(*_: Any) -> Any:
    raise AssertionError("a checker calls no operation")


def operation(name: str, ask: type[Ask]) -> Operation:
    return Operation(
        name=name, section="services", ask=ask, quote=never, apply=never, touches=no_account
    )


OPERATIONS = {
    "activate_service": operation("activate_service", Service),
    "set_forwarding": operation("set_forwarding", Forwarding),
    "withdraw_tariff_change": operation("withdraw_tariff_change", Nothing),
    "top_up_by_voucher": operation("top_up_by_voucher", Voucher),
}
KNOWN = Known(
    channel="ussd",
    operations=OPERATIONS,
    views={"balance"},
    lists={"services.available", "forwarding.kinds"},
    predicates={"tariff.pending"},
    texts=(FakeTexts("uk"), FakeTexts("en")),
)


def problems(old: str, new: str, known: Known = KNOWN) -> list[str]:
    """The problems of the small tree after a replacement."""
    assert old in SMALL
    _, found = check_document(document(SMALL.replace(old, new)), known)
    return [f"{problem.key}: {problem.message}" for problem in found]


def test_a_sound_tree_has_no_problems() -> None:
    tree, found = check_document(document(), KNOWN)
    assert tree == small_tree()
    assert found == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('main = "main"', 'main = "start"', "main: there is no node 'start'"),
        (
            '"*100#" = "balance"',
            '"*100#" = "money"',
            "dial.\"*100#\": there is no node 'money'",
        ),
        ('go = "kinds"', 'go = "kind"', "node.main.choices[2].go: there is no node 'kind'"),
        ('go = "activate"', 'go = "on"', "node.services.go: there is no node 'on'"),
        ('then = "main"', 'then = "end"', "node.nothing_left.then: there is no node 'end'"),
        ('key = "2"', 'key = "1"', "node.main.choices[1].key: the key 1 is taken"),
        (
            'list = "services.available"',
            'list = "services.all"',
            "node.services.list: no list 'services.all' is registered",
        ),
        ('view = "balance"', 'view = "x"', "node.balance.view: no view 'x' is registered"),
        (
            'when = "tariff.pending"',
            'when = "rich"',
            "node.main.choices[3].when: no predicate 'rich' is registered",
        ),
        (
            'operation = "activate_service"',
            'operation = "activate"',
            "node.activate.operation: no operation 'activate' is registered",
        ),
        (
            'inputs = ["kind", "to"]',
            'inputs = ["kind"]',
            "node.forward.inputs: set_forwarding needs",
        ),
        (
            'inputs = ["service"]',
            'inputs = ["service", "kind"]',
            "node.activate.inputs[1]: activate_service takes no 'kind'",
        ),
        (
            'go = "number"',
            'go = "forward"',
            "node.forward.inputs[1]: 'to' is not asked for on every way here",
        ),
        ('text = "t.kinds"', 'text = "t.none"', "node.kinds.text: there is no text 't.none' in uk"),
        (
            'text = "t.balance"',
            'text = "t.with_value"',
            "node.main.choices[0].text: the text 't.with_value' (uk) is not to have placeholders",
        ),
        (
            'then = "main"',
            'then = "goodbye"',
            "node.nothing_left.then: a menu or a question follows a sentence",
        ),
        (
            "secret = true",
            "secret = false",
            "node.voucher: 'code' is a secret of top_up_by_voucher: secret = true",
        ),
        ("timeout_s = 180", "timeout_s = 5", "timeout_s: Input should be greater than or equal"),
        ('next = "0"', 'next = "*"', "keys: next, back and main are three different keys"),
        ('next = "0"', 'next = "7"', "keys.next: String should match pattern"),
        ('back = "*"', 'bakc = "*"', "keys.back: Field required"),
        (
            'view = "balance"',
            'view = "balance"\noperation = "activate_service"',
            "node.balance: a run has either an operation or a view",
        ),
        (
            'view = "balance"',
            'view = "balance"\ninputs = ["to"]',
            "node.balance: a view takes no inputs",
        ),
        (
            'empty = "nothing_left"',
            "",
            "node.services: a menu has choices, or a list with answer, go and empty",
        ),
        (
            'answer = "service"',
            'answer = "service"\nchoices = [{ key = "1", text = "t.main", go = "main" }]',
            "node.services: a menu has either choices or a list",
        ),
        ('kind = "ask"', 'kind = "loop"', "node.number"),
    ],
)
def test_a_mistake_is_found(old: str, new: str, said: str) -> None:
    assert any(said in problem for problem in problems(old, new)), problems(old, new)


def test_every_mistake_is_told_with_its_file_and_line() -> None:
    text = SMALL.replace('go = "kinds"', 'go = "kind"')
    _, found = check_document(document(text), KNOWN)
    line = text.split("\n").index(next(x for x in text.split("\n") if 'go = "kind"' in x)) + 1
    assert [(problem.file, problem.line) for problem in found] == [("menus/ussd.toml", line)]


def test_mistakes_are_told_all_at_once() -> None:
    text = SMALL.replace('view = "balance"', 'view = "x"').replace("t.kinds", "t.none")
    _, found = check_document(document(text), KNOWN)
    assert len(found) == 3


def test_a_menu_has_a_choice_that_is_always_seen() -> None:
    everything_hidden = SMALL.replace('", go = ', '", when = "tariff.pending", go = ').replace(
        'go = "withdraw", when = "tariff.pending"', 'go = "withdraw"'
    )
    _, found = check_document(document(everything_hidden), KNOWN)
    assert [problem.message for problem in found] == ["one choice at least is always seen"]


def test_a_node_that_nothing_leads_to_is_found() -> None:
    orphan = '[node.orphan]\nkind = "say"\ntext = "t.goodbye"\n\n[node.goodbye]'
    assert problems("[node.goodbye]", orphan) == ["node.orphan: nothing leads here"]


def test_a_secret_goes_straight_to_the_run_that_takes_it() -> None:
    assert "node.voucher.go: a secret answer goes straight to the run that takes it" in problems(
        'go = "top_up"', 'go = "number"'
    )


def test_an_operation_that_the_channel_does_not_offer_is_found() -> None:
    web_only = replace(OPERATIONS["activate_service"], channels=frozenset({"web"}))
    known = replace(KNOWN, operations=OPERATIONS | {"activate_service": web_only})
    assert problems("t.main", "t.main", known) == [
        "node.activate.operation: activate_service is not offered through ussd"
    ]


def test_answers_are_known_after_their_question_only() -> None:
    answered = answered_before(small_tree())
    assert answered["main"] == frozenset()
    assert answered["number"] == {"kind"}
    assert answered["forward"] == {"kind", "to"}
    assert answered["goodbye"] == frozenset()
