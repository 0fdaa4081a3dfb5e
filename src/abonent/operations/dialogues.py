"""What a dialogue needs between two inputs: its session, and who is on the line."""

from dataclasses import astuple, dataclass

from abonent.accounts import lines
from abonent.kernel.case import Case
from abonent.kernel.ids import LineId
from abonent.kernel.outcome import Refused, refused
from abonent.kernel.time import SECOND_US, Instant
from abonent.operations.env import Env
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx

KEPT_S = 3600
"""No dialogue waits that long for an answer."""


@dataclass(frozen=True, slots=True)
class DialogueSession:
    """Where a dialogue stands after `step` inputs.

    `digest` is that of the menu that it was held with, `state` belongs to the channel, `reply` is
    what was answered last. `at` is real time.
    """

    link: str
    line: LineId
    id: str
    step: int
    digest: str
    state: str
    reply: str
    ended: bool
    at: Instant


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is on the line: the language they chose, and why they are not served, if they are not."""

    language: str
    refusal: Refused | None


async def listener(tx: ReadTx, case: Case, env: Env) -> Listener:
    """A view of the line's holder, for channels where nobody logs in."""
    line = await lines.known(tx, case.subject.line)
    served = line.billing in env.operator.accepts
    return Listener(line.language, None if served else refused("postpaid_not_served"))


async def load_session(db: Database, link: str, line: LineId, id: str) -> DialogueSession | None:
    """The session as it was saved last, or None."""

    async def load(tx: ReadTx) -> DialogueSession | None:
        row = await tx.row(
            "SELECT step, digest, state, reply, ended, at FROM dialogue_session"
            " WHERE link = $1 AND line_id = $2 AND id = $3",
            link,
            line,
            id,
        )
        if row is None:
            return None
        step, digest, state, reply, ended, at = row
        return DialogueSession(link, line, id, step, digest, state, reply, bool(ended), at)

    return await db.read(load)


async def save_session(db: Database, session: DialogueSession, *, forget_before: Instant) -> bool:
    """Save a step; False, and nothing saved, where that step or a later one is there already.

    Sessions of the line on the link are forgotten that stood still since before `forget_before`:
    peers use their ids again.
    """

    async def save(tx: WriteTx) -> bool:
        await tx.run(
            "DELETE FROM dialogue_session WHERE link = $1 AND line_id = $2 AND at < $3",
            session.link,
            session.line,
            forget_before,
        )
        stored = await tx.rows(
            "INSERT INTO dialogue_session"
            " (link, line_id, id, step, digest, state, reply, ended, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            " ON CONFLICT (link, line_id, id) DO UPDATE SET step = excluded.step,"
            " digest = excluded.digest, state = excluded.state, reply = excluded.reply,"
            " ended = excluded.ended, at = excluded.at"
            " WHERE dialogue_session.step < excluded.step RETURNING id",
            *astuple(session)[:7],
            int(session.ended),
            session.at,
        )
        return bool(stored)

    return await db.write(save)


async def forget_sessions(db: Database, real_now: Instant) -> int:
    """Forget dialogues that nobody can go on with, with what was said in them; how many."""
    before = real_now - KEPT_S * SECOND_US
    return await db.write(lambda tx: tx.run("DELETE FROM dialogue_session WHERE at < $1", before))
