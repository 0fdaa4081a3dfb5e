"""What passes between the engine and whoever drives it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from abonent.kernel.ids import OperationId
from abonent.kernel.money import Money
from abonent.kernel.outcome import Outcome
from abonent.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Session:
    """Where a person is in the tree, with what they have answered so far.

    `stage` is `confirm` or `prove` while a run waits for the price to be agreed to or for a code.
    """

    node: str
    stage: Literal["node", "confirm", "prove"] = "node"
    answers: Mapping[str, str] = field(default_factory=dict)
    trail: tuple[str, ...] = ()
    """The menus and questions that led here; going back unwinds it."""
    offered: Mapping[str, str] = field(default_factory=dict)
    """What each key stood for when the menu was shown: an item's id, or a node's name."""
    proposal: OperationId | None = None
    preface: tuple[Text, ...] = ()
    """Said before the next reply; empty whenever a reply has been given."""


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    label: Text


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, and what may be pressed. A `price` is shown together with the options."""

    parts: tuple[Text, ...]
    options: tuple[Option, ...] = ()
    price: Money | None = None
    end: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """The input led nowhere: what was said last is said once more, after `notice`."""

    notice: Text


@dataclass(frozen=True, slots=True)
class Fill:
    """A menu needs its items, and to know which of the predicates hold."""

    list: str | None
    predicates: frozenset[str]


@dataclass(frozen=True, slots=True)
class Show:
    view: str


@dataclass(frozen=True, slots=True)
class Propose:
    operation: str
    inputs: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Confirm:
    proposal: OperationId


@dataclass(frozen=True, slots=True)
class Prove:
    proposal: OperationId
    code: str = field(repr=False)


Errand = Fill | Show | Propose | Confirm | Prove
"""What must be fetched or done before there is a reply."""

Answer = Reply | Again
Step = Answer | Errand


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: what an input names, and how it is shown."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Filled:
    """The answer to `Fill`."""

    items: tuple[Item, ...] = ()
    holding: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shown:
    """The answer to `Show`: a view as sentences."""

    parts: tuple[Text, ...]


Result = Filled | Shown | Outcome
