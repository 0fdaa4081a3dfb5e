"""Counting tries at secrets, before the secret is looked at.

A try is counted as a failure in a transaction of its own and taken back when it was right, so that
neither parallel requests nor a rollback outrun the counter (OWASP ASVS 5.0, 6.3.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address, ip_network

from abonent.accounts import secrets as sql
from abonent.kernel.case import Case
from abonent.kernel.outcome import Refused, refused
from abonent.kernel.time import SECOND_US, Instant
from abonent.operations.env import Env
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx

_DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Siege:
    """So many failures of everybody in `minutes` that somebody must be guessing from everywhere.

    Meanwhile the guards that it is named in bear one failure each, so that guessing goes on at a
    crawl, while who gives the right secret at once notices nothing (docs/adr/020).
    """

    kind: str
    limit: int
    minutes: int


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
    siege: Siege | None = None


async def count(db: Database, env: Env, guards: Sequence[Guard]) -> Refused | None:
    """Count one try, in a transaction of its own; a refusal as `counted` gives it."""
    if not guards:
        return None
    return await db.write(lambda tx: counted(tx, env, guards))


async def counted(tx: WriteTx, env: Env, guards: Sequence[Guard]) -> Refused | None:
    """Count one try; a refusal at the first guard that has had too many.

    Shared guards come first, so that an address that has tried enough locks nobody out with more
    tries, and makes us remember no more of them.
    """
    now = env.clock.now()
    for guard in sorted(guards, key=lambda guard: not guard.shared):
        window_us = guard.minutes * 60 * SECOND_US
        failures = await sql.count_attempt(tx, guard.kind, _subject(env, guard), now, window_us)
        if failures > await _limit(tx, env, guard):
            return refused(guard.code, minutes=guard.minutes)
    return None


async def forgive(db: Database, env: Env, guards: Sequence[Guard]) -> None:
    """The secret was right: what was counted is taken back as `forgiven` does it."""
    if guards:
        await db.write(lambda tx: forgiven(tx, env, guards))


async def forgiven(tx: WriteTx, env: Env, guards: Sequence[Guard]) -> None:
    """An own counter is cleared, a shared one loses this try."""
    for guard in guards:
        if guard.shared:
            await sql.uncount_attempt(tx, guard.kind, _subject(env, guard))
        else:
            await sql.clear_attempts(tx, guard.kind, _subject(env, guard))


async def excuse(db: Database, env: Env, guards: Sequence[Guard]) -> None:
    """The secret was right, and serves nobody now: the try is taken back, those before it stay.

    Otherwise a right one that is refused would wash away wrong ones as often as it is asked for.
    """
    await forgive(db, env, [replace(guard, shared=True) for guard in guards])


async def failed(db: Database, env: Env, guards: Sequence[Guard]) -> None:
    """The secret was wrong: what was counted stays, and a siege hears of it.

    Only wrong secrets do, so that the one counter of everybody is written by them alone.
    """
    for siege in {guard.siege for guard in guards if guard.siege}:
        now, window_us = env.clock.now(), siege.minutes * 60 * SECOND_US
        subject = _everybody(env, siege)
        await db.write(
            partial(sql.count_attempt, kind="siege", subject=subject, at=now, window_us=window_us)
        )


async def weigh(tx: WriteTx, env: Env, guard: Guard) -> None:
    """Write the counter once more, so that a refusal that leaves no trace takes no less time.

    A flush to disk can be measured from outside; without it an unknown login would answer sooner.
    """
    await sql.touch_attempt(tx, guard.kind, _subject(env, guard))


async def probed(tx: WriteTx, env: Env, case: Case) -> None:
    """A person has learnt that a number cannot receive something: a guess at who is a subscriber.

    Counted afterwards, so that right numbers cost no write of their own, and under the lock of the
    person's account, so that requests at once count one after another.
    """
    await counted(tx, env, (_receiver_guard(env, case),))


async def probed_enough(tx: ReadTx, env: Env, case: Case) -> Refused | None:
    """A refusal for who has learnt that of as many numbers as one may in a day."""
    guard = _receiver_guard(env, case)
    since = Instant(env.clock.now() - guard.minutes * 60 * SECOND_US)
    failures = await sql.attempts(tx, guard.kind, _subject(env, guard), since)
    return refused(guard.code) if failures >= guard.limit else None


def _receiver_guard(env: Env, case: Case) -> Guard:
    most, person = env.operator.locks.max_wrong_receivers, str(case.subject.person)
    return Guard("receiver", person, most, _DAY_MINUTES, "too_many_receivers")


def address_guard(env: Env, source: str) -> tuple[Guard, ...]:
    """The guard of a client address, whatever number or code is tried from it.

    An IPv6 client has a whole network of addresses (RFC 6177), which counts as one.
    """
    locks = env.operator.locks
    if not source:
        return ()
    return (
        Guard(
            "address",
            network_of(source),
            locks.max_tries_per_address,
            locks.lock_minutes,
            "too_many_tries",
            shared=True,
        ),
    )


def network_of(source: str) -> str:
    """The /64 of an IPv6 address; IPv4 addresses and names of links as they are."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    return source if address.version == 4 else str(ip_network((address, 64), strict=False))


async def _limit(tx: ReadTx, env: Env, guard: Guard) -> int:
    if guard.siege is None:
        return guard.limit
    since = Instant(env.clock.now() - guard.siege.minutes * 60 * SECOND_US)
    failures = await sql.attempts(tx, "siege", _everybody(env, guard.siege), since)
    return 1 if failures >= guard.siege.limit else guard.limit


def _everybody(env: Env, siege: Siege) -> bytes:
    return env.secrets.digest("siege", siege.kind)


def _subject(env: Env, guard: Guard) -> bytes:
    return env.secrets.digest(f"attempt {guard.kind}", guard.subject)
