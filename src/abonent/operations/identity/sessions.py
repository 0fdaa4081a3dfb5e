"""Logging in and out, and finding the session of a token.

A token is 256 random bits; only its keyed digest is stored. A new one is issued at every log-in and
whenever the level changes (OWASP ASVS 5.0, 7.2). Idle time runs on the business clock.
"""

from dataclasses import dataclass
from secrets import token_urlsafe

from abonent.accounts import lines, secrets
from abonent.accounts.model import Line
from abonent.accounts.model import Session as Row
from abonent.kernel.case import Case, Channel, Guest, Person, Staff
from abonent.kernel.ids import LineId, PersonId
from abonent.kernel.msisdn import NumberProblem
from abonent.kernel.outcome import Refused, refused
from abonent.kernel.time import SECOND_US, Instant
from abonent.operations import attempts
from abonent.operations.attempts import Guard, address_guard
from abonent.operations.env import Env
from abonent.operations.messages import Deed, journal_line, notice
from abonent.operations.runner import Runner
from abonent.store.tx import ReadTx, WriteTx

STAFF_PREFIX = "staff:"
_TOUCH_EVERY_US = 60 * SECOND_US
_DEVICE_LONGEST = 120
MOST_LOGINS = 200
"""Of one person, in the time that a lock lasts."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh session. The token is told once and never stored."""

    token: str
    expires_at: Instant
    level: int


@dataclass(frozen=True, slots=True)
class Session:
    """Whose a token is. `person` and `line` are None for staff; `lines` are all of the person's."""

    id: int
    case: Case
    person: PersonId | None
    line: Line | None
    lines: tuple[Line, ...]
    language: str
    expires_at: Instant
    idle_left_s: int


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from: an address, how, and what the client calls itself."""

    source: str
    channel: Channel
    device: str = ""


async def open_session(
    runner: Runner, login: str, password: str, client: Client
) -> Opened | Refused:
    """Log in by number (or, but for the web, `staff:NAME`) and password.

    Unknown and known logins get the same answer after the same work. Refusals: `password_wrong`,
    `login_locked`, `too_many_tries`, `postpaid_not_served`.
    """
    env = runner.env
    name = _normal(env, login)
    guards = (
        Guard(
            "login",
            name,
            env.operator.locks.max_wrong_passwords,
            env.operator.locks.lock_minutes,
            "login_locked",
        ),
        *address_guard(env, client.source),
    )
    over = await attempts.count(runner.db, env, guards)
    if over is not None:
        return over
    owner, hashed = await runner.db.read(lambda tx: _credential(tx, name, client.channel))
    if await _comes_too_often(runner, owner):
        return refused("too_many_tries", minutes=env.operator.locks.lock_minutes)
    right = await env.secrets.verify_password(hashed, password)
    if not right or owner is None:
        await runner.db.write(lambda tx: _failed(tx, env, owner, client, guards[0]))
        return refused("password_wrong")
    await attempts.forgive(runner.db, env, guards)
    if isinstance(owner, Line) and owner.billing not in env.operator.accepts:
        return refused("postpaid_not_served")
    return await start_session(runner, owner, client)


async def start_session(runner: Runner, owner: Line | int, client: Client) -> Opened:
    """A session at level 1 of a line's holder, or of a member of staff by id."""
    env = runner.env
    token, id = token_urlsafe(32), env.ids.next()
    now = env.clock.now()
    longest_us = env.operator.session.longest_hours * 3600 * SECOND_US
    row = Row(
        id=id,
        person=owner.person if isinstance(owner, Line) else None,
        staff=None if isinstance(owner, Line) else owner,
        line=owner.id if isinstance(owner, Line) else None,
        level=1,
        channel=client.channel,
        device=client.device[:_DEVICE_LONGEST],
        started_at=now,
        last_seen_at=now,
        expires_at=Instant(now + longest_us),
    )

    async def fn(tx: WriteTx) -> None:
        await secrets.open_session(tx, row, env.secrets.digest("session", token))
        if isinstance(owner, Line):
            await journal_line(tx, env, _case(owner, row, client.source), Deed("login"))
            await notice(tx, env, owner, "login", {})

    await runner.db.write(fn)
    return Opened(token, row.expires_at, row.level)


async def resolve(runner: Runner, token: str, client: Client) -> Session | None:
    """The session of the token, unless it has ended, expired or been idle for too long.

    `last_seen` is written at most once a minute, so that what is left may be less than the whole.
    """
    env = runner.env
    digest = env.secrets.digest("session", token)
    found = await runner.db.read(lambda tx: _find(tx, digest))
    if found is None:
        return None
    row, mine, staff = found
    now = env.clock.now()
    idle_us = env.operator.session.idle_minutes * 60 * SECOND_US
    seen = row.last_seen_at
    if row.channel != client.channel or now >= min(row.expires_at, seen + idle_us):
        return None
    if now - seen >= _TOUCH_EVERY_US:
        await runner.db.write(lambda tx: secrets.touch_session(tx, row.id, now))
        seen = now
    line = next((line for line in mine if line.id == row.line), None)
    if line is not None:
        case, language = _case(line, row, client.source), line.language
    elif row.staff is not None:
        case = Case(Staff(staff), None, row.level, client.channel, row.id, client.source)
        language = env.operator.languages[0]
    else:
        return None  # the line is somebody else's by now
    idle_left_s = (min(row.expires_at, seen + idle_us) - now) // SECOND_US
    return Session(
        id=row.id,
        case=case,
        person=row.person,
        line=line,
        lines=tuple(mine),
        language=language,
        expires_at=row.expires_at,
        idle_left_s=idle_left_s,
    )


async def close_session(runner: Runner, session: Session) -> None:
    """Log out; the token is worth nothing from then on."""
    env = runner.env

    async def fn(tx: WriteTx) -> None:
        if await secrets.end_session(tx, session.id, env.clock.now()):
            await journal_line(tx, env, session.case, Deed("logout"))

    await runner.db.write(fn)


async def choose_line(runner: Runner, session: Session, line: LineId) -> bool:
    """Make another line of the same person the session's own; False if it is not theirs."""

    async def fn(tx: WriteTx) -> bool:
        wanted = await lines.by_id(tx, line)
        if wanted is None or session.person is None or wanted.person != session.person:
            return False
        await secrets.move_session(tx, session.id, line)
        return True

    return await runner.db.write(fn)


def _normal(env: Env, login: str) -> str:
    """The login as it is stored: a number by the plan, anything else as typed."""
    if login.startswith(STAFF_PREFIX):
        return login
    try:
        return env.number_plan.parse(login)
    except NumberProblem:
        return login


async def _credential(
    tx: ReadTx, name: str, channel: Channel
) -> tuple[Line | int | None, str | None]:
    if name.startswith(STAFF_PREFIX) and channel == "web":
        return None, None  # the cabinet has nothing for staff
    if name.startswith(STAFF_PREFIX):
        member = await secrets.staff_member(tx, name.removeprefix(STAFF_PREFIX))
        return (None, None) if member is None else member
    line = await lines.by_number(tx, name)
    if line is None:
        return None, None
    return line, await secrets.password_hash(tx, line.person)


async def _comes_too_often(runner: Runner, owner: Line | int | None) -> bool:
    """Whether more log-ins would only be work: each costs a hash, a message and a journal line.

    Asked for nobody, too, because it takes time.
    """
    person = owner.person if isinstance(owner, Line) else PersonId(0)
    now, minutes = runner.env.clock.now(), runner.env.operator.locks.lock_minutes
    since = Instant(now - minutes * 60 * SECOND_US)
    opened = await runner.db.read(lambda tx: secrets.opened_since(tx, person, since))
    return opened >= MOST_LOGINS


async def _failed(
    tx: WriteTx, env: Env, owner: Line | int | None, client: Client, guard: Guard
) -> None:
    if isinstance(owner, Line):
        case = Case(Guest(), owner.subject, 0, client.channel, source=client.source)
        await journal_line(tx, env, case, Deed("login", "password_wrong"))
    else:
        await attempts.weigh(tx, env, guard)


async def _find(tx: ReadTx, digest: bytes) -> tuple[Row, list[Line], str] | None:
    found = await secrets.session_by_token(tx, digest)
    if found is None:
        return None
    row, mine = found
    return row, mine, "" if row.staff is None else await secrets.staff_name(tx, row.staff)


def _case(line: Line, row: Row, source: str) -> Case:
    return Case(Person(line.person), line.subject, row.level, client_channel(row), row.id, source)


def client_channel(row: Row) -> Channel:
    """The channel that a session was opened in and is bound to."""
    channels: dict[str, Channel] = {"web": "web", "api": "api"}
    return channels[row.channel]
