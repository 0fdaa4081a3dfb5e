"""Who asks for something, about what, and through which channel."""

from dataclasses import dataclass, field
from typing import Literal

from abonent.kernel.ids import AccountId, ContractId, LineId, PersonId

Channel = Literal["web", "api", "ussd", "sms", "voice", "staff", "system"]
Level = Literal[0, 1, 2]
"""0: vouched for by the network or a USSD dialogue; 1: password; 2: second proof."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Nobody known yet. `secret` is what this visitor's browser alone keeps, where it keeps one."""

    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    id: PersonId


@dataclass(frozen=True, slots=True)
class Staff:
    """An employee; `reason` is kept in the journal."""

    name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """The program itself: due work, rating, a peer's answer."""


Who = Guest | Person | Staff | System


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case is about: a line, its contract, the account that pays, and who holds them."""

    line: LineId
    contract: ContractId
    account: AccountId
    person: PersonId


@dataclass(frozen=True, slots=True)
class Case:
    who: Who
    on: Subject | None
    level: Level
    channel: Channel
    session: int = 0
    """The id of the session that asks, where there is one."""
    source: str = ""
    """A client address or a link's name, which tries at secrets are counted by."""

    @property
    def subject(self) -> Subject:
        """The subject of a case that has one; raises LookupError for one that has none."""
        if self.on is None:
            raise LookupError("this case is about no line")
        return self.on


def by_itself(subject: Subject) -> Case:
    """What the program does of itself about the subject."""
    return Case(System(), subject, 0, "system")
