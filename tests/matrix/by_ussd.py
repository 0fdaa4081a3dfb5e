"""An operation dialled on a telephone: the menu is walked by what stands on the screen."""

import re
from collections.abc import Iterator

from abonent.accounts.model import Line
from abonent.channels.dialogue.tree import Menu, Question, Run, Tree, read_tree
from abonent.channels.ussd.alphabet import sendable
from abonent.channels.ussd.check import menu_of
from abonent.kernel.text import Item
from abonent.profile.model import Profile
from tests.matrix.cases import Asked
from tests.matrix.stage import Stage

Step = tuple[str, str]
"""What to look for on the screen or to type: (`text` | `item` | `typed`, its key or name)."""
ITEMS = {"kind": "forwarding"}
"""Kinds of items whose answers are not named after them."""


def tree_of(profile: Profile) -> Tree:
    document = menu_of(profile)
    assert document is not None, "the profile has no USSD menu"
    return read_tree(document)


def offered(tree: Tree) -> set[str]:
    """The operations of the menu."""
    runs = (node for node in tree.node.values() if isinstance(node, Run))
    return {run.operation for run in runs if run.operation is not None}


def way_to(tree: Tree, operation: str) -> list[Step]:
    """How one gets there from the main menu."""
    ways: list[tuple[str, list[Step]]] = [(tree.main, [])]
    seen = {tree.main}
    while ways:
        name, steps = ways.pop(0)
        node = tree.node[name]
        if isinstance(node, Run) and node.operation == operation:
            return steps
        for target, step in _onward(tree, name):
            if target not in seen:
                seen.add(target)
                ways.append((target, [*steps, step]))
    raise AssertionError(f"no way leads to {operation}")


def _onward(tree: Tree, name: str) -> Iterator[tuple[str, Step]]:
    match tree.node[name]:
        case Menu(choices=choices) if choices:
            for choice in choices:
                yield choice.go, ("text", choice.text)
        case Menu(answer=str(answer), go=str(go)):
            yield go, ("item", answer)
        case Question(answer=answer, go=go):
            yield go, ("typed", answer)
        case _:
            return


class Phone:
    channel = "ussd"

    def __init__(self, stage: Stage, line: Line, asked: Asked) -> None:
        self._stage = stage
        self._line = line
        self._fields = asked.fields(line)
        self._first = asked.first
        self._tree = tree_of(stage.house.profile)
        self._wording = stage.wording("en")

    async def enter(self) -> None:
        """The network vouches for the number."""

    async def do(self, name: str) -> str:
        """What the last screens say."""
        code = next(code for code, node in self._tree.dial.items() if node == self._tree.main)
        screen, ended = await self._type(code)
        for kind, key in way_to(self._tree, name):
            typed = self._fields[key] if kind == "typed" else await self._key(screen, kind, key)
            screen, ended = await self._type(typed)
        agree = f"{self._tree.keys.confirm} {self._wording.t('dialogue.confirm')}"
        while not ended:
            last = agree in screen.split("\n")
            keys = self._tree.keys
            answer, ended = await self._type(keys.confirm if last else keys.next)
            screen = answer
        return screen

    async def leave(self) -> None:
        """The network has closed the session."""

    async def _key(self, screen: str, kind: str, key: str) -> str:
        """The key of a choice that is on the screen, or on one of those that follow."""
        if kind == "item" and key in self._first:
            return "1"
        wanted = self._label(kind, key)
        while True:
            found = re.search(rf"^(\d+) {re.escape(wanted)}(?:$|:)", screen, re.MULTILINE)
            if found:
                return found[1]
            assert self._more in screen.split("\n"), f"{wanted!r} is not on {screen!r}"
            screen, _ = await self._type(self._tree.keys.next)

    def _label(self, kind: str, key: str) -> str:
        if kind == "text":
            return sendable(self._wording.t(key))
        return sendable(self._wording.item(Item(ITEMS.get(key, key), self._fields[key])))

    @property
    def _more(self) -> str:
        return sendable(self._wording.t("dialogue.next", press=self._tree.keys.next))

    async def _type(self, text: str) -> tuple[str, bool]:
        reply = await self._stage.ussd.handle("smsc", self._line.number, "s1", text)
        return reply.text, reply.end
