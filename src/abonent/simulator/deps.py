"""What the simulator is handed by the composition root."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from abonent.kernel.time import MovableClock
from abonent.operations.env import Env
from abonent.simulator.demopay.provider import Demopay
from abonent.simulator.network import Network
from abonent.store.database import Database


class Reply(Protocol):
    """What a telephone shows; with `end`, the network has closed the session."""

    @property
    def text(self) -> str: ...

    @property
    def end(self) -> bool: ...


class Ussd(Protocol):
    """The USSD channel: answers a dialled code, or what was typed after the last screen."""

    async def handle(
        self, link: str, number: str, session: str, text: str, step: int | None = None
    ) -> Reply: ...


class Render(Protocol):
    """Shows a template of ours to the visitor in their language, in the frame of all pages."""

    async def __call__(
        self, request: Request, template: str, context: Mapping[str, object], status: int
    ) -> Response: ...


@dataclass(frozen=True, slots=True)
class SimulatorDeps:
    """`clock` is the one of `env`. `catch_up` does all that is due now and delivers the outbox.

    `webhook` takes what a provider of payments tells, and gives the HTTP status.
    """

    db: Database
    env: Env
    clock: MovableClock
    network: Network
    ussd: Ussd
    demopay: Demopay
    webhook: Callable[[str, bytes, Mapping[str, str]], Awaitable[int]]
    catch_up: Callable[[], Awaitable[None]]
    render: Render
