"""All SQL of the demo's own tables: its clock, SMS inboxes, the network's facts, the people."""

from dataclasses import astuple, dataclass

from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, WriteTx


@dataclass(frozen=True, slots=True)
class Sms:
    """A message in the inbox of a number. `id` is its sender's, so that it arrives only once."""

    id: int
    number: str
    sender: str
    text: str
    at: Instant


async def clock_offset(tx: ReadTx) -> int:
    """How many microseconds the demo's clock is ahead of the real one."""
    return int(await tx.value("SELECT offset_us FROM simulator_clock WHERE id = 1") or 0)


async def set_clock_offset(tx: WriteTx, offset_us: int) -> None:
    await tx.run(
        "INSERT INTO simulator_clock (id, offset_us) VALUES (1, $1)"
        " ON CONFLICT (id) DO UPDATE SET offset_us = excluded.offset_us",
        offset_us,
    )


async def add_sms(tx: WriteTx, sms: Sms) -> None:
    """Put a message into its inbox; one that has arrived before is left alone."""
    await tx.run(
        "INSERT INTO simulator_sms (id, number, sender, text, at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (id) DO NOTHING",
        *astuple(sms),
    )


async def inbox(tx: ReadTx, number: str, limit: int) -> list[Sms]:
    """Messages of the number, newest first."""
    rows = await tx.rows(
        "SELECT id, number, sender, text, at FROM simulator_sms WHERE number = $1"
        " ORDER BY at DESC, id DESC LIMIT $2",
        number,
        limit,
    )
    return [Sms(*row) for row in rows]


async def facts(tx: ReadTx, number: str) -> dict[str, str]:
    """What the network knows of the number."""
    rows = await tx.rows(
        "SELECT fact, value FROM simulator_network WHERE number = $1 ORDER BY fact", number
    )
    return {row[0]: row[1] for row in rows}


async def set_fact(tx: WriteTx, number: str, fact: str, value: str) -> None:
    await tx.run(
        "INSERT INTO simulator_network (number, fact, value) VALUES ($1, $2, $3)"
        " ON CONFLICT (number, fact) DO UPDATE SET value = excluded.value",
        number,
        fact,
        value,
    )


async def drop_fact(tx: WriteTx, number: str, fact: str) -> None:
    await tx.run("DELETE FROM simulator_network WHERE number = $1 AND fact = $2", number, fact)


async def is_empty(tx: ReadTx) -> bool:
    """Whether nobody is on the books yet."""
    return await tx.value("SELECT 1 FROM person LIMIT 1") is None


async def add_card(tx: WriteTx, id: int, card: str) -> None:
    """Keep the card (JSON) of one of the demo's people; ids give their order."""
    await tx.run("INSERT INTO simulator_person (id, card) VALUES ($1, $2)", id, card)


async def cards(tx: ReadTx) -> list[str]:
    rows = await tx.rows("SELECT card FROM simulator_person ORDER BY id")
    return [row[0] for row in rows]
