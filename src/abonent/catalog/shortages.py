"""All SQL of shortages: from when until when a fee was owed, and what the line did without."""

from collections.abc import Iterable
from dataclasses import dataclass

from abonent.kernel.ids import LineId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, WriteTx


@dataclass(frozen=True, slots=True)
class Shortage:
    """A fee (`kind` and `ref` of its due row) that could not be taken at `since`.

    `rule` is what the catalogue of that time had for it: wait, partial or one_way. It ends when
    the fee is paid, or when there is no more fee to pay.
    """

    id: int
    line: LineId
    kind: str
    ref: str
    rule: str
    since: Instant
    until: Instant | None = None


_COLUMNS = "id, line_id, kind, ref, rule, since, until"


async def open_of(tx: ReadTx, lines: Iterable[LineId]) -> list[Shortage]:
    """What the lines owe now."""
    rows = await tx.many(
        f"SELECT {_COLUMNS} FROM shortage WHERE until IS NULL AND line_id IN ($*) ORDER BY id",
        sorted(lines),
    )
    return [Shortage(*row) for row in rows]


async def partial_of(tx: ReadTx, lines: Iterable[LineId]) -> list[Shortage]:
    """When the lines had partial service, ever, oldest first: for rating."""
    rows = await tx.many(
        f"SELECT {_COLUMNS} FROM shortage WHERE rule = 'partial' AND line_id IN ($*)"
        " ORDER BY since, id",
        sorted(lines),
    )
    return [Shortage(*row) for row in rows]


async def begin(tx: WriteTx, *begun: Shortage) -> None:
    rows = [(s.id, s.line, s.kind, s.ref, s.rule, s.since, s.until) for s in begun]
    await tx.add("shortage", rows)


async def end(tx: WriteTx, ended: Iterable[Shortage]) -> None:
    """Keep when these ended."""
    await tx.run_many(
        "UPDATE shortage SET until = $2 WHERE id = $1", [(each.id, each.until) for each in ended]
    )
