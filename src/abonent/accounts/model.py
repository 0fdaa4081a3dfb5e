"""Who and what: frozen rows of persons, lines and sessions."""

from dataclasses import dataclass
from typing import Literal

from abonent.kernel.case import Level, Subject
from abonent.kernel.ids import AccountId, ContractId, LineId, PersonId
from abonent.kernel.time import Instant


@dataclass(frozen=True, slots=True)
class Line:
    """A mobile or internet access with the contract that holds it and the account that pays."""

    id: LineId
    contract: ContractId
    account: AccountId
    person: PersonId
    number: str
    """The MSISDN now in use, or the login of an internet line."""
    label: str
    blocked: bool
    billing: Literal["prepaid", "postpaid"]
    holder: Literal["person", "company"]
    language: str
    registered: bool
    created_at: Instant

    @property
    def subject(self) -> Subject:
        return Subject(self.id, self.contract, self.account, self.person)


@dataclass(frozen=True, slots=True)
class NewLine:
    """What is needed to put a line on the books."""

    id: LineId
    contract: ContractId
    account: AccountId
    kind: Literal["mobile", "internet"]
    number: str
    label: str
    sealed_puk: bytes | None


@dataclass(frozen=True, slots=True)
class Session:
    id: int
    person: PersonId | None
    staff: int | None
    line: LineId | None
    level: Level
    channel: str
    device: str
    started_at: Instant
    last_seen_at: Instant
    expires_at: Instant
