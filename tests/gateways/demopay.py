"""Demopay, the demo's provider, without the demo's pages: a card is given to it directly."""

from dataclasses import dataclass, field

from abonent.kernel.time import SystemClock
from abonent.operations.ports import Checkout
from abonent.simulator.demopay import sql as till
from abonent.simulator.demopay.provider import (
    HEADER,
    REFUSED,
    Demopay,
    body_of,
    ended,
    reference_of,
)
from abonent.store.database import Database
from tests.gateways.servers import Fault, Message, Payer

CARDS = {"pays": "4242", "declined": "0002"}


@dataclass
class DemopayDesk:
    """Its messages are signed and read by Demopay itself."""

    db: Database
    fault: Fault = ""
    clock: SystemClock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        self.gateway = Demopay(self.db, self.clock, b"a key of the tests")

    async def visit(self, checkout: Checkout, payer: Payer) -> list[Message]:
        payment = int(checkout.url.rpartition("/")[2])
        slip = await self.db.read(lambda tx: till.find(tx, payment))
        assert slip is not None
        if payer == "leaves":
            return []
        done = ended(slip, CARDS[payer], REFUSED, self.clock.now())
        await self.db.write(lambda tx: till.settle(tx, done))
        return [self.signed_again(body_of(done).encode())]

    async def kept(self, *, good: bool) -> str:
        card = CARDS["pays" if good else "declined"]
        return f"dp_{card}_{card}"

    async def taken(self, payment: int) -> int:
        slip = await self.db.read(lambda tx: till.find(tx, payment))
        return slip.amount.amount_minor if slip is not None and slip.state == "paid" else 0

    def signed_again(self, body: bytes) -> Message:
        return Message(body, self.gateway.sign(body))

    async def report(self) -> list[str]:
        rows = await self.db.read(
            lambda tx: tx.rows("SELECT payment FROM simulator_payment ORDER BY payment")
        )
        lines = [",".join(HEADER)]
        for (payment,) in rows:
            slip = await self.db.read(lambda tx, id=payment: till.find(tx, id))  # type: ignore[misc]
            assert slip is not None
            row = f"{slip.payment},{reference_of(slip.payment)},%s{slip.amount.decimal()},UAH"
            lines += [row % ""] if slip.state in ("paid", "refunded") else []
            lines += [row % "-"] if slip.state == "refunded" else []
        return lines
