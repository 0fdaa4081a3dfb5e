"""The engine of dialogues, without any channel, store or operation."""

from dataclasses import replace

import pytest

from abonent.channels.dialogue.engine import WRONG_CHOICE, Turn, advance, begin, resume
from abonent.channels.dialogue.steps import (
    Again,
    Confirm,
    Fill,
    Filled,
    Item,
    Option,
    Propose,
    Prove,
    Reply,
    Session,
    Show,
    Shown,
)
from abonent.channels.dialogue.tree import read_tree
from abonent.kernel.ids import OperationId
from abonent.kernel.money import Money
from abonent.kernel.outcome import (
    Done,
    FieldProblem,
    NeedsConfirm,
    NeedsInput,
    NeedsProof,
    Quote,
    Receipt,
    refused,
)
from abonent.kernel.text import At, Text
from abonent.kernel.time import Instant
from tests.unit.dialogue.small_tree import SMALL, document, small_tree

TREE = small_tree()
PROPOSAL = OperationId(7)
QUOTE = Quote(Text("quote.activate_service"), Money(1000, "UAH"))
NOBODY_PENDING = Filled()


def at_main() -> Session:
    session, step = begin(TREE, "main")
    assert step == Fill(None, frozenset({"tariff.pending"}))
    session, step = resume(TREE, session, NOBODY_PENDING)
    assert isinstance(step, Reply)
    return session


def at_services() -> Session:
    session, step = advance(TREE, at_main(), "2")
    assert step == Fill("services.available", frozenset())
    items = (Item("caller-id", Text("a")), Item("radio", Text("b")))
    return resume(TREE, session, Filled(items))[0]


def at_consent() -> Session:
    session, step = advance(TREE, at_services(), "2")
    assert step == Propose("activate_service", {"service": "radio"})
    return resume(TREE, session, NeedsConfirm(PROPOSAL, QUOTE))[0]


def at_number() -> Session:
    session, _ = advance(TREE, at_main(), "3")
    session, _ = resume(TREE, session, Filled((Item("busy", Text("busy")),)))
    return advance(TREE, session, "1")[0]


def reply_of(turn: Turn) -> Reply:
    step = turn[1]
    assert isinstance(step, Reply)
    return step


def test_it_works() -> None:
    session, step = begin(TREE, "balance")
    assert step == Show("balance")
    reply = reply_of(resume(TREE, session, Shown((Text("ussd.balance"),))))
    assert reply == Reply((Text("ussd.balance"),), end=True)


def test_a_choice_is_hidden_where_its_predicate_does_not_hold() -> None:
    session, _ = begin(TREE, "main")
    hidden = reply_of(resume(TREE, session, NOBODY_PENDING))
    shown = reply_of(resume(TREE, session, Filled(holding=frozenset({"tariff.pending"}))))
    assert [option.key for option in hidden.options] == ["1", "2", "3", "5"]
    assert [option.key for option in shown.options] == ["1", "2", "3", "4", "5"]


def test_a_hidden_choice_cannot_be_chosen_either() -> None:
    session = at_main()
    assert advance(TREE, session, "4") == (session, Again(WRONG_CHOICE))


@pytest.mark.parametrize("text", ["9", "", "two", "²", "1 ", "-1", "0", "1" * 500, "\x00"])
def test_an_input_that_fits_nothing_is_asked_again(text: str) -> None:
    session = at_main()
    assert advance(TREE, session, text) == (session, Again(WRONG_CHOICE))


def test_items_of_a_list_are_numbered_in_its_order() -> None:
    session, _ = advance(TREE, at_main(), "2")
    items = tuple(Item(f"s{n}", Text(f"t{n}")) for n in range(1, 13))
    session, step = resume(TREE, session, Filled(items))
    assert isinstance(step, Reply)
    assert step.options[11] == Option("12", Text("t12"))
    assert advance(TREE, session, "12")[1] == Propose("activate_service", {"service": "s12"})


def test_an_empty_list_says_so_before_what_follows() -> None:
    session, _ = advance(TREE, at_main(), "2")
    session, step = resume(TREE, session, Filled())
    assert step == Fill(None, frozenset({"tariff.pending"}))
    reply = reply_of(resume(TREE, session, NOBODY_PENDING))
    assert reply.parts == (Text("t.nothing_left"), Text("t.main"))


def test_a_sentence_that_leads_nowhere_ends_the_dialogue() -> None:
    session, _ = advance(TREE, at_main(), "3")
    assert resume(TREE, session, Filled())[1] == Reply((Text("t.goodbye"),), end=True)


def test_a_confirmation_carries_its_price() -> None:
    session, _ = advance(TREE, at_services(), "1")
    reply = reply_of(resume(TREE, session, NeedsConfirm(PROPOSAL, QUOTE)))
    assert reply.price == Money(1000, "UAH")
    assert reply.options == (Option("1", Text("dialogue.confirm")),)
    assert not reply.end


def test_a_confirmation_says_from_when_it_counts_and_what_changes() -> None:
    at = Instant(1_764_540_000_000_000)
    quote = replace(QUOTE, effective_at=at, terms=(Text("term.one"),))
    session, _ = advance(TREE, at_services(), "1")
    reply = reply_of(resume(TREE, session, NeedsConfirm(PROPOSAL, quote)))
    date = Text("term.effective", {"effective_at": At(at, date_only=True)})
    assert reply.parts == (quote.text, date, Text("term.one"))


def test_one_confirms_and_two_does_not() -> None:
    session = at_consent()
    assert advance(TREE, session, "1") == (session, Confirm(PROPOSAL))
    assert advance(TREE, session, "2") == (session, Again(WRONG_CHOICE))


def test_a_receipt_ends_the_dialogue() -> None:
    receipt = Receipt(PROPOSAL, Text("done.activate_service"))
    reply = reply_of(resume(TREE, at_consent(), Done(receipt)))
    assert reply == Reply((receipt.text,), end=True)


def test_changed_terms_are_confirmed_anew() -> None:
    again = NeedsConfirm(OperationId(8), replace(QUOTE, price=Money(2000, "UAH")))
    refusal = replace(refused("terms_changed"), again=again)
    session, step = resume(TREE, at_consent(), refusal)
    assert isinstance(step, Reply)
    assert step.parts[0] == Text("refused.terms_changed")
    assert step.price == Money(2000, "UAH")
    assert advance(TREE, session, "1")[1] == Confirm(OperationId(8))


def test_a_refusal_leaves_the_way_back_open() -> None:
    session, step = resume(TREE, at_consent(), refused("balance_low"))
    assert step == Reply((Text("refused.balance_low"),))
    assert advance(TREE, session, "1")[1] == Again(WRONG_CHOICE)
    assert advance(TREE, session, "*")[1] == Fill("services.available", frozenset())


def test_a_refusal_without_words_of_its_own_has_those_of_its_code() -> None:
    bare = replace(refused("line_blocked"), text=Text(""))
    assert reply_of(resume(TREE, at_consent(), bare)).parts == (Text("refused.line_blocked"),)


def test_a_wrong_answer_is_asked_again_with_the_problem_said() -> None:
    session, step = advance(TREE, at_number(), "12")
    assert step == Propose("set_forwarding", {"kind": "busy", "to": "12"})
    problem = FieldProblem("to", "number_length", Text("problem.number_length"))
    session, step = resume(TREE, session, NeedsInput((problem,)))
    assert step == Reply((problem.text, Text("t.number")))
    _, step = advance(TREE, session, "671234567")
    assert step == Propose("set_forwarding", {"kind": "busy", "to": "671234567"})


def test_a_problem_with_what_nobody_asked_for_is_said() -> None:
    problem = FieldProblem("sim", "missing", Text(""))
    reply = reply_of(resume(TREE, at_consent(), NeedsInput((problem,))))
    assert reply.parts == (Text("problem.missing"),)


def test_a_code_is_asked_for_and_tried_again_when_wrong() -> None:
    session, _ = advance(TREE, at_services(), "1")
    session, step = resume(TREE, session, NeedsProof(PROPOSAL, "67…67"))
    assert step == Reply((Text("dialogue.code_sent", {"to": "67…67"}),))
    session, step = advance(TREE, session, "000000")
    assert step == Prove(PROPOSAL, "000000")
    session, step = resume(TREE, session, refused("code_wrong"))
    assert step == Again(Text("refused.code_wrong"))
    _, step = advance(TREE, session, "123456")
    assert step == Prove(PROPOSAL, "123456")


def test_back_unwinds_one_step() -> None:
    session, step = advance(TREE, at_services(), "*")
    assert session.node == "main"
    assert step == Fill(None, frozenset({"tariff.pending"}))


def test_back_from_a_confirmation_leads_to_the_list_and_drops_the_proposal() -> None:
    session, step = advance(TREE, at_consent(), "*")
    assert step == Fill("services.available", frozenset())
    assert session.proposal is None


def test_there_is_no_back_at_the_beginning() -> None:
    session = at_main()
    assert advance(TREE, session, "*") == (session, Again(WRONG_CHOICE))


def test_the_main_menu_is_one_key_away_from_everywhere() -> None:
    for session in (at_main(), at_services(), at_consent(), at_number()):
        back_home, step = advance(TREE, session, "#")
        assert (back_home.node, back_home.trail) == ("main", ())
        assert isinstance(step, Fill)


def test_a_secret_answer_is_never_kept() -> None:
    session, _ = advance(TREE, at_main(), "5")
    session, step = advance(TREE, session, "1234567890123450")
    assert step == Propose("top_up_by_voucher", {"code": "1234567890123450"})
    assert "1234567890123450" not in repr(step)
    session, _ = resume(TREE, session, refused("voucher_unknown"))
    assert session.answers == {}


def test_a_new_version_of_the_document_has_another_digest() -> None:
    other = read_tree(document(SMALL.replace("timeout_s = 180", "timeout_s = 120")))
    assert small_tree().digest == TREE.digest != other.digest
