"""Everything that can be wrong with a dialogue, found before anyone dials it.

A tree that passes cannot lead nowhere, lack an input, or ask for something unregistered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from pydantic import ValidationError

from abonent.channels.dialogue.tree import (
    Choice,
    Menu,
    Question,
    Run,
    Say,
    Tree,
    read_tree,
    targets,
)
from abonent.kernel.case import Channel
from abonent.operations.model import Operation
from abonent.profile.model import Menu as Document
from abonent.profile.source import Key, Problem, Source, lines_of

Found = tuple[Key, str]
"""A place in the document and what is wrong there."""

_KINDS = frozenset({"menu", "ask", "run", "say"})


class Texts(Protocol):
    """The texts of one language, as `Wording` has them."""

    @property
    def language(self) -> str: ...

    def has(self, key: str) -> bool: ...

    def placeholders(self, key: str) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Known:
    """What the names in a tree may stand for."""

    channel: Channel
    operations: Mapping[str, Operation]
    views: Set[str]
    lists: Set[str]
    predicates: Set[str]
    texts: Sequence[Texts]


def check_document(document: Document, known: Known) -> tuple[Tree | None, list[Problem]]:
    """The tree if its form is right, and all problems with file, line and key."""
    try:
        tree = read_tree(document)
    except ValidationError as error:
        return None, placed(document, _form(error))
    return tree, placed(document, check_tree(tree, known))


def placed(document: Document, found: Iterable[Found]) -> list[Problem]:
    """What was found, with the file and line of each key, in their order."""
    file = f"menus/{document.name}.toml"
    source = Source(file, document.source, document.tree, lines_of(document.source))
    return sorted(source.problem(key, message) for key, message in found)


def check_tree(tree: Tree, known: Known) -> list[Found]:
    """What is wrong with a tree of the right form. Paths are judged once all targets exist."""
    found = [*_missing_targets(tree), *_choices(tree), *_names(tree, known), *_texts(tree, known)]
    if not any(message.startswith("there is no node") for _, message in found):
        found += [*_unreachable(tree), *_says(tree), *_inputs(tree, known.operations)]
    return found


def _form(error: ValidationError) -> Iterator[Found]:
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        key: Key = tuple(part for part in detail["loc"] if part != "[key]")
        if key[:1] == ("node",) and key[2:3] and key[2] in _KINDS:
            key = (*key[:2], *key[3:])  # pydantic names the kind of node that it tried
        yield key, detail["msg"].removeprefix("Value error, ")


def _missing_targets(tree: Tree) -> Iterator[Found]:
    starts: list[tuple[Key, str]] = [(("main",), tree.main)]
    starts += [(("dial", code), name) for code, name in tree.dial.items()]
    links = [(_key(name, at), go) for name in tree.node for at, go in targets(tree.node[name])]
    for key, name in starts + links:
        if name not in tree.node:
            yield key, f"there is no node {name!r}"


def _key(node: str, at: str) -> Key:
    """The place of a link: `choices[2].go` of a node as a key of the document."""
    choice, _, last = at.rpartition(".")
    if not choice:
        return ("node", node, last)
    return ("node", node, "choices", int(choice.removeprefix("choices[").rstrip("]")), last)


def _choices(tree: Tree) -> Iterator[Found]:
    for name, index, choice in _all_choices(tree):
        menu = tree.node[name]
        earlier = menu.choices[:index] if isinstance(menu, Menu) else ()
        if choice.key in {other.key for other in earlier}:
            yield ("node", name, "choices", index, "key"), f"the key {choice.key} is taken"
    for name, node in tree.node.items():
        if isinstance(node, Menu) and node.choices and all(choice.when for choice in node.choices):
            yield ("node", name, "choices"), "one choice at least is always seen"


def _all_choices(tree: Tree) -> Iterator[tuple[str, int, Choice]]:
    for name, node in tree.node.items():
        if isinstance(node, Menu):
            for index, choice in enumerate(node.choices):
                yield name, index, choice


def _names(tree: Tree, known: Known) -> Iterator[Found]:
    for name, index, choice in _all_choices(tree):
        if choice.when is not None and choice.when not in known.predicates:
            at: Key = ("node", name, "choices", index, "when")
            yield at, f"no predicate {choice.when!r} is registered"
    for name, node in tree.node.items():
        match node:
            case Menu(list=str(items)) if items not in known.lists:
                yield ("node", name, "list"), f"no list {items!r} is registered"
            case Run(view=str(view)) if view not in known.views:
                yield ("node", name, "view"), f"no view {view!r} is registered"
            case Run(operation=str(operation)):
                yield from _operation(name, known.operations.get(operation), node, known.channel)
            case _:
                pass


def _operation(
    name: str, operation: Operation | None, node: Run, channel: Channel
) -> Iterator[Found]:
    if operation is None:
        yield ("node", name, "operation"), f"no operation {node.operation!r} is registered"
        return
    if channel not in operation.channels or "person" not in operation.askers:
        yield ("node", name, "operation"), f"{operation.name} is not offered through {channel}"
    fields = operation.ask.model_fields
    for index, field in enumerate(node.inputs):
        if field not in fields:
            yield ("node", name, "inputs", index), f"{operation.name} takes no {field!r}"
    for field, info in fields.items():
        if info.is_required() and field not in node.inputs:
            yield ("node", name, "inputs"), f"{operation.name} needs {field!r}"


def _texts(tree: Tree, known: Known) -> Iterator[Found]:
    written: list[tuple[Key, str]] = [
        (("node", name, "text"), node.text)
        for name, node in tree.node.items()
        if not isinstance(node, Run)
    ]
    written += [
        (("node", name, "choices", index, "text"), choice.text)
        for name, index, choice in _all_choices(tree)
    ]
    for key, text in written:
        for texts in known.texts:
            if not texts.has(text):
                yield key, f"there is no text {text!r} in {texts.language}"
            elif texts.placeholders(text):
                yield key, f"the text {text!r} ({texts.language}) is not to have placeholders"


def _unreachable(tree: Tree) -> Iterator[Found]:
    seen: set[str] = set()
    waiting = list(tree.starts())
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [go for _, go in targets(tree.node[name])]
    for name in tree.node:
        if name not in seen:
            yield ("node", name), "nothing leads here"


def _says(tree: Tree) -> Iterator[Found]:
    for name, node in tree.node.items():
        if (
            isinstance(node, Say)
            and node.then
            and not isinstance(tree.node[node.then], Menu | Question)
        ):
            yield ("node", name, "then"), "a menu or a question follows a sentence"


def _inputs(tree: Tree, operations: Mapping[str, Operation]) -> Iterator[Found]:
    answered = answered_before(tree)
    for name, node in tree.node.items():
        if isinstance(node, Run):
            for index, wanted in enumerate(node.inputs):
                if wanted not in answered[name]:
                    at: Key = ("node", name, "inputs", index)
                    yield at, f"{wanted!r} is not asked for on every way here"
            yield from _secrets(tree, node, operations)
        elif isinstance(node, Question) and node.secret:
            next_node = tree.node[node.go]
            if not isinstance(next_node, Run) or node.answer not in next_node.inputs:
                yield ("node", name, "go"), "a secret answer goes straight to the run that takes it"


def _secrets(tree: Tree, run: Run, operations: Mapping[str, Operation]) -> Iterator[Found]:
    """What an operation keeps secret is asked for as a secret."""
    operation = operations.get(run.operation or "")
    secret = operation.ask.secret.intersection(run.inputs) if operation else frozenset()
    for asked, node in tree.node.items():
        if isinstance(node, Question) and node.answer in secret and not node.secret:
            yield ("node", asked), f"{node.answer!r} is a secret of {run.operation}: secret = true"


def answered_before(tree: Tree) -> dict[str, frozenset[str]]:
    """By node, the answers that are there whichever way one came: the greatest fixed point."""
    everything = frozenset(
        node.answer
        for node in tree.node.values()
        if isinstance(node, Menu | Question) and node.answer is not None
    )
    before = dict.fromkeys(tree.node, everything)
    before |= dict.fromkeys(tree.starts(), frozenset[str]())
    changed = True
    while changed:
        changed = False
        for name, node in tree.node.items():
            for at, go in targets(node):
                kept = before[go] & (before[name] | _gained(node, at))
                changed = changed or kept != before[go]
                before[go] = kept
    return before


def _gained(node: object, at: str) -> frozenset[str]:
    """What is known after a link was taken that was not known before."""
    match node:
        case Question(answer=str(answer)) | Menu(answer=str(answer)) if at == "go":
            return frozenset({answer})
        case _:
            return frozenset()
