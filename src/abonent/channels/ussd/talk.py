"""A conversation as it is kept between two inputs."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from abonent.channels.dialogue.steps import Session
from abonent.channels.ussd.pages import Screen, pages
from abonent.kernel.ids import OperationId
from abonent.kernel.time import Instant


@dataclass(frozen=True, slots=True)
class Talk:
    """Where a person is in the tree, what is on their screen, and which page of it."""

    begun: Instant
    """Real time. Peers use their session ids again; with it a dialogue has a name of its own."""
    session: Session
    screen: Screen
    further: str
    over: bool
    """Whether the dialogue ends when the last page has been read."""
    page: int = 0

    @property
    def pages(self) -> tuple[str, ...]:
        return pages(self.screen, self.further)

    @property
    def text(self) -> str:
        return self.pages[self.page]

    @property
    def unread(self) -> bool:
        """Whether there are further pages."""
        return self.page + 1 < len(self.pages)

    @property
    def ended(self) -> bool:
        return self.over and not self.unread

    @property
    def must_be_read(self) -> bool:
        """Whether nothing can be chosen before the last page: a price is there, or the end."""
        return self.unread and (self.over or bool(self.screen.held))

    def turned(self) -> "Talk":
        """The next page."""
        return replace(self, page=self.page + 1)

    def read_on(self) -> "Talk":
        """What must be read before anything is chosen: the page with the price, or the next one."""
        return replace(self, page=len(self.pages) - 1) if self.screen.held else self.turned()

    def noticed(self, notice: str) -> "Talk":
        """The same once more, after a notice."""
        return replace(self, page=0, screen=replace(self.screen, notice=notice))


def talk_to_json(talk: Talk) -> str:
    """All of it, in ASCII: what people type may hold what a database refuses."""
    return json.dumps(asdict(talk), separators=(",", ":"))


def talk_from_json(text: str) -> Talk:
    """The talk that was kept; for what `talk_to_json` wrote."""
    packed: dict[str, Any] = json.loads(text)
    session, screen = packed["session"], packed["screen"]
    proposal = session["proposal"]
    return Talk(
        begun=Instant(packed["begun"]),
        session=Session(
            node=session["node"],
            stage=session["stage"],
            answers=session["answers"],
            trail=tuple(session["trail"]),
            offered=session["offered"],
            proposal=None if proposal is None else OperationId(proposal),
        ),
        screen=Screen(
            body=tuple(screen["body"]),
            options=tuple(screen["options"]),
            held=tuple(screen["held"]),
            keys=screen["keys"],
            notice=screen["notice"],
        ),
        further=packed["further"],
        over=packed["over"],
        page=packed["page"],
    )
