"""A dialogue as a profile writes it in `menus/NAME.toml`: nodes of four kinds, no expressions.

`menu` offers choices of its own or a registered list, `ask` takes typed input, `run` does an
operation or shows a view, `say` says something. Whether a choice is seen is decided by the name of
a registered predicate.
"""

import hashlib
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from abonent.profile.model import Menu as Document
from abonent.profile.part import Part

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
DottedName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
ChoiceKey = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]?$")]
ControlKey = Annotated[str, StringConstraints(pattern=r"^(0{1,2}|[*#]{1,2})$")]
"""Never a number that an item of a list could have."""
Code = Annotated[str, StringConstraints(pattern=r"^\*[0-9]+(\*[0-9]+)*#$")]
"""What is dialled to begin: a service code of 3GPP TS 22.030 with its asterisks and hash."""


class Keys(Part):
    """What is pressed to read on, to go back, for the main menu, and to agree to a price."""

    next: ControlKey
    back: ControlKey
    main: ControlKey
    confirm: ChoiceKey

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if len({self.next, self.back, self.main}) < 3:
            raise ValueError("next, back and main are three different keys")
        return self


class Choice(Part):
    key: ChoiceKey
    text: DottedName
    go: Name
    when: DottedName | None = None
    """The predicate that must hold for the choice to be seen; it keeps its key when others hide."""


class Menu(Part):
    """Either `choices`, or a `list` whose item goes into the answer `answer` and on to `go`."""

    kind: Literal["menu"]
    text: DottedName
    choices: tuple[Choice, ...] = ()
    list: DottedName | None = None
    answer: Name | None = None
    go: Name | None = None
    empty: Name | None = None
    """Where an empty list leads."""

    @model_validator(mode="after")
    def _one_kind_of_choices(self) -> Self:
        listed = [self.list, self.answer, self.go, self.empty]
        if self.choices and any(listed):
            raise ValueError("a menu has either choices or a list")
        if not self.choices and not all(listed):
            raise ValueError("a menu has choices, or a list with answer, go and empty")
        return self


class Question(Part):
    """Typed input, kept as the answer `answer`. A `secret` one goes straight to a run."""

    kind: Literal["ask"]
    text: DottedName
    answer: Name
    go: Name
    secret: bool = False


class Run(Part):
    """An operation with the answers named in `inputs`, or a view. Either ends the dialogue."""

    kind: Literal["run"]
    operation: Name | None = None
    view: DottedName | None = None
    inputs: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if (self.operation is None) == (self.view is None):
            raise ValueError("a run has either an operation or a view")
        if self.view is not None and self.inputs:
            raise ValueError("a view takes no inputs")
        return self


class Say(Part):
    """A sentence: the last word, or said before the menu or question `then`."""

    kind: Literal["say"]
    text: DottedName
    then: Name | None = None


Node = Annotated[Menu | Question | Run | Say, Field(discriminator="kind")]


class Tree(Part):
    main: Name
    timeout_s: Annotated[int, Field(ge=30, le=600)]
    """How long an answer may take, in seconds of real time."""
    keys: Keys
    dial: Annotated[dict[Code, Name], Field(min_length=1)]
    """The node that each dialled code begins with."""
    node: dict[Name, Node]
    digest: str = ""
    """Tells sessions that were begun with another version of the document."""

    def starts(self) -> frozenset[str]:
        return frozenset({self.main, *self.dial.values()})


def read_tree(document: Document) -> Tree:
    """The tree of a document; raises pydantic's ValidationError where its form is wrong."""
    tree = Tree.model_validate(document.tree)
    digest = hashlib.sha256(tree.model_dump_json().encode()).hexdigest()[:16]
    return tree.model_copy(update={"digest": digest})


def targets(node: Node) -> tuple[tuple[str, str], ...]:
    """Where a node leads: (key in the document, name of the node)."""
    match node:
        case Menu():
            chosen = tuple((f"choices[{i}].go", c.go) for i, c in enumerate(node.choices))
            listed = (("go", node.go), ("empty", node.empty))
            return chosen + tuple((key, name) for key, name in listed if name is not None)
        case Question():
            return (("go", node.go),)
        case Say():
            return (("then", node.then),) if node.then is not None else ()
        case Run():
            return ()
