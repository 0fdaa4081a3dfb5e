"""The engine: pure functions from a session and an input, or a result, to what comes next.

`begin` and `advance` take what a person sent. Where a step is an errand, whoever drives the engine
does it and hands the result to `resume`, until the step is an answer.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

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
    Result,
    Session,
    Show,
    Shown,
    Step,
)
from abonent.channels.dialogue.tree import Menu, Question, Run, Say, Tree
from abonent.kernel.outcome import (
    Done,
    FieldProblem,
    NeedsConfirm,
    NeedsInput,
    NeedsProof,
    Outcome,
    Refused,
)
from abonent.kernel.text import At, Text

Turn = tuple[Session, Step]

WRONG_CHOICE = Text("dialogue.wrong_choice")


def begin(tree: Tree, entry: str, preface: tuple[Text, ...] = ()) -> Turn:
    """A new session at a node; `preface` is said first."""
    return _enter(tree, Session(entry, preface=preface), entry)


def advance(tree: Tree, session: Session, text: str) -> Turn:
    """What a person's input leads to. Any text is taken; one that fits nothing is asked again."""
    if text == tree.keys.main:
        return begin(tree, tree.main)
    if text == tree.keys.back and session.trail:
        return _back(tree, session, len(session.trail) - 1)
    if session.stage == "confirm" and session.proposal is not None:
        if text == tree.keys.confirm:
            return session, Confirm(session.proposal)
        return session, Again(WRONG_CHOICE)
    if session.stage == "prove" and session.proposal is not None:
        return session, Prove(session.proposal, text)
    match tree.node[session.node]:
        case Menu() as menu if text in session.offered:
            return _choose(tree, session, menu, text)
        case Question(answer=answer, go=go):
            return _leave(tree, session, go, {answer: text})
        case _:
            return session, Again(WRONG_CHOICE)


def resume(tree: Tree, session: Session, result: Result) -> Turn:
    """What the result of an errand leads to. Secret answers are forgotten here at the latest."""
    session = replace(session, answers=_without_secrets(tree, session))
    match result:
        case Filled():
            return _offer(tree, session, result)
        case Shown(parts=parts):
            return _answer(session, Reply(parts, end=True))
        case _:
            return _conclude(tree, session, result)


def _enter(tree: Tree, session: Session, name: str) -> Turn:
    session = replace(session, node=name, stage="node", offered={}, proposal=None)
    match tree.node[name]:
        case Menu(list=None, choices=choices) as menu if not any(c.when for c in choices):
            return _offer(tree, session, Filled())
        case Menu() as menu:
            return session, Fill(menu.list, frozenset(c.when for c in menu.choices if c.when))
        case Question(text=text):
            return _answer(session, Reply((Text(text),)))
        case Run(operation=None, view=str(view)):
            return session, Show(view)
        case Run(operation=str(operation), inputs=inputs):
            return session, Propose(operation, {name: session.answers[name] for name in inputs})
        case Say(text=text, then=None):
            return _answer(session, Reply((Text(text),), end=True))
        case Say(text=text, then=str(then)):
            return _enter(tree, replace(session, preface=(*session.preface, Text(text))), then)
        case node:
            raise ValueError(f"the node {name} cannot be entered: {node!r}")


def _leave(tree: Tree, session: Session, go: str, answered: dict[str, str]) -> Turn:
    trail = (*session.trail, session.node)
    return _enter(tree, replace(session, trail=trail, answers={**session.answers, **answered}), go)


def _choose(tree: Tree, session: Session, menu: Menu, key: str) -> Turn:
    meant = session.offered[key]
    if menu.answer is None or menu.go is None:
        return _leave(tree, session, meant, {})
    return _leave(tree, session, menu.go, {menu.answer: meant})


def _back(tree: Tree, session: Session, to: int) -> Turn:
    return _enter(tree, replace(session, trail=session.trail[:to]), session.trail[to])


def _offer(tree: Tree, session: Session, filled: Filled) -> Turn:
    menu = tree.node[session.node]
    if not isinstance(menu, Menu):
        raise TypeError(f"{session.node} is no menu")
    if menu.list is not None and menu.empty is not None and not filled.items:
        return _enter(tree, session, menu.empty)
    offers = _listed(filled.items) if menu.list is not None else _visible(menu, filled.holding)
    offered = {option.key: meant for option, meant in offers}
    options = tuple(option for option, _ in offers)
    reply = Reply((Text(menu.text),), options)
    return _answer(replace(session, offered=offered), reply)


def _listed(items: Iterable[Item]) -> list[tuple[Option, str]]:
    return [(Option(str(n), item.label), item.id) for n, item in enumerate(items, start=1)]


def _visible(menu: Menu, holding: frozenset[str]) -> list[tuple[Option, str]]:
    return [
        (Option(choice.key, Text(choice.text)), choice.go)
        for choice in menu.choices
        if choice.when is None or choice.when in holding
    ]


def _conclude(tree: Tree, session: Session, outcome: Outcome) -> Turn:
    match outcome:
        case NeedsConfirm():
            return _ask_consent(tree, session, outcome)
        case NeedsProof(proposal=proposal, sent_to=sent_to):
            session = replace(session, stage="prove", proposal=proposal)
            sent = Text("dialogue.code_sent", {"to": sent_to})
            return _answer(session, Reply((sent,)))
        case NeedsInput():
            return _ask_again(tree, session, outcome)
        case Refused(again=NeedsConfirm() as again):
            return _ask_consent(tree, replace(session, preface=(_refusal(outcome),)), again)
        case Refused(code="code_wrong") if session.stage == "prove":
            return session, Again(_refusal(outcome))
        case Refused():
            return _refuse(session, (_refusal(outcome),))
        case Done(receipt=receipt):
            return _answer(session, Reply((receipt.text,), end=True))
        case _:
            assert_never(outcome)


def _ask_consent(tree: Tree, session: Session, wanted: NeedsConfirm) -> Turn:
    quote = wanted.quote
    parts = [quote.text]
    if quote.effective_at is not None:
        parts.append(Text("term.effective", {"effective_at": At(quote.effective_at, True)}))
    reply = Reply(
        (*parts, *quote.terms),
        (Option(tree.keys.confirm, Text("dialogue.confirm")),),
        price=quote.price,
    )
    return _answer(replace(session, stage="confirm", proposal=wanted.proposal), reply)


def _ask_again(tree: Tree, session: Session, wanted: NeedsInput) -> Turn:
    """Back to the first question whose answer was wrong; a refusal where none was asked."""
    problems = {problem.name: _problem(problem) for problem in wanted.fields}
    for step, name in enumerate(session.trail):
        node = tree.node[name]
        if isinstance(node, Menu | Question) and node.answer in problems:
            session = replace(session, preface=(problems[node.answer],))
            return _back(tree, session, step)
    return _refuse(session, tuple(problems.values()))


def _refuse(session: Session, parts: tuple[Text, ...]) -> Turn:
    """No, and why; with a way back, where there is one."""
    session = replace(session, stage="node", proposal=None)
    return _answer(session, Reply(parts, end=not session.trail))


def _refusal(refusal: Refused) -> Text:
    return refusal.text if refusal.text.key else Text(f"refused.{refusal.code}")


def _problem(problem: FieldProblem) -> Text:
    return problem.text if problem.text.key else Text(f"problem.{problem.code}")


def _answer(session: Session, reply: Reply) -> Turn:
    """The reply with whatever was to be said before it."""
    reply = replace(reply, parts=(*session.preface, *reply.parts))
    return replace(session, preface=()), reply


def _without_secrets(tree: Tree, session: Session) -> dict[str, str]:
    secret = {
        node.answer for node in tree.node.values() if isinstance(node, Question) and node.secret
    }
    return {name: answer for name, answer in session.answers.items() if name not in secret}
