"""All SQL of subscriptions and activations."""

from collections.abc import Iterable, Sequence

from abonent.catalog.model import Activation, Subscription
from abonent.kernel.ids import LineId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx

_SUBSCRIPTION = "SELECT id, line_id, tariff, valid_from, valid_to FROM subscription"
_ACTIVATION = (
    "SELECT id, line_id, service, valid_from, valid_to, paused, paid_until FROM activation"
)


async def tariff_of(tx: ReadTx, line: LineId) -> str:
    """The id of the tariff in force."""
    return str(
        await tx.value(
            "SELECT tariff FROM subscription WHERE line_id = $1 AND valid_to IS NULL", line
        )
    )


async def tariffs_of(tx: ReadTx, lines: Iterable[LineId]) -> dict[LineId, str]:
    """The same of many lines."""
    rows = await tx.many(
        "SELECT line_id, tariff FROM subscription WHERE valid_to IS NULL AND line_id IN ($*)",
        sorted(lines),
    )
    return {row[0]: row[1] for row in rows}


async def start_tariff(tx: WriteTx, id: int, line: LineId, tariff: str, at: Instant) -> None:
    """End the tariff in force, if any, and begin another at the instant."""
    await start_tariffs(tx, [Subscription(id, line, tariff, at, None)])


async def start_tariffs(tx: WriteTx, begun: Sequence[Subscription]) -> None:
    """The same for many lines, and for one line in order."""
    for new in begun:
        await tx.run(
            "UPDATE subscription SET valid_to = $2 WHERE line_id = $1 AND valid_to IS NULL",
            new.line,
            new.valid_from,
        )
        row = (new.id, new.line, new.tariff, new.valid_from)
        await tx.run("INSERT INTO subscription VALUES ($1, $2, $3, $4, NULL)", *row)


async def history(tx: ReadTx, line: LineId) -> list[Subscription]:
    """All tariffs of the line, oldest first."""
    rows = await tx.rows(f"{_SUBSCRIPTION} WHERE line_id = $1 ORDER BY valid_from, id", line)
    return [Subscription(*row) for row in rows]


async def histories(tx: ReadTx, lines: set[LineId]) -> list[Subscription]:
    """The same of many lines, for rating."""
    rows = await tx.many(
        f"{_SUBSCRIPTION} WHERE line_id IN ($*) ORDER BY valid_from, id", sorted(lines)
    )
    return [Subscription(*row) for row in rows]


async def activations(tx: ReadTx, line: LineId) -> list[Activation]:
    """Services that are on or paused, by when they were switched on."""
    rows = await tx.rows(
        f"{_ACTIVATION} WHERE line_id = $1 AND valid_to IS NULL ORDER BY valid_from, id", line
    )
    return [_activation(row) for row in rows]


async def activation(tx: ReadTx, line: LineId, service: str) -> Activation | None:
    row = await tx.row(
        f"{_ACTIVATION} WHERE line_id = $1 AND service = $2 AND valid_to IS NULL", line, service
    )
    return None if row is None else _activation(row)


async def activations_of(tx: ReadTx, lines: Iterable[LineId]) -> list[Activation]:
    """Services of many lines that are on or paused, by when they were switched on."""
    rows = await tx.many(
        f"{_ACTIVATION} WHERE valid_to IS NULL AND line_id IN ($*) ORDER BY valid_from, id",
        sorted(lines),
    )
    return [_activation(row) for row in rows]


async def activate(tx: WriteTx, activation: Activation) -> None:
    await tx.run(
        "INSERT INTO activation VALUES ($1, $2, $3, $4, NULL, $5, $6)",
        activation.id,
        activation.line,
        activation.service,
        activation.valid_from,
        int(activation.paused),
        activation.paid_until,
    )


async def deactivate(tx: WriteTx, activation_id: int, at: Instant) -> None:
    await tx.run("UPDATE activation SET valid_to = $2 WHERE id = $1", activation_id, at)


async def change(tx: WriteTx, changed: Iterable[Activation]) -> None:
    """Keep how long activations are paid for, whether they are paused, and whether they ended."""
    await tx.run_many(
        "UPDATE activation SET valid_to = $2, paused = $3, paid_until = $4 WHERE id = $1",
        [(each.id, each.valid_to, int(each.paused), each.paid_until) for each in changed],
    )


def _activation(row: Row) -> Activation:
    return Activation(row[0], row[1], row[2], row[3], row[4], bool(row[5]), row[6])
