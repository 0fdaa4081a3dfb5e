"""Drives the engine: runs its errands with the runner and the views until there is an answer."""

from typing import assert_never

from abonent.channels.dialogue import engine
from abonent.channels.dialogue.engine import Turn
from abonent.channels.dialogue.sources import LISTS, PREDICATES, VIEWS
from abonent.channels.dialogue.steps import (
    Again,
    Answer,
    Confirm,
    Errand,
    Fill,
    Filled,
    Propose,
    Prove,
    Reply,
    Result,
    Session,
    Show,
    Shown,
)
from abonent.channels.dialogue.tree import Tree
from abonent.kernel.case import Case
from abonent.kernel.text import Text
from abonent.operations.runner import Runner


class Driver:
    """One tree, driven for whoever asks. Keys make the proposals of a repeated step one."""

    def __init__(self, runner: Runner, tree: Tree) -> None:
        self.tree = tree
        self._runner = runner

    async def begin(
        self, case: Case, entry: str, key: str, preface: tuple[Text, ...] = ()
    ) -> tuple[Session, Reply]:
        """A new session at a node of the tree. Raises `Unavailable` as `advance` does."""
        turn = engine.begin(self.tree, entry, preface)
        session, answer = await self._drive(case, turn, key)
        return session, answer if isinstance(answer, Reply) else Reply((answer.notice,))

    async def advance(
        self, case: Case, session: Session, text: str, key: str
    ) -> tuple[Session, Answer]:
        """The next step of a session. Raises `Unavailable` where the database cannot serve."""
        return await self._drive(case, engine.advance(self.tree, session, text), key)

    async def _drive(self, case: Case, turn: Turn, key: str) -> tuple[Session, Answer]:
        session, step = turn
        while not isinstance(step, Reply | Again):
            result = await self._run(case, step, key)
            session, step = engine.resume(self.tree, session, result)
        return session, step

    async def _run(self, case: Case, errand: Errand, key: str) -> Result:
        match errand:
            case Fill(list=name, predicates=predicates):
                items = await LISTS[name](self._runner, case) if name is not None else ()
                holding = [p for p in predicates if await PREDICATES[p](self._runner, case)]
                return Filled(items, frozenset(holding))
            case Show(view=view):
                return Shown(await VIEWS[view](self._runner, case))
            case Propose(operation=operation, inputs=inputs):
                return await self._runner.propose(case, operation, inputs, key)
            case Confirm(proposal=proposal):
                return await self._runner.confirm(case, proposal)
            case Prove(proposal=proposal, code=code):
                return await self._runner.prove(case, proposal, code)
            case _:
                assert_never(errand)
