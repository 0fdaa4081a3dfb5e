"""Usage records before and after rating, as frozen values."""

from dataclasses import dataclass
from typing import Literal

from abonent.kernel.time import Instant
from abonent.profile.model import Unit, UsageKind, Zone

Direction = Literal["out", "in"]

UNIT_OF: dict[UsageKind, Unit] = {"call": "second", "sms": "sms", "data": "byte"}
"""What each kind of usage is counted in."""


@dataclass(frozen=True, slots=True)
class Record:
    """One call, message or data session as a source told it; whose it is, stands beside it.

    `amount` is in seconds, pieces or bytes. `peer` is the other party as the source wrote it, and
    empty for data. `emergency` says that the network itself treated a call as one (teleservice 12
    of 3GPP TS 22.003), whatever was dialled.
    """

    at: Instant
    kind: UsageKind
    direction: Direction
    peer: str
    amount: int
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What rating must know of a record: when, what, which way, where to, how much."""

    at: Instant
    kind: UsageKind
    direction: Direction
    zone: Zone
    amount: int


@dataclass(frozen=True, slots=True)
class LotLeft:
    """What is left of one lot. It may be used from `valid_from` until just before `expires_at`."""

    id: int
    bucket: str
    unit: Unit
    remaining: int
    valid_from: Instant
    expires_at: Instant | None


@dataclass(frozen=True, slots=True)
class Draw:
    """So much taken from one lot, in the lot's unit."""

    lot_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Rated:
    """What a record costs: money, and what lots gave for it. Both are counted in billed steps."""

    charge_minor: int
    draws: tuple[Draw, ...] = ()

    @property
    def from_lots(self) -> int:
        """How much of the billed amount the lots covered."""
        return sum(draw.amount for draw in self.draws)


@dataclass(frozen=True, slots=True)
class Import:
    """How far the import of one file has come, and what came of its lines.

    `digest` is of the file's bytes together with how they were to be read; `size` is in bytes.
    `repaired` counts those added lines in which something was put right.
    """

    digest: str
    format: str
    size: int
    lines_done: int = 0
    added: int = 0
    repeated: int = 0
    repaired: int = 0
    rejected: int = 0
    finished_at: Instant | None = None
