"""All SQL of discounts: so many per cent off the next so many monthly fees of a line."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from abonent.kernel.ids import AccountId, LineId
from abonent.store.tx import ReadTx, WriteTx


@dataclass(frozen=True, slots=True)
class Discount:
    """`percent` off each of the next `fees_left` fees; `source` says where it came from."""

    id: int
    line: LineId
    percent: int
    fees_left: int
    source: str


async def give(tx: WriteTx, discount: Discount) -> None:
    row = (discount.id, discount.line, discount.percent, discount.fees_left, discount.source)
    await tx.add("discount", [row])


async def of_account(tx: ReadTx, account: AccountId) -> dict[LineId, list[int]]:
    """Per cent off each of the next monthly fees of the lines that the account pays for."""
    rows = await tx.rows(
        "SELECT d.line_id, d.percent, d.fees_left FROM discount d JOIN line l ON l.id = d.line_id"
        " WHERE l.account_id = $1 AND d.fees_left > 0 ORDER BY d.id",
        account,
    )
    reduced: defaultdict[LineId, list[int]] = defaultdict(list)
    for line, percent, fees_left in rows:
        reduced[line] += [percent] * fees_left
    return reduced


async def of_lines(tx: ReadTx, lines: Iterable[LineId]) -> list[Discount]:
    """Those with fees left, oldest first: they are used one after another."""
    rows = await tx.many(
        "SELECT id, line_id, percent, fees_left, source FROM discount"
        " WHERE fees_left > 0 AND line_id IN ($*) ORDER BY id",
        sorted(lines),
    )
    return [Discount(*row) for row in rows]


async def change(tx: WriteTx, changed: Iterable[Discount]) -> None:
    """Keep how many fees each is still good for."""
    await tx.run_many(
        "UPDATE discount SET fees_left = $2 WHERE id = $1",
        [(each.id, each.fees_left) for each in changed],
    )
