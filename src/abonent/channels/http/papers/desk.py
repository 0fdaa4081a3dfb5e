"""Where papers are asked for: small ones are handed over at once, long ones are made meanwhile."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias

from abonent.channels.http.papers.invoice import invoice_paper
from abonent.channels.http.papers.layouts import LAYOUTS, Asked
from abonent.channels.http.papers.paper import CsvText, Paper, Writer
from abonent.channels.http.papers.press import PaperFault, Press, PressBusy
from abonent.channels.http.problem import HttpProblem
from abonent.channels.wording import Wording, Wordings
from abonent.kernel.case import Case
from abonent.kernel.outcome import Refused
from abonent.operations.papers import (
    PaperState,
    finish_paper,
    give_up_paper,
    order_paper,
    paper_content,
    paper_in_the_making,
    paper_state,
    report_progress,
    take_over,
)
from abonent.operations.ports import Unavailable
from abonent.operations.runner import Runner
from abonent.operations.subjects import case_about

Format: TypeAlias = Literal["pdf", "xlsx", "csv"]
KINDS: Mapping[str, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
"""Content types by format (IANA)."""

SMALL_ROWS = 1500
"""What a reader does not mind to wait for: a second at most."""
_AT_ONCE = 3
"""Papers that one person may ask for at the same time."""
_BEAT_S = 1.0
_CHUNK = 500

_log = logging.getLogger("abonent.papers")


@dataclass(frozen=True, slots=True)
class File:
    name: str
    kind: str
    content: bytes


class Desk:
    """All papers that the program gives out. Nothing of them is kept in this process."""

    def __init__(self, runner: Runner, wordings: Wordings) -> None:
        self._runner = runner
        self._wordings = wordings
        self._press = Press()
        self._asking: Counter[int] = Counter()
        self._making: set[asyncio.Task[None]] = set()

    async def ask(
        self, case: Case, wording: Wording, about: Mapping[str, str], wanted: Format
    ) -> File | PaperState:
        """The file of a paper, or where it stands if it takes long.

        Raises HttpProblem: 404 for what is not there, 422 for a wrong period, 429 for too many.
        """
        ask = {**about, "format": wanted, "language": wording.language}
        async with self._turn(case.subject.person):
            known = await self._runner.read(paper_in_the_making, case, ask)
            if known is not None:
                return await self._looked_after(case, known)
            paper = await self._laid_out(case, ask)
            if wanted == "csv":
                return File(f"{paper.name}.csv", KINDS["csv"], await self._csv(paper, wording))
            if len(paper.rows) > SMALL_ROWS:
                return await self._ordered(case, paper, ask)
            return File(f"{paper.name}.{wanted}", KINDS[wanted], await self._small(paper, ask))

    async def find(self, case: Case, id: int) -> PaperState:
        """How far a paper is; one whose maker has stopped is begun again. HttpProblem 404."""
        found = await self._runner.read(paper_state, case, id)
        if found is None:
            raise HttpProblem(404, "not_found")
        return await self._looked_after(case, found)

    async def fetch(self, case: Case, id: int) -> File:
        """A paper that is ready; raises HttpProblem 404."""
        found = await self._runner.read(paper_content, case, id)
        if found is None:
            raise HttpProblem(404, "not_found")
        name, content = found
        return File(name, KINDS[name.rpartition(".")[2]], content)

    @asynccontextmanager
    async def _turn(self, person: int) -> AsyncIterator[None]:
        if self._asking[person] >= _AT_ONCE:
            raise HttpProblem(429, "papers_too_many")
        self._asking[person] += 1
        try:
            yield
        finally:
            self._asking[person] -= 1
            if not self._asking[person]:
                del self._asking[person]

    async def _laid_out(self, case: Case, ask: Mapping[str, str]) -> Paper:
        wording = self._wordings.for_language(ask["language"])
        layout = invoice_paper if ask["paper"] == "invoice" else LAYOUTS[ask["paper"]]
        return await layout(Asked(self._runner, case, wording, ask))

    async def _csv(self, paper: Paper, wording: Wording) -> bytes:
        env = self._runner.env
        text = CsvText(paper, Writer(wording, env.zone), env.operator.currency)
        for n, cells in enumerate(paper.rows, 1):
            text.add(cells)
            if n % _CHUNK == 0:
                await asyncio.sleep(0)
        return text.bytes()

    async def _small(self, paper: Paper, ask: Mapping[str, str]) -> bytes:
        try:
            return await self._printed(paper, ask, _Progress())
        except PressBusy:
            raise HttpProblem(429, "papers_too_many") from None

    async def _printed(self, paper: Paper, ask: Mapping[str, str], progress: "_Progress") -> bytes:
        env = self._runner.env
        writer = Writer(self._wordings.for_language(ask["language"]), env.zone)
        say = writer.printed if ask["format"] == "pdf" else writer.counted
        rows = ([say(cell) for cell in cells] for cells in paper.rows)
        head = writer.head(paper, ask["format"], env.clock.now())
        return await self._press.make(head, rows, progress.reached)

    async def _ordered(self, case: Case, paper: Paper, ask: Mapping[str, str]) -> PaperState:
        db, env = self._runner.db, self._runner.env
        ordered = await order_paper(db, env, case, ask, len(paper.rows))
        if isinstance(ordered, Refused):
            raise HttpProblem(429, ordered.code)
        state, is_new = ordered
        if is_new:
            self._begin(state.id, paper, ask)
        return state

    async def _looked_after(self, case: Case, state: PaperState) -> PaperState:
        if not state.left_alone or not await take_over(self._runner.db, state.id):
            return state
        whose = await self._runner.read(case_about, case, state.line)
        if whose is None:
            await give_up_paper(self._runner.db, state.id)
        else:
            self._begin(state.id, await self._laid_out(whose, state.ask), state.ask)
        return state

    def _begin(self, id: int, paper: Paper, ask: Mapping[str, str]) -> None:
        task = asyncio.create_task(self._make(id, paper, ask))
        self._making.add(task)
        task.add_done_callback(self._making.discard)

    async def _make(self, id: int, paper: Paper, ask: Mapping[str, str]) -> None:
        progress = _Progress()
        beating = asyncio.create_task(self._beat(id, progress))
        try:
            content = await self._printed(paper, ask, progress)
        except (PressBusy, PaperFault) as fault:
            # Not its text: what the maker complains of may quote what is on the paper.
            _log.error("a paper cannot be made", extra={"fields": {"why": type(fault).__name__}})
            await give_up_paper(self._runner.db, id)
        else:
            await finish_paper(self._runner.db, id, f"{paper.name}.{ask['format']}", content)
        finally:
            beating.cancel()

    async def _beat(self, id: int, progress: "_Progress") -> None:
        """Say how far it is, which also says that somebody is at it."""
        while True:
            await asyncio.sleep(_BEAT_S)
            try:
                await report_progress(self._runner.db, id, progress.rows)
            except Unavailable:
                continue


class _Progress:
    rows = 0

    def reached(self, rows: int) -> None:
        self.rows = rows
