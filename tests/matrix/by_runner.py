"""An operation that may be dialled, and that no menu offers: as a menu would ask for it."""

from abonent.accounts.model import Line
from abonent.kernel.outcome import Done
from tests.matrix.cases import Asked
from tests.matrix.stage import Stage


class Dialled:
    channel = "ussd"

    def __init__(self, stage: Stage, line: Line, asked: Asked) -> None:
        self._stage = stage
        self._line = line
        self._asked = asked

    async def enter(self) -> None:
        """The network vouches for the number."""

    async def do(self, name: str) -> str:
        """What the receipt says."""
        house = self._stage.house
        case = house.case(self._line, "ussd", 0)
        fields = dict(self._asked.fields(self._line))
        outcome = await house.runner.propose(case, name, fields, confirm=True)
        assert isinstance(outcome, Done), outcome
        return self._stage.wording(self._asked.answered_in).text(outcome.receipt.text)

    async def leave(self) -> None:
        """There is no session."""
