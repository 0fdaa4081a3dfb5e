"""What every operation answers, in every channel alike."""

from dataclasses import dataclass, field
from typing import Literal

from abonent.kernel.ids import OperationId
from abonent.kernel.money import Money
from abonent.kernel.text import Text
from abonent.kernel.time import Instant


@dataclass(frozen=True, slots=True)
class Quote:
    """What an operation costs, from when it counts, and what it changes. Compared whole."""

    text: Text
    price: Money
    effective_at: Instant | None = None
    terms: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done. `undo` names an operation that takes it back, where there is one."""

    id: OperationId
    text: Text
    state: Literal["done", "accepted", "failed"] = "done"
    link: str | None = None
    undo: str | None = None
    secret: str | None = None
    """Shown once to who asked, never stored: a repeated request does not get it again."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that is missing or wrong; `code` is stable and worded as `problem.CODE`."""

    name: str
    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class NeedsInput:
    fields: tuple[FieldProblem, ...]


@dataclass(frozen=True, slots=True)
class NeedsProof:
    """A one-time code went to `sent_to` (masked); `prove` takes it."""

    proposal: OperationId
    sent_to: str


@dataclass(frozen=True, slots=True)
class NeedsConfirm:
    proposal: OperationId
    quote: Quote


@dataclass(frozen=True, slots=True)
class Done:
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal with a stable code, worded as `refused.CODE`.

    `again` is the fresh proposal of a refusal `terms_changed`.
    """

    code: str
    text: Text = field(default_factory=lambda: Text(""))
    again: NeedsConfirm | None = None


Outcome = NeedsInput | NeedsProof | NeedsConfirm | Done | Refused


def refused(code: str, **values: str | int | Money) -> Refused:
    """A refusal whose text is `refused.CODE` with the values given."""
    return Refused(code, Text(f"refused.{code}", dict(values)))
