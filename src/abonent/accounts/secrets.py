"""SQL of passwords, PUKs, sessions, staff and counted attempts."""

from abonent.accounts.lines import LINE_COLUMNS, line_of
from abonent.accounts.model import Line, Session
from abonent.kernel.ids import LineId, PersonId
from abonent.kernel.time import Instant
from abonent.store.tx import ReadTx, Row, WriteTx

_SESSION = (
    "SELECT id, person_id, staff_id, line_id, level, channel, device, started_at, last_seen_at,"
    " expires_at FROM session"
)


async def password_hash(tx: ReadTx, person: PersonId) -> str | None:
    value = await tx.value("SELECT password_hash FROM credential WHERE person_id = $1", person)
    return None if value is None else str(value)


async def set_password(tx: WriteTx, person: PersonId, hashed: str, at: Instant) -> None:
    await tx.run(
        "INSERT INTO credential VALUES ($1, $2, $3) ON CONFLICT (person_id)"
        " DO UPDATE SET password_hash = excluded.password_hash, set_at = excluded.set_at",
        person,
        hashed,
        at,
    )


async def mark_registered(tx: WriteTx, person: PersonId, at: Instant) -> bool:
    """False if the person was registered before."""
    changed = await tx.run(
        "UPDATE person SET registered_at = $2 WHERE id = $1 AND registered_at IS NULL", person, at
    )
    return changed == 1


async def sealed_puk(tx: ReadTx, line: LineId) -> bytes | None:
    value = await tx.value("SELECT sealed FROM puk WHERE line_id = $1", line)
    return None if value is None else bytes(value)


async def staff_member(tx: ReadTx, name: str) -> tuple[int, str] | None:
    """Id and password hash."""
    row = await tx.row("SELECT id, password_hash FROM staff WHERE name = $1", name)
    return None if row is None else (row[0], row[1])


async def staff_name(tx: ReadTx, staff: int) -> str:
    return str(await tx.value("SELECT name FROM staff WHERE id = $1", staff))


async def set_staff(tx: WriteTx, id: int, name: str, hashed: str, at: Instant) -> None:
    await tx.run(
        "INSERT INTO staff VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash",
        id,
        name,
        hashed,
        at,
    )


async def open_session(tx: WriteTx, session: Session, token_digest: bytes) -> None:
    await tx.run(
        "INSERT INTO session VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL)",
        session.id,
        token_digest,
        session.person,
        session.staff,
        session.line,
        session.level,
        session.channel,
        session.device,
        session.started_at,
        session.last_seen_at,
        session.expires_at,
    )


async def session_by_token(tx: ReadTx, token_digest: bytes) -> tuple[Session, list[Line]] | None:
    """The session of the token, unless it was ended, with all lines of the person whose it is.

    Whether it is still fresh is the caller's to judge. One statement, because every page asks it.
    """
    rows = await tx.rows(
        f"SELECT s.id, s.person_id, s.staff_id, s.line_id, s.level, s.channel, s.device,"
        f" s.started_at, s.last_seen_at, s.expires_at, {LINE_COLUMNS} FROM session s"
        " LEFT JOIN person p ON p.id = s.person_id"
        " LEFT JOIN contract c ON c.person_id = p.id"
        " LEFT JOIN line l ON l.contract_id = c.id"
        " LEFT JOIN identifier i ON i.target_id = l.id AND i.valid_to IS NULL"
        " AND i.kind IN ('msisdn', 'login')"
        " WHERE s.token_digest = $1 AND s.ended_at IS NULL ORDER BY l.id",
        token_digest,
    )
    if not rows:
        return None
    return Session(*rows[0][:10]), [line_of(row[10:]) for row in rows if row[10] is not None]


async def sessions_of(tx: ReadTx, person: PersonId, seen_after: Instant) -> list[Session]:
    rows = await tx.rows(
        f"{_SESSION} WHERE person_id = $1 AND ended_at IS NULL AND last_seen_at > $2"
        " AND expires_at > $2 ORDER BY last_seen_at DESC, id",
        person,
        seen_after,
    )
    return [session for session in map(_session, rows) if session is not None]


async def opened_since(tx: ReadTx, person: PersonId, since: Instant) -> int:
    """How many sessions of the person began after the instant, whether they go on or not."""
    return int(
        await tx.value(
            "SELECT COUNT(*) FROM session WHERE person_id = $1 AND started_at > $2", person, since
        )
    )


async def touch_session(tx: WriteTx, session: int, at: Instant) -> None:
    await tx.run("UPDATE session SET last_seen_at = $2 WHERE id = $1", session, at)


async def move_session(tx: WriteTx, session: int, line: LineId) -> None:
    await tx.run("UPDATE session SET line_id = $2 WHERE id = $1", session, line)


async def end_session(tx: WriteTx, session: int, at: Instant) -> bool:
    changed = await tx.run(
        "UPDATE session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL", session, at
    )
    return changed == 1


async def end_sessions(tx: WriteTx, person: PersonId, at: Instant, keep: int = 0) -> int:
    """End all sessions of the person but `keep`; how many."""
    return await tx.run(
        "UPDATE session SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL AND id <> $3",
        person,
        at,
        keep,
    )


async def forget_sessions(tx: WriteTx, before: Instant) -> int:
    """Sessions that could not go on after the instant, whether they were ended or not."""
    return await tx.run("DELETE FROM session WHERE expires_at <= $1", before)


async def count_attempt(tx: WriteTx, kind: str, subject: bytes, at: Instant, window_us: int) -> int:
    """Count one more failure of the subject; how many in the current window.

    Counted before the secret is looked at, and taken back by `clear_attempts` when it was right, so
    that parallel tries cannot outrun the counter (ASVS 5.0, 6.3.1).
    """
    value = await tx.value(
        "INSERT INTO attempt VALUES ($1, $2, 1, $3) ON CONFLICT (kind, subject) DO UPDATE SET"
        " failures = CASE WHEN attempt.since < $4 THEN 1 ELSE attempt.failures + 1 END,"
        " since = CASE WHEN attempt.since < $4 THEN excluded.since ELSE attempt.since END"
        " RETURNING failures",
        kind,
        subject,
        at,
        at - window_us,
    )
    return int(value)


async def attempts(tx: ReadTx, kind: str, subject: bytes, since: Instant) -> int:
    value = await tx.value(
        "SELECT failures FROM attempt WHERE kind = $1 AND subject = $2 AND since >= $3",
        kind,
        subject,
        since,
    )
    return value or 0


async def touch_attempt(tx: WriteTx, kind: str, subject: bytes) -> None:
    """Write a counter again, a microsecond younger: SQLite writes nothing that stays the same."""
    await tx.run(
        "UPDATE attempt SET since = since + 1 WHERE kind = $1 AND subject = $2", kind, subject
    )


async def clear_attempts(tx: WriteTx, kind: str, subject: bytes) -> None:
    await tx.run("DELETE FROM attempt WHERE kind = $1 AND subject = $2", kind, subject)


async def forget_attempts(tx: WriteTx, before: Instant) -> int:
    """Counters that began before the instant, which must be older than any lock."""
    return await tx.run("DELETE FROM attempt WHERE since <= $1", before)


async def uncount_attempt(tx: WriteTx, kind: str, subject: bytes) -> None:
    """Take one count back: the try was right, and others' failures stay counted."""
    await tx.run(
        "UPDATE attempt SET failures = failures - 1"
        " WHERE kind = $1 AND subject = $2 AND failures > 0",
        kind,
        subject,
    )


def _session(row: Row | None) -> Session | None:
    return None if row is None else Session(*row)
