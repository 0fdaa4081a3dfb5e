"""Dated things that fall due while programs are killed: each is done once, whoever dies of it.

Everybody's things fall due in one of the storms, while it goes on.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from abonent.kernel.money import POINTS
from abonent.store.database import open_database
from abonent.store.tx import WriteTx
from tests.fixtures.population import POINTS_LEFT, Debtor
from tests.slow.books import rows

LASTS_S = 3.0
"""How long a storm lasts, about: people's things fall due one after another in it."""
ONE_AFTER_ANOTHER_US = 10
EXPIRY, EXPIRED = "points_expiry", "points_expired"
"""Kind of the due row, and kind of its entry."""
Named = tuple[int, str]
"""A line and the kind of something."""
LONGEST_S = 120


class Debts:
    """What debtors owe and how much of it has fallen due."""

    def __init__(self, url: str, debtors: Sequence[Debtor], storms: int) -> None:
        self.debtors = debtors
        self.fallen: list[Debtor] = []
        self.split = 0
        """After how many storms some of what had fallen due was done and some was not."""
        self._until_us = 0
        self._url = url
        self._each = len(debtors) // storms
        self._chance = random.Random(5)

    def fall_due(self, after_s: float = 0) -> None:
        """Have what those of one more storm owe fall due, from in so many seconds on."""
        some = self.debtors[len(self.fallen) : len(self.fallen) + self._each]
        asyncio.run(self._move(some, after_s))
        self.fallen += some

    def look(self) -> None:
        """See how far what fell due in the last storm has come."""
        due = {row[0] for row in rows(self._url, _ripe())}
        left = [debtor.line in due for debtor in self.fallen[-self._each :]]
        self.split += any(left) and not all(left)

    def wait_until_done(self) -> None:
        """While a program runs that does it."""
        give_up_at = time.monotonic() + LONGEST_S
        while time.time_ns() // 1000 < self._until_us or rows(self._url, f"{_ripe()} LIMIT 1"):
            assert time.monotonic() < give_up_at, "what is due is done"
            time.sleep(0.2)

    def taken(self) -> Counter[tuple[int, str]]:
        """What must be gone by now, in minor units by account and currency."""
        gone = Counter[tuple[int, str]]()
        for debtor in self.fallen:
            gone[debtor.account, "UAH"] = sum(_paid(debtor).values())
            gone[debtor.account, POINTS] = POINTS_LEFT
        return gone

    def each_was_done_once(self) -> None:
        """Entries, what waits, and what was told: of everybody exactly what fell due."""
        entries, waiting, told = Counter[Named](), Counter[Named](), Counter[Named]()
        for debtor in self.debtors:
            entries.update([(debtor.line, "opening"), (debtor.line, "opening")])
            entries.update([(debtor.line, "tariff_fee")])
        for debtor in self.fallen:
            paid = _paid(debtor)
            unpaid = [kind for kind, _ in debtor.fees if kind not in paid]
            entries.update((debtor.line, kind) for kind in (*paid, EXPIRED))
            waiting.update((debtor.line, kind) for kind in unpaid)
            told.update((debtor.line, "fee_unpaid") for _ in unpaid)
            told.update((debtor.line, kind) for kind in paid if kind == "package_renewal")
        self._equal("SELECT line_id, kind FROM entry", entries)
        self._equal("SELECT line_id, kind FROM due WHERE waiting = 1", waiting)
        self._equal("SELECT line_id, kind FROM outbox WHERE peer = 'sms'", told)

    def _equal(self, sql: str, expected: Counter[Named]) -> None:
        mine = {debtor.line for debtor in self.debtors}
        found = Counter((line, kind) for line, kind in rows(self._url, sql) if line in mine)
        assert found == expected, (found - expected, expected - found)

    async def _move(self, debtors: Sequence[Debtor], after_s: float) -> None:
        db = open_database(self._url)
        begins_us = time.time_ns() // 1000 + round(after_s * 1_000_000)
        dated = {
            debtor: begins_us + round(self._chance.uniform(0, LASTS_S) * 1_000_000)
            for debtor in debtors
        }
        self._until_us = max(self._until_us, *dated.values())
        await db.write(partial(_move_all, dated=dated))
        await db.close()


async def _move_all(tx: WriteTx, dated: Mapping[Debtor, int]) -> None:
    for debtor, at_us in dated.items():
        await _move(tx, debtor, at_us)


async def _move(tx: WriteTx, debtor: Debtor, at_us: int) -> None:
    """Set when everything of a debtor falls due: in the order of the fees."""
    for n, kind in enumerate((*dict(debtor.fees), EXPIRY)):
        changed = await tx.run(
            "UPDATE due SET due_at = $3 WHERE line_id = $1 AND kind = $2",
            debtor.line,
            kind,
            at_us + n * ONE_AFTER_ANOTHER_US,
        )
        assert changed == 1


def _paid(debtor: Debtor) -> Mapping[str, int]:
    """The fees for which there is enough."""
    return dict(debtor.fees[:1] if debtor.poor else debtor.fees)


def _ripe() -> str:
    """A line for each thing that is due and has not been done."""
    return f"SELECT line_id FROM due WHERE waiting = 0 AND due_at <= {time.time_ns() // 1000}"
