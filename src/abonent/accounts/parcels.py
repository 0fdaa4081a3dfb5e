"""All SQL of parcels: gifts that are sent to somebody's door.

Name and address are personal values of their receiver, which are erased in time.
"""

from dataclasses import dataclass

from abonent.kernel.ids import LineId, PersonId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, WriteTx

NEXT = {"ordered": ("sent",), "sent": ("delivered", "returned")}
"""What may become of a parcel in each state."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A gift that was ordered, under the id of the operation."""

    id: int
    person: PersonId
    line: LineId
    gift: str
    state: str
    ordered_at: Instant
    changed_at: Instant


_COLUMNS = "id, person_id, line_id, gift, state, ordered_at, changed_at"


def name_of(parcel: int) -> str:
    """The kind of personal value that the receiver's name is."""
    return f"parcel_{parcel}_name"


def address_of(parcel: int) -> str:
    return f"parcel_{parcel}_address"


async def add(tx: WriteTx, new: Parcel) -> None:
    row = (new.id, new.person, new.line, new.gift, new.state, new.ordered_at, new.changed_at)
    await tx.add("parcel", [row])


async def of_line(tx: ReadTx, line: LineId, limit: int) -> list[Parcel]:
    """Newest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM parcel WHERE line_id = $1 ORDER BY id DESC LIMIT $2", line, limit
    )
    return [Parcel(*row) for row in rows]


async def by_id(tx: ReadTx, id: int) -> Parcel | None:
    row = await tx.row(f"SELECT {_COLUMNS} FROM parcel WHERE id = $1", id)
    return None if row is None else Parcel(*row)


async def set_state(tx: WriteTx, parcel: Parcel, state: str, at: Instant) -> bool:
    """Whether it still was in the state that the parcel says."""
    changed = await tx.run(
        "UPDATE parcel SET state = $3, changed_at = $4 WHERE id = $1 AND state = $2",
        parcel.id,
        parcel.state,
        state,
        at,
    )
    return changed == 1
