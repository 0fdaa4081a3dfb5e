"""What all rules of the money machine stand on: an operator, a few people, time, and the books."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from abonent.accounts.model import Line
from abonent.kernel.case import Case
from abonent.kernel.ids import OperationId
from abonent.kernel.money import parse_money
from abonent.kernel.outcome import Done, Outcome, Refused
from abonent.kernel.time import DAY_US, SECOND_US, Instant, day_of
from abonent.ledger.invariants import broken
from abonent.operations.env import Env, Payments
from abonent.operations.registry import OPERATIONS
from abonent.operations.runner import Runner
from abonent.profile.model import Profile
from abonent.store.database import open_database
from abonent.store.tx import ReadTx
from tests.fixtures.house import SECRETS, House
from tests.fixtures.payments import NAME, Till, card
from tests.properties.money_bank import Bank

T = TypeVar("T")

MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
PEOPLE = (("0.00", "second"), ("60.00", "calm"), ("700.00", "student"))
"""What people with a mobile line begin with, and their tariffs."""
HOME = len(PEOPLE)
"""The last one has home internet."""
BIRTHDAY = "1990-01-15"
KNOWN_US = 31 * DAY_US
"""How long they have been there when it begins: who is new is lent nothing."""
CHECKED_EVERY = 25
"""All books are checked after so many steps, and at the end: to read them costs more than a step.
Set it to 1 to see which step it is that breaks them."""

ENTRIES = {
    "buy_package": "package",
    "redeem_gift": "gift",
    "exchange_bonus": "bonus_exchanged",
    "pass_bonus": "bonus_passed",
    "top_up_by_voucher": "top_up",
    "transfer_money": "transfer",
    "return_transfer": "transfer_returned",
    "take_promised_payment": "promised_payment",
    "top_up_by_card": "card_top_up",
}
"""The kind of entry that each receipt of an operation is, where it always is one."""
ENTRIES_WITH_A_PRICE = {
    "activate_service": "service_activation",
    "change_tariff": "tariff_change",
    "withdraw_tariff_change": "tariff_change_withdrawn",
    "order_detail": "order_detail",
}
"""The same where it is one only if it had a price."""
DAYS_BETWEEN = {
    "tariff_fee": 28,
    "package_renewal": 7,
    "service_fee": 1,
    "bonus_tenure": 365,
    "bonus_birthday": 365,
}
"""Local days between two entries of one due thing, at least: what is due is done once."""
ON_THE_WEB = {
    "top_up_by_card",
    "remove_payment_means",
    "set_auto_payment",
    "cancel_auto_payment",
}
"""What is not asked for by telephone."""
UNKEPT = {"voucher_locked", "too_many_tries", "too_many_payments"}
"""Refusals to who tries too often, which are no answer to keep."""

RECENT = 20
"""How far back anything is taken up again."""

people = st.integers(0, HOME)
mobiles = st.integers(0, HOME - 1)
backs = st.integers(0, RECENT - 1)
"""Which of the latest things of a kind, where there are any.

Lists of our own and no `Bundle`: rules that cannot be drawn yet would end many runs early.
"""


@dataclass(frozen=True)
class Stores:
    """Where empty, migrated databases come from, and where they go back to."""

    take: Callable[[], str]
    give_back: Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """A request as it was made, what was answered, and when."""

    who: int
    operation: str
    raw: Mapping[str, object]
    key: str
    answer: Outcome
    at: Instant


def recent(things: Sequence[T], back: int) -> T | None:
    """One of the latest things."""
    return things[-1 - back % min(len(things), RECENT)] if things else None


def minor(amount: object) -> int:
    """Minor units of an amount as it is asked for."""
    return parse_money(str(amount), "UAH").amount_minor


class Ground(RuleBasedStateMachine):
    """One operator with four subscribers. `stores` and `profile` are set by the test."""

    stores: ClassVar[Stores]
    profile: ClassVar[Profile]
    seen: ClassVar[Counter[str]] = Counter()
    """How often anything was done, so that a test can tell that all of it was."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.url = self.stores.take()
        self.numbers = count(1)
        self.steps = 0
        self.receipts: dict[int, str] = {}
        self.made: list[Asked] = []
        self.forgotten = Instant(0)
        """Answers from before have been tidied away."""
        self.lines: list[Line] = []
        self.bank = Bank()
        self.till = self.counter(House(open_database(self.url), self.profile))

    @property
    def house(self) -> House:
        return self.till.house

    @property
    def now(self) -> Instant:
        return self.house.clock.now()

    def counter(self, house: House) -> Till:
        """The house, with the bank as its provider."""
        payments = Payments("https://abonent.example", {NAME: self.bank})
        house.env = replace(house.env, payments=payments)
        house.runner = Runner(house.db, house.env, OPERATIONS)
        self.bank.clock = house.clock.now
        return Till(house, self.bank)

    def teardown(self) -> None:
        try:
            if self.lines:
                self.everything_holds()
                self.count_what_was_done()
        finally:
            self.run(self.house.db.close())
            self.loop.close()
            self.stores.give_back(self.url)

    def run(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self.loop.run(wait())

    def read(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        return self.run(self.house.rows(sql, *args))

    @initialize()
    def people_come(self) -> None:
        for balance, tariff in PEOPLE:
            self.lines.append(self.run(self.house.subscriber(balance, tariff, birthday=BIRTHDAY)))
        self.lines.append(self.run(self.house.at_home()))
        for line in self.lines:
            self.run(self.house.settle(line))
            self.run(card(self.house, line))
        self.house.clock.advance(KNOWN_US)

    @rule()
    def the_program_starts_again(self) -> None:
        before = self.house
        self.run(before.db.close())
        house = House(open_database(self.url), self.profile)
        house.clock = before.clock
        house.env = Env(self.profile, before.clock, before.env.ids, SECRETS)
        self.till = self.counter(house)

    # What must hold ------------------------------------------------------------------------------

    @invariant()
    def everything_holds_every_few_steps(self) -> None:
        self.steps += 1
        if self.steps % CHECKED_EVERY == 0 and self.lines:
            self.everything_holds()

    def everything_holds(self) -> None:
        self.run(self.house.db.read(self.what_holds))

    async def what_holds(self, tx: ReadTx) -> None:
        """Everything that must hold, in one read; each room of rules adds its own."""
        assert await broken(tx) == []
        await self.every_entry_was_told_of(tx)
        await self.what_was_due_was_done_once(tx)

    async def every_entry_was_told_of(self, tx: ReadTx) -> None:
        """As many entries of each kind as there were receipts."""
        entries = {row[0]: row[1] for row in await tx.rows("SELECT id, kind FROM entry")}
        always, priced = set(ENTRIES.values()), set(ENTRIES_WITH_A_PRICE.values())
        told = {id: ENTRIES[name] for id, name in self.receipts.items() if name in ENTRIES}
        assert {id: kind for id, kind in entries.items() if kind in always} == told
        for id, kind in entries.items():
            if kind in priced:
                assert ENTRIES_WITH_A_PRICE.get(self.receipts.get(id, "")) == kind

    async def what_was_due_was_done_once(self, tx: ReadTx) -> None:
        kinds = ", ".join(f"'{kind}'" for kind in DAYS_BETWEEN)
        rows = await tx.rows(
            "SELECT line_id, kind, details, at FROM entry"
            f" WHERE kind IN ({kinds}) ORDER BY line_id, kind, details, at"
        )
        zone = self.house.env.zone
        for (*one, before), (*other, after) in pairwise(map(tuple, rows)):
            if one == other:
                days = (day_of(after, zone) - day_of(before, zone)).days
                assert days >= DAYS_BETWEEN[one[1]], f"{one} again after {days} days"

    # -------------------------------------------------------------------------------------------

    def do(
        self, who: int, operation: str, raw: Mapping[str, object], *, twice: bool = False
    ) -> Outcome:
        """Ask for it, or have two requests of one key arrive at once, which are answered alike."""
        key, other = self.new_key(), None
        if twice:
            answer, other = self.run(self.asking_twice(who, operation, raw, key))
        else:
            answer = self.run(self.asking(who, operation, raw, key))
        asked = Asked(who, operation, raw, key, answer, self.now)
        assert other in (None, answer) or not self.is_kept(asked)
        self.made.append(asked)
        self.note(asked)
        if isinstance(answer, Done):
            self.nothing_is_overspent(who, answer)
        return answer

    def ask_again(self, back: int) -> None:
        """Repeat one of the latest requests by its key: it gets the answer that it got."""
        found = recent(self.made, back)
        if found is None:
            return
        answer = self.run(self.asking(found.who, found.operation, found.raw, found.key))
        if not self.is_kept(found):
            self.made_anew(found, replace(found, answer=answer))
        elif found.operation == "top_up_by_card":
            # What is told of a payment changes as it goes on.
            assert isinstance(answer, Done) == isinstance(found.answer, Done)
        else:
            assert answer == found.answer

    def made_anew(self, before: Asked, now: Asked) -> None:
        """What the program has no answer for is a new request, by the same key."""
        self.made.remove(before)
        self.made.append(replace(now, at=self.now))
        self.note(now)

    def new_key(self) -> str:
        return f"key-{next(self.numbers)}"

    def is_kept(self, asked: Asked) -> bool:
        """Whether a repetition gets the same answer."""
        if asked.at <= self.forgotten or not isinstance(asked.answer, Done | Refused):
            return False
        return isinstance(asked.answer, Done) or asked.answer.code not in UNKEPT

    def asking(
        self, who: int, operation: str, raw: Mapping[str, object], key: str | None
    ) -> Awaitable[Outcome]:
        case = self.case(who, operation)
        return self.house.runner.propose(case, operation, raw, key, confirm=True)

    async def asking_twice(
        self, who: int, operation: str, raw: Mapping[str, object], key: str
    ) -> tuple[Outcome, Outcome]:
        both = (self.asking(who, operation, raw, key) for _ in range(2))
        first, second = await asyncio.gather(*both)
        return first, second

    def case(self, who: int, operation: str = "") -> Case:
        """By telephone, where no code is owed: the network vouches for the number."""
        if operation in ON_THE_WEB:
            return self.house.case(self.lines[who])
        return self.house.case(self.lines[who], "ussd", 0)

    def note(self, asked: Asked) -> None:
        """Remember the receipt of a new request. A payment that is begun is no entry yet."""
        if isinstance(asked.answer, Done) and asked.operation != "top_up_by_card":
            self.told(asked.answer.receipt.id, asked.operation)

    def told(self, id: OperationId | int, operation: str) -> None:
        assert id not in self.receipts, "no receipt is given twice"
        self.receipts[id] = operation

    def nothing_is_overspent(self, who: int, answer: Done) -> None:
        """What a request took from the account was there."""
        taken = self.run(self.house.postings(answer.receipt.id))
        if any(currency == "UAH" and amount < 0 for currency, amount in taken):
            assert not self.run(self.house.balance(self.lines[who])).startswith("-")

    def count_what_was_done(self) -> None:
        self.seen["steps"] += self.steps
        self.seen.update(self.receipts.values())
        for kind, times in self.read("SELECT kind, COUNT(*) FROM entry GROUP BY kind"):
            self.seen[f"entry {kind}"] += times
