"""Counting tries at secrets, before the secret is looked at.

A try is counted as a failure in a transaction of its own and taken back when it was right, so that
neither parallel requests nor a rollback outrun the counter (OWASP ASVS 5.0, 6.3.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from abonent.accounts import secrets as sql
from abonent.kernel.outcome import Refused, refused
from abonent.kernel.time import SECOND_US
from abonent.operations.env import Env
from abonent.store.database import Database
from abonent.store.tx import WriteTx


@dataclass(frozen=True, slots=True)
class Guard:
    """At most `limit` failures of the subject in `minutes`; beyond, `code` is the refusal.

    `shared` counters (of an address, say) keep others' failures when one try succeeds.
    """

    kind: str
    subject: str
    limit: int
    minutes: int
    code: str
    shared: bool = False


async def count(db: Database, env: Env, guards: Sequence[Guard]) -> Refused | None:
    """Count one try against every guard; a refusal if any has had too many."""
    if not guards:
        return None
    now = env.clock.now()

    async def fn(tx: WriteTx) -> Refused | None:
        over = None
        for guard in guards:
            window_us = guard.minutes * 60 * SECOND_US
            failures = await sql.count_attempt(tx, guard.kind, _subject(env, guard), now, window_us)
            if failures > guard.limit and over is None:
                over = refused(guard.code, minutes=guard.minutes)
        return over

    return await db.write(fn)


async def forgive(db: Database, env: Env, guards: Sequence[Guard]) -> None:
    """The secret was right: an own counter is cleared, a shared one loses this try."""
    if not guards:
        return

    async def fn(tx: WriteTx) -> None:
        for guard in guards:
            if guard.shared:
                await sql.uncount_attempt(tx, guard.kind, _subject(env, guard))
            else:
                await sql.clear_attempts(tx, guard.kind, _subject(env, guard))

    await db.write(fn)


def address_guard(env: Env, source: str) -> tuple[Guard, ...]:
    """The guard of a client address, whatever number or code is tried from it."""
    locks = env.operator.locks
    if not source:
        return ()
    return (
        Guard(
            "address",
            source,
            locks.max_tries_per_address,
            locks.lock_minutes,
            "too_many_tries",
            shared=True,
        ),
    )


def _subject(env: Env, guard: Guard) -> bytes:
    return env.secrets.digest(f"attempt {guard.kind}", guard.subject)
