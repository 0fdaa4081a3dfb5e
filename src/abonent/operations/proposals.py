"""SQL of the runner: proposals that wait for consent, and answers already given."""

import json
from dataclasses import dataclass
from typing import Any, assert_never

from abonent.kernel.case import Case, Guest, Person, Staff, System
from abonent.kernel.ids import LineId, OperationId
from abonent.kernel.outcome import Done, Quote, Refused, refused
from abonent.kernel.time import SECOND_US, Instant
from abonent.operations.env import Env
from abonent.operations.stored import (
    outcome_from_json,
    outcome_to_json,
    quote_from_json,
    quote_to_json,
)
from abonent.store.tx import ReadTx, WriteTx, together

MOST_WAITING = 20
"""Proposals of one owner that can be confirmed at any time."""

Claim = tuple[OperationId, str, str | None, bytes | None, Instant]
"""Operation id, owner, idempotency key, digest of the input, and when."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A quoted operation that waits for proof or consent. `agreed` is what confirming accepts."""

    id: OperationId
    owner: str
    line: LineId | None
    operation: str
    ask: dict[str, Any]
    quote: Quote
    agreed: str
    code_digest: bytes | None
    code_tries: int
    code_expires_at: Instant | None
    proved: bool
    expires_at: Instant


def owner_of(env: Env, case: Case) -> str:
    """Whose a proposal or a key is: what one asker was told never answers another."""
    match case.who:
        case Person(id):
            return f"person:{id}:{case.on.line if case.on else 0}"
        case Staff(name):
            return f"staff:{name}"
        case Guest(secret):
            # Many share an address; where a browser keeps a secret, it tells them apart.
            return f"guest:{env.secrets.digest('guest', secret or case.source).hex()[:32]}"
        case System():
            return "system"
        case _:
            assert_never(case.who)


def body_digest(env: Env, body: object) -> bytes:
    """What a key was sent with, kept keyed, because there may be a secret in it."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
    return env.secrets.digest("body", text)


def expiry(env: Env, now: Instant) -> Instant:
    return Instant(now + env.operator.retention.proposals_hours * 3600 * SECOND_US)


async def add(
    tx: WriteTx, proposal: Proposal, key: tuple[str | None, bytes | None, Instant]
) -> bool:
    """Store it under the idempotency key, digest and instant; False if the key has one already.

    Of one owner's the newest `MOST_WAITING` are kept: nobody confirms more of them than that.
    """
    row = await tx.row(
        "INSERT INTO proposal (id, owner, line_id, operation, ask, quote, agreed, code_digest,"
        " code_expires_at, proved, expires_at, key, body_digest, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        " ON CONFLICT DO NOTHING RETURNING id",
        proposal.id,
        proposal.owner,
        proposal.line,
        proposal.operation,
        json.dumps(proposal.ask, ensure_ascii=False, default=str),
        quote_to_json(proposal.quote),
        proposal.agreed,
        proposal.code_digest,
        proposal.code_expires_at,
        int(proposal.proved),
        proposal.expires_at,
        *key,
    )
    await tx.run(
        "DELETE FROM proposal WHERE owner = $1 AND id NOT IN"
        " (SELECT id FROM proposal WHERE owner = $1 ORDER BY id DESC LIMIT $2)",
        proposal.owner,
        MOST_WAITING,
    )
    return row is not None


async def find(
    tx: ReadTx, proposal: OperationId, owner: str, *, lock: bool = False
) -> Proposal | None:
    """The proposal, if it is the owner's; `lock` keeps others from trying codes meanwhile."""
    row = await tx.row(
        "SELECT id, owner, line_id, operation, ask, quote, agreed, code_digest, code_tries,"
        " code_expires_at, proved, expires_at FROM proposal WHERE id = $1 AND owner = $2"
        + (" FOR NO KEY UPDATE" if lock else ""),
        proposal,
        owner,
    )
    if row is None:
        return None
    return Proposal(
        id=row[0],
        owner=row[1],
        line=row[2],
        operation=row[3],
        ask=json.loads(row[4]),
        quote=quote_from_json(row[5]),
        agreed=row[6],
        code_digest=None if row[7] is None else bytes(row[7]),
        code_tries=row[8],
        code_expires_at=row[9],
        proved=bool(row[10]),
        expires_at=row[11],
    )


async def count_code(tx: WriteTx, proposal: OperationId) -> None:
    await tx.run("UPDATE proposal SET code_tries = code_tries + 1 WHERE id = $1", proposal)


async def mark_proved(tx: WriteTx, proposal: OperationId) -> None:
    await tx.run("UPDATE proposal SET proved = 1, code_digest = NULL WHERE id = $1", proposal)


async def forget_expired(tx: WriteTx, now: Instant) -> int:
    """Proposals nobody can confirm any more; how many there were."""
    return await tx.run("DELETE FROM proposal WHERE expires_at <= $1", now)


async def forget_answers(tx: WriteTx, before: Instant) -> int:
    """Answers given before the instant, but for those of proposals that are still there."""
    return await tx.run(
        "DELETE FROM execution WHERE at <= $1"
        " AND NOT EXISTS (SELECT 1 FROM proposal WHERE proposal.id = execution.id)",
        before,
    )


async def claim(tx: WriteTx, claim: Claim) -> bool:
    """The first statement of every operation; False if it has been done, or is being done.

    On PostgreSQL a second claim waits here until the first transaction ends.
    """
    row = await tx.row(
        "INSERT INTO execution (id, owner, key, body_digest, at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT DO NOTHING RETURNING id",
        *claim,
    )
    return row is not None


async def unclaim(tx: WriteTx, id: OperationId) -> None:
    """Nothing was asked properly, so nothing is answered for ever."""
    await tx.run("DELETE FROM execution WHERE id = $1", id)


async def keep(tx: WriteTx, id: OperationId, outcome: Done | Refused) -> None:
    await tx.run("UPDATE execution SET outcome = $2 WHERE id = $1", id, outcome_to_json(outcome))


async def answer_to(tx: ReadTx, id: OperationId, owner: str) -> Done | Refused | None:
    """The answer already given to the owner's operation, if it was done."""
    stored = await tx.value("SELECT outcome FROM execution WHERE id = $1 AND owner = $2", id, owner)
    return None if stored is None else outcome_from_json(stored)


async def answer_given(
    tx: ReadTx, id: OperationId, owner: str
) -> tuple[Done | Refused, Instant] | None:
    """The same with when it was given."""
    row = await tx.row(
        "SELECT outcome, at FROM execution WHERE id = $1 AND owner = $2 AND outcome IS NOT NULL",
        id,
        owner,
    )
    return None if row is None else (outcome_from_json(row[0]), row[1])


async def answered(
    tx: ReadTx, owner: str, key: str | None, digest: bytes | None
) -> Done | Refused | OperationId | None:
    """What this owner's idempotency key got: an answer, or a proposal that waits; else None."""
    if key is None:
        return None
    done, proposed = await together(
        tx,
        tx.row(
            "SELECT body_digest, outcome FROM execution WHERE owner = $1 AND key = $2", owner, key
        ),
        tx.row("SELECT body_digest, id FROM proposal WHERE owner = $1 AND key = $2", owner, key),
    )
    if done is not None and done[1] is not None:
        same = bytes(done[0]) == digest
        return outcome_from_json(done[1]) if same else refused("idempotency_key_reused")
    if proposed is None:
        return None
    same = bytes(proposed[0]) == digest
    return OperationId(proposed[1]) if same else refused("idempotency_key_reused")
