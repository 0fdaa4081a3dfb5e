"""Papers that take long to make: asked for, in the making, ready for a while, forgotten.

The file lies in the store, so that any process can hand it over and another one can go on where one
was stopped. Times are real.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from abonent.kernel.case import Case
from abonent.kernel.outcome import Refused, refused
from abonent.kernel.time import SECOND_US, Instant, SystemClock
from abonent.operations.env import Env
from abonent.store.database import Database
from abonent.store.tx import ReadTx, Row, WriteTx

MOST_IN_THE_MAKING = 2
"""Papers that one person may have in the making at a time."""
MOST_KEPT = 20
"""Papers of one person that lie ready; the oldest make room for a new one."""
CLAIM_US = 60 * SECOND_US
"""How long nothing may be heard of who makes a paper before another one does."""
KEPT_US = 3600 * SECOND_US
"""How long a paper can be fetched."""

_COLUMNS = "id, line_id, ask, state, rows_done, rows_all, claimed_until, name"
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class PaperState:
    """A paper without its content. `ask` says what it is, so that it can be made again."""

    id: int
    line: int
    ask: Mapping[str, str]
    state: Literal["making", "ready", "failed"]
    rows_done: int
    rows_all: int
    claimed_until: Instant
    name: str

    @property
    def left_alone(self) -> bool:
        """Whether who made it has stopped."""
        return self.state == "making" and self.claimed_until <= _CLOCK.now()


async def order_paper(
    db: Database, env: Env, case: Case, ask: Mapping[str, str], rows: int
) -> tuple[PaperState, bool] | Refused:
    """A paper in the making, and whether it is new and to be made by who asks."""
    id = env.ids.next()
    subject, packed = case.subject, json.dumps(ask, sort_keys=True)

    async def fn(tx: WriteTx) -> tuple[PaperState, bool] | Refused:
        now = _CLOCK.now()
        # Under the person's own lock, so that they cannot have more by asking all at once.
        await tx.row("SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE", subject.person)
        making = await _in_the_making(tx, subject.person)
        same = _same(making, subject.line, ask)
        if same is not None:
            return same, False
        if len(making) >= MOST_IN_THE_MAKING:
            return refused("papers_too_many")
        claim = Instant(now + CLAIM_US)
        await tx.run(
            "INSERT INTO paper (id, person_id, line_id, ask, state, rows_done, rows_all,"
            " claimed_until, expires_at, name)"
            " VALUES ($1, $2, $3, $4, 'making', 0, $5, $6, $7, '')",
            id,
            subject.person,
            subject.line,
            packed,
            rows,
            claim,
            now + KEPT_US,
        )
        await tx.run(
            "DELETE FROM paper WHERE person_id = $1 AND state <> 'making' AND id NOT IN"
            " (SELECT id FROM paper WHERE person_id = $1 AND state <> 'making'"
            " ORDER BY id DESC LIMIT $2)",
            subject.person,
            MOST_KEPT,
        )
        return PaperState(id, subject.line, ask, "making", 0, rows, claim, ""), True

    return await db.write(fn)


async def paper_in_the_making(
    tx: ReadTx, case: Case, _env: Env, ask: Mapping[str, str]
) -> PaperState | None:
    """The same paper, if the person has asked for it and it is not ready."""
    return _same(await _in_the_making(tx, case.subject.person), case.subject.line, ask)


async def paper_state(tx: ReadTx, case: Case, _env: Env, id: int) -> PaperState | None:
    """The paper, if it is the person's own and not yet forgotten."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM paper WHERE id = $1 AND person_id = $2 AND expires_at > $3",
        id,
        case.subject.person,
        _CLOCK.now(),
    )
    return None if row is None else _state(row)


async def paper_content(tx: ReadTx, case: Case, _env: Env, id: int) -> tuple[str, bytes] | None:
    """Name and content of a paper of the person's that is ready."""
    row = await tx.row(
        "SELECT name, content FROM paper WHERE id = $1 AND person_id = $2 AND expires_at > $3"
        " AND state = 'ready'",
        id,
        case.subject.person,
        _CLOCK.now(),
    )
    return None if row is None else (row[0], bytes(row[1]))


async def take_over(db: Database, id: int) -> bool:
    """Claim a paper whose maker has stopped; False if it was not so, or another was faster."""
    now = _CLOCK.now()

    async def fn(tx: WriteTx) -> bool:
        changed = await tx.run(
            "UPDATE paper SET claimed_until = $2, rows_done = 0"
            " WHERE id = $1 AND state = 'making' AND claimed_until <= $3",
            id,
            now + CLAIM_US,
            now,
        )
        return changed == 1

    return await db.write(fn)


async def report_progress(db: Database, id: int, rows_done: int) -> None:
    """Say how far it is, and that who makes it is still there."""
    until = _CLOCK.now() + CLAIM_US

    async def fn(tx: WriteTx) -> None:
        await tx.run(
            "UPDATE paper SET rows_done = $2, claimed_until = $3"
            " WHERE id = $1 AND state = 'making'",
            id,
            rows_done,
            until,
        )

    await db.write(fn)


async def finish_paper(db: Database, id: int, name: str, content: bytes) -> None:
    async def fn(tx: WriteTx) -> None:
        await tx.run(
            "UPDATE paper SET state = 'ready', rows_done = rows_all, name = $2, content = $3"
            " WHERE id = $1 AND state = 'making'",
            id,
            name,
            content,
        )

    await db.write(fn)


async def give_up_paper(db: Database, id: int) -> None:
    async def fn(tx: WriteTx) -> None:
        await tx.run("UPDATE paper SET state = 'failed' WHERE id = $1 AND state = 'making'", id)

    await db.write(fn)


async def forget_papers(tx: WriteTx) -> int:
    """Papers that nobody can fetch any more; how many there were."""
    return await tx.run("DELETE FROM paper WHERE expires_at <= $1", _CLOCK.now())


async def _in_the_making(tx: ReadTx, person: int) -> list[PaperState]:
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM paper WHERE person_id = $1 AND state = 'making'"
        " AND expires_at > $2 ORDER BY id",
        person,
        _CLOCK.now(),
    )
    return [_state(row) for row in rows]


def _same(making: list[PaperState], line: int, ask: Mapping[str, str]) -> PaperState | None:
    return next((paper for paper in making if paper.line == line and paper.ask == ask), None)


def _state(row: Row) -> PaperState:
    id, line, ask, state, rows_done, rows_all, claimed_until, name = row
    return PaperState(id, line, json.loads(ask), state, rows_done, rows_all, claimed_until, name)
