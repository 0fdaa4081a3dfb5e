"""Who may do what: one function, asked when something is proposed and again under the locks."""

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case, Guest, Person, Staff, System
from abonent.kernel.outcome import Refused, refused
from abonent.operations.env import Env
from abonent.operations.model import Asker, Operation
from abonent.store.tx import ReadTx


async def may(tx: ReadTx, case: Case, operation: Operation, env: Env) -> Line | Refused | None:
    """The line that the case is about (None for a case about none), or why it may not be done."""
    if not open_to(case, operation):
        return refused("not_allowed")
    if case.on is None:
        return None if "guest" in operation.askers else refused("not_allowed")
    line = await lines.by_id(tx, case.on.line)
    if line is None or line.subject != case.on:
        return refused("not_found")
    if isinstance(case.who, Person) and line.person != case.who.id:
        return refused("not_found")
    # To a guest, refusing by contract would tell a stranger something about somebody's number;
    # and staff put right what others have got through all the same.
    spared = isinstance(case.who, Guest | Staff)
    if not spared and line.billing not in env.operator.accepts:
        return refused("postpaid_not_served")
    if line.blocked and not operation.while_blocked and not isinstance(case.who, System):
        return refused("line_blocked")
    return line


def open_to(case: Case, operation: Operation) -> bool:
    """Whether such askers may ask for it through such a channel, whatever it is about."""
    return asker(case) in operation.askers and case.channel in operation.channels


def asker(case: Case) -> Asker:
    match case.who:
        case Guest():
            return "guest"
        case Person():
            return "person"
        case Staff():
            return "staff"
        case System():
            return "system"
