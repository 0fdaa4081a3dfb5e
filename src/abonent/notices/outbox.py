"""The outbox: what must reach a peer, written in the transaction that decided it.

Delivery is at least once and, within an `order_key`, in order: a row can be claimed only while no
older row of its key is undone. Leases use real time.
"""

from dataclasses import dataclass

from abonent.kernel.ids import LineId
from abonent.kernel.text import Value, values_from_json, values_to_json
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx

PRIORITY_CODE = 0
PRIORITY_NETWORK = 1
PRIORITY_NOTICE = 5


@dataclass(frozen=True, slots=True)
class Message:
    """One thing for a peer: `sms` (worded as `sms.KIND`) or `network` (an order of that kind).

    `sealed` is an encrypted secret to be told, such as a one-time code; it is erased with the
    row's end. Instants of expiry are the business clock's.
    """

    id: int
    peer: str
    order_key: str
    priority: int
    line: LineId
    kind: str
    details: dict[str, Value]
    sealed: bytes | None
    language: str
    created_at: Instant
    expires_at: Instant
    attempts: int = 0


_COLUMNS = (
    "id, peer, order_key, priority, line_id, kind, details, sealed, language, created_at,"
    " expires_at"
)


async def put(tx: WriteTx, *messages: Message) -> None:
    await tx.add("outbox", [_row(message) for message in messages])


async def claim(
    tx: WriteTx, peers: list[str], *, real_now: int, lease_until: int, limit: int
) -> list[Message]:
    """Take rows that may go to the peers now, codes first; ours until `lease_until` (real time)."""
    rows = await tx.many(
        f"SELECT {_COLUMNS}, attempts FROM outbox o WHERE state = 'waiting'"
        " AND peer IN ($*) AND not_before <= $1 AND lease_until <= $1"
        " AND NOT EXISTS (SELECT 1 FROM outbox older WHERE older.order_key = o.order_key"
        " AND older.id < o.id AND older.state = 'waiting')"
        " ORDER BY priority, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED",
        peers,
        real_now,
        limit,
    )
    await tx.run_many(
        "UPDATE outbox SET lease_until = $2, attempts = attempts + 1 WHERE id = $1",
        [(row[0], lease_until) for row in rows],
    )
    return [_message(row) for row in rows]


async def finish(tx: WriteTx, message_id: int, state: str) -> None:
    """The row leaves as `done`, `expired` or `permanent`; what it said is erased."""
    await tx.run(
        "UPDATE outbox SET state = $2, sealed = NULL, details = NULL WHERE id = $1",
        message_id,
        state,
    )


async def expire(tx: WriteTx, now: Instant) -> int:
    """End what nobody has taken in time, and erase what it said; how many there were."""
    return await tx.run(
        "UPDATE outbox SET state = 'expired', sealed = NULL, details = NULL"
        " WHERE state = 'waiting' AND expires_at <= $1",
        now,
    )


async def forget(tx: WriteTx, before: Instant) -> int:
    """Delete what left before the instant; how many there were."""
    return await tx.run("DELETE FROM outbox WHERE state <> 'waiting' AND created_at <= $1", before)


async def postpone(tx: WriteTx, message_id: int, not_before: int) -> None:
    """Try again from the real instant on."""
    await tx.run(
        "UPDATE outbox SET lease_until = 0, not_before = $2 WHERE id = $1", message_id, not_before
    )


async def waiting(tx: ReadTx) -> int:
    return int(await tx.value("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'"))


def _row(message: Message) -> tuple[object, ...]:
    """All columns of a message that nobody has tried to deliver yet."""
    return (
        message.id,
        message.peer,
        message.order_key,
        message.priority,
        message.line,
        message.kind,
        values_to_json(message.details),
        message.sealed,
        message.language,
        message.created_at,
        0,
        message.expires_at,
        0,
        0,
        "waiting",
    )


def _message(row: Row) -> Message:
    (*head, details, sealed, language, created_at, expires_at, attempts) = row
    id, peer, order_key, priority, line, kind = head
    return Message(
        id=id,
        peer=peer,
        order_key=order_key,
        priority=priority,
        line=line,
        kind=kind,
        details=values_from_json(details),
        sealed=None if sealed is None else bytes(sealed),
        language=language,
        created_at=created_at,
        expires_at=expires_at,
        attempts=attempts,
    )
