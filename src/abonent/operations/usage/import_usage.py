"""Importing a file of usage records: in chunks, resumable, and without effect the second time.

Every chunk is one transaction, which also says how far the file has come. An import that was killed
goes on behind its last chunk; one that was finished starts over, finds every record repeated, and
gives lines that were rejected another chance.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TextIO

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.accounts.numbers import Holding, holdings
from abonent.kernel.msisdn import NumberPlan, NumberProblem
from abonent.kernel.outcome import Refused, refused
from abonent.operations.env import Env
from abonent.operations.usage.rate_usage import (
    Added,
    Arrived,
    Batch,
    Repeated,
    Unrated,
    Verdict,
    key_of,
    rate_batch,
)
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx
from abonent.usage import sql as usage
from abonent.usage.formats import READERS
from abonent.usage.formats.rows import Parsed, Reading, Rejected
from abonent.usage.model import Import
from abonent.usage.textfile import looks_binary, open_text

Row = Parsed | Rejected

CHUNK_LINES = 1000
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class UsageFile:
    """A file and how to read it: one of `READERS`, and whose it is if it is all of one line."""

    path: Path
    format: str
    line: str | None = None
    """A number or login in use now, which goes before whatever the file says."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A chunk was stored: the file's counts so far, and about how many of its bytes are done."""

    state: Import
    bytes_done: int


Report = Callable[[Progress | Rejected], None]
"""Called with every rejected line, in order, and after every chunk."""


async def import_file(db: Database, env: Env, file: UsageFile, report: Report) -> Import | Refused:
    """Import a file; its counts, or the reason why nothing of it could be read.

    Refused as a whole: `format_unknown`, `file_unreadable`, `file_empty`, `file_binary`,
    `header_unknown`, and `line_unknown` for a line that does not exist.
    """
    owner = None
    if file.line is not None:
        number = _normal(file.line, env.number_plan)
        owner = await db.read(lambda tx: lines.by_number(tx, number))
        if owner is None:
            return refused("line_unknown")
    fresh = _examine(file, owner)
    if isinstance(fresh, Refused):
        return fresh
    begun = await db.read(lambda tx: usage.import_of(tx, fresh.digest))
    state = fresh if begun is None or begun.finished_at is not None else begun
    with open_text(file.path) as stream:
        return await _Import(db, env, owner, report).run(stream, state)


@dataclass(frozen=True, slots=True)
class _Import:
    db: Database
    env: Env
    owner: Line | None
    report: Report

    async def run(self, stream: TextIO, state: Import) -> Import | Refused:
        env = self.env
        reading = Reading(env.zone, env.clock.now(), after_line=state.lines_done)
        for rows in _chunks(READERS[state.format](stream, reading)):
            if rows[0] == Rejected(1, "header_unknown"):
                return refused("header_unknown")
            state = await self.store(rows, state)
            self.report(Progress(state, stream.buffer.tell()))
        state = replace(state, finished_at=env.clock.now())
        await self.db.write(lambda tx: usage.save_import(tx, state))
        return state

    async def store(self, rows: Sequence[Row], state: Import) -> Import:
        """One transaction: the records of a chunk, and how far the file has come with them."""
        now = self.env.clock.now()
        ids = [self.env.ids.next() for _ in rows]

        async def write(tx: WriteTx) -> tuple[Import, list[Rejected]]:
            owners = await _owners(tx, self.env.number_plan, self.owner, rows)
            found = list(map(owners.arrived, ids, rows))
            arrived = [row for row in found if isinstance(row, Arrived)]
            verdicts = iter(await rate_batch(tx, self.env, Batch(state.format, now, arrived)))
            outcomes = [row if isinstance(row, Rejected) else next(verdicts) for row in found]
            counted, rejected = _counted(state, rows, outcomes)
            await usage.save_import(tx, counted)
            return counted, rejected

        counted, rejected = await self.db.write(write)
        for row in rejected:
            self.report(row)
        return counted


@dataclass(frozen=True, slots=True)
class _Owners:
    """Whose the records of a chunk are."""

    owner: Line | None
    holdings: dict[str, list[Holding]]
    """By the number as the file has it."""

    def arrived(self, id: int, row: Row) -> Arrived | Rejected:
        """The record with its line, or why it has none."""
        if isinstance(row, Rejected):
            return row
        if self.owner is not None:
            line, account = self.owner.id, self.owner.account
        elif row.number is None:
            return Rejected(row.line, "number_missing")
        else:
            held = self.holdings[row.number]
            then = [holding for holding in held if holding.at(row.record.at)]
            if not then:
                return Rejected(row.line, "number_not_in_use" if held else "number_unknown")
            line, account = then[-1].line, then[-1].account
        return Arrived(id, line, account, row.record, row.id or key_of(line, row.record))


async def _owners(tx: ReadTx, plan: NumberPlan, owner: Line | None, rows: Iterable[Row]) -> _Owners:
    if owner is not None:
        return _Owners(owner, {})
    written = {row.number for row in rows if isinstance(row, Parsed) and row.number}
    normal = {number: _normal(number, plan) for number in written}
    found: dict[str, list[Holding]] = {number: [] for number in normal.values()}
    for holding in await holdings(tx, found):
        found[holding.number].append(holding)
    return _Owners(None, {number: found[normal[number]] for number in written})


def _counted(
    state: Import, rows: Sequence[Row], outcomes: Sequence[Verdict | Rejected]
) -> tuple[Import, list[Rejected]]:
    added = [row for row, done in zip(rows, outcomes, strict=True) if isinstance(done, Added)]
    rejected = [
        Rejected(row.line, done.reason)
        for row, done in zip(rows, outcomes, strict=True)
        if isinstance(done, Rejected | Unrated)
    ]
    counted = replace(
        state,
        lines_done=rows[-1].line,
        added=state.added + len(added),
        repeated=state.repeated + sum(isinstance(done, Repeated) for done in outcomes),
        repaired=state.repaired + sum(isinstance(row, Parsed) and row.repaired for row in added),
        rejected=state.rejected + len(rejected),
    )
    return counted, rejected


def _examine(file: UsageFile, owner: Line | None) -> Import | Refused:
    """An import that has not begun yet, if the file can be one."""
    if file.format not in READERS:
        return refused("format_unknown")
    digest = hashlib.sha256(f"{file.format} {'' if owner is None else owner.id}\n".encode())
    size = 0
    try:
        if not file.path.is_file():
            return refused("file_unreadable")
        with file.path.open("rb") as data:
            while block := data.read(_BLOCK_BYTES):
                if size == 0 and looks_binary(block):
                    return refused("file_binary")
                digest.update(block)
                size += len(block)
    except OSError:
        return refused("file_unreadable")
    return Import(digest.hexdigest(), file.format, size) if size else refused("file_empty")


def _normal(text: str, plan: NumberPlan) -> str:
    """A number as it is stored; what is none may be a login."""
    try:
        return plan.parse(text)
    except NumberProblem:
        return text


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK_LINES)):
        yield chunk
