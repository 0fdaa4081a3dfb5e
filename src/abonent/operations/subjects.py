"""Which line a request is about, where it names one: only what the asker may touch is found."""

from dataclasses import replace

from abonent.accounts import lines
from abonent.kernel.case import Case, Person
from abonent.kernel.ids import OperationId
from abonent.operations.env import Env
from abonent.store.tx import ReadTx


async def case_about(tx: ReadTx, case: Case, _env: Env, on: int) -> Case | None:
    """The case about a line, a contract or an account of the person; None for any other id.

    A contract or an account of several lines stands for the one of the case, or else the first.
    """
    if not isinstance(case.who, Person):
        return None
    own = [line.subject for line in await lines.of_person(tx, case.who.id)]
    named = [subject for subject in own if on in (subject.line, subject.contract, subject.account)]
    if not named:
        return None
    return replace(case, on=case.on if case.on in named else named[0])


async def case_of_proposal(tx: ReadTx, case: Case, env: Env, proposal: OperationId) -> Case | None:
    """The case about the line that something was proposed for; None if it is not the person's."""
    line = await tx.value("SELECT line_id FROM proposal WHERE id = $1", proposal)
    return None if line is None else await case_about(tx, case, env, line)
