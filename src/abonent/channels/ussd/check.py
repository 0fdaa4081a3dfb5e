"""Whether a profile's USSD menu can be dialled: a sound tree, whose lines have room on a screen."""

from collections.abc import Iterable, Iterator, Mapping

from abonent.channels.dialogue.check import Found, Known, check_document, placed
from abonent.channels.dialogue.labels import every_label
from abonent.channels.dialogue.sources import LISTS, PREDICATES, VIEWS
from abonent.channels.dialogue.tree import Menu, Run, Tree
from abonent.channels.ussd.alphabet import fits
from abonent.channels.wording import Wording, Wordings
from abonent.kernel.case import Channel
from abonent.kernel.money import Money
from abonent.operations.model import Operation
from abonent.profile.model import Menu as Document
from abonent.profile.model import Profile
from abonent.profile.source import Problem

MENU: Channel = "ussd"
LAST_WORDS = ("closed", "unknown_code", "unknown_number", "unavailable")
DEAREST = 99_999_99
"""The highest price that a confirmation must have room for, in minor units."""


def menu_of(profile: Profile) -> Document | None:
    """The document of the profile's USSD menu, `menus/ussd.toml`."""
    return next((menu for menu in profile.menus if menu.name == MENU), None)


def check_menu(
    profile: Profile, wordings: Wordings, operations: Mapping[str, Operation]
) -> tuple[Tree | None, list[Problem]]:
    """The tree of the profile's menu, if it has one of the right form, and all its problems."""
    document = menu_of(profile)
    if document is None:
        return None, []
    known = Known(MENU, operations, set(VIEWS), set(LISTS), set(PREDICATES), tuple(wordings))
    tree, problems = check_document(document, known)
    if tree is not None and not problems:
        found = [line for wording in wordings for line in _too_long(tree, profile, wording)]
        problems = placed(document, found)
    return tree, problems


def _too_long(tree: Tree, profile: Profile, wording: Wording) -> Iterator[Found]:
    """Every line that cannot stand on one screen with the keys that lead on and back."""
    for key, line in (*_lines(tree, profile, wording), *_last_words(tree, wording)):
        if not fits(line):
            first = line.split("\n")[0]
            yield key, f"{first!r} ({wording.language}) has no room on a screen"


def _lines(tree: Tree, profile: Profile, wording: Wording) -> Iterable[Found]:
    keys = tree.keys
    back = wording.t("dialogue.back", press=keys.back)
    closing = f"\n{back} {wording.t('dialogue.main', press=keys.main)}"
    for name, node in tree.node.items():
        if not isinstance(node, Run):
            yield ("node", name, "text"), wording.t(node.text) + closing
        if isinstance(node, Menu):
            for index, choice in enumerate(node.choices):
                line = f"{choice.key} {wording.t(choice.text)}{closing}"
                yield ("node", name, "choices", index, "text"), line
    for label in every_label(profile):
        yield (), f"99 {wording.text(label)}{closing}"
    price = wording.t("term.price", price=Money(DEAREST, profile.operator.currency))
    yield ("keys", "confirm"), f"{price}\n{keys.confirm} {wording.t('dialogue.confirm')}{closing}"


def _last_words(tree: Tree, wording: Wording) -> Iterable[Found]:
    longest = max(tree.dial, key=len)
    for name in LAST_WORDS:
        key = f"dialogue.{name}"
        values = dict.fromkeys(wording.placeholders(key), longest)
        yield (), wording.t(key, **values)
