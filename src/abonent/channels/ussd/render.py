"""A reply of the engine in words of one language, ready to be cut into screens."""

from collections.abc import Iterator

from abonent.channels.dialogue.steps import Reply, Session
from abonent.channels.dialogue.tree import Tree
from abonent.channels.ussd.pages import Screen
from abonent.channels.wording import Wording


def screen(reply: Reply, session: Session, tree: Tree, wording: Wording) -> Screen:
    """The reply as lines; a price is held together with what agrees to it."""
    body = tuple(map(wording.text, reply.parts))
    options = tuple(f"{option.key} {wording.text(option.label)}" for option in reply.options)
    keys = "" if reply.end else " ".join(_ways_back(session, tree, wording))
    if reply.price is None:
        return Screen(body, options, keys=keys)
    price = wording.t("term.price", price=wording.price(reply.price))
    return Screen(body, held=(price, *options), keys=keys)


def further(tree: Tree, wording: Wording) -> str:
    """The line that says how to read on."""
    return wording.t("dialogue.next", press=tree.keys.next)


def _ways_back(session: Session, tree: Tree, wording: Wording) -> Iterator[str]:
    """One step back, and the main menu unless it is that step, or this."""
    if session.trail:
        yield wording.t("dialogue.back", press=tree.keys.back)
    if session.node != tree.main and session.trail != (tree.main,):
        yield wording.t("dialogue.main", press=tree.keys.main)
