"""Everything that moves money, in any order, with repeated requests, restarts and a moving clock.

What must hold is said twice: by the program's own invariants, and by counting here what people were
told. A receipt is one entry of its kind, and there are no entries beside those that were told of.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from abonent.accounts.model import Line
from abonent.kernel.case import Case
from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import Done, NeedsConfirm, Outcome, Refused
from abonent.kernel.time import DAY_US, SECOND_US
from abonent.ledger.model import House as Account
from abonent.ledger.payments import Payment
from abonent.operations.due_work import settle_ripe
from abonent.operations.env import Env
from abonent.operations.ports import PaymentEvent, PaymentState
from abonent.operations.usage.rate_usage import Arrived, Batch, key_of, rate_batch
from abonent.profile.model import Profile
from abonent.store.database import open_database
from abonent.usage.model import Record
from tests.fixtures.house import SECRETS, House
from tests.fixtures.payments import till
from tests.fixtures.vouchers import code_number

T = TypeVar("T")

HOUR_US = 3600 * SECOND_US
PEOPLE = (("0.00", "second"), ("60.00", "calm"), ("700.00", "everyday"))
"""What people begin with, and their tariffs."""
WISHES: tuple[tuple[str, dict[str, object]], ...] = (
    ("buy_package", {"package": "sms-50"}),
    ("buy_package", {"package": "internet-5gb"}),
    ("activate_service", {"service": "daily-gigabyte"}),
    ("activate_service", {"service": "ringback"}),
    ("deactivate_service", {"service": "daily-gigabyte"}),
    ("deactivate_service", {"service": "ringback"}),
    ("change_tariff", {"tariff": "second"}),
    ("change_tariff", {"tariff": "everyday"}),
    ("withdraw_tariff_change", {}),
    ("order_detail", {"from": "2026-11-01", "to": "2026-11-10"}),
    ("redeem_gift", {"gift": "minutes-30"}),
)
ENTRIES = {
    "buy_package": "package",
    "redeem_gift": "gift",
    "top_up_by_voucher": "top_up",
    "transfer_money": "transfer",
    "return_transfer": "transfer_returned",
    "take_promised_payment": "promised_payment",
    "top_up_by_card": "card_top_up",
}
"""The kind of entry that each receipt of an operation is, where it always is one."""

PAUSED = {"voucher_locked", "too_many_tries"}
"""How somebody is answered who has tried too many wrong vouchers."""

people = st.integers(0, len(PEOPLE) - 1)
wishes = st.sampled_from(WISHES)
amounts = st.sampled_from(["1.00", "24.99", "60.00", "499.00"])
states = st.sampled_from(["paid", "paid", "pending", "failed", "refunded", "charged_back"])


@dataclass(frozen=True)
class Stores:
    """Where empty, migrated databases come from, and where they go back to."""

    take: Callable[[], str]
    give_back: Callable[[str], None]


@dataclass(frozen=True)
class Sent:
    """A transfer that was made."""

    sender: int
    receiver: int
    id: OperationId


@dataclass(frozen=True)
class Asked:
    """A request as it was made, and what was answered."""

    who: int
    operation: str
    raw: Mapping[str, object]
    key: str
    answer: Outcome


class MoneyMachine(RuleBasedStateMachine):
    """One operator with three subscribers. `stores` and `profile` are set by the test."""

    stores: ClassVar[Stores]
    profile: ClassVar[Profile]

    asked = Bundle("asked")
    proposed = Bundle("proposed")
    unused = Bundle("unused")
    used = Bundle("used")
    sent = Bundle("sent")
    begun = Bundle("begun")
    events = Bundle("events")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.url = self.stores.take()
        self.numbers = count(1)
        self.receipts: dict[OperationId, str] = {}
        self.vouchers = 0
        self.till = till(House(open_database(self.url), self.profile))
        self.lines: list[Line] = []

    @property
    def house(self) -> House:
        return self.till.house

    def teardown(self) -> None:
        self.run(self.house.db.close())
        self.loop.close()
        self.stores.give_back(self.url)

    def run(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self.loop.run(wait())

    @initialize()
    def people_come(self) -> None:
        for balance, tariff in PEOPLE:
            self.lines.append(self.run(self.house.subscriber(balance, tariff)))

    # What people do ------------------------------------------------------------------------------

    @rule(target=asked, who=people, wish=wishes)
    def ask(self, who: int, wish: tuple[str, dict[str, object]]) -> Asked:
        return self.do(who, *wish)

    @rule(target=proposed, who=people, wish=wishes)
    def look_at_the_quote(self, who: int, wish: tuple[str, dict[str, object]]) -> Asked:
        answer = self.run(self.house.runner.propose(self.case(who), *wish))
        return Asked(who, *wish, "", answer)

    @rule(found=consumes(proposed))
    def confirm_what_was_looked_at(self, found: Asked) -> None:
        if isinstance(found.answer, NeedsConfirm):
            case = self.case(found.who)
            answer = self.run(self.house.runner.confirm(case, found.answer.proposal))
            self.note(found.operation, answer)
            again = self.run(self.house.runner.confirm(case, found.answer.proposal))
            assert again == answer, "a repeated confirmation gets the stored answer"

    @rule(found=asked)
    def ask_again_with_the_same_key(self, found: Asked) -> None:
        answer = self.propose(found.who, found.operation, found.raw, found.key)
        if isinstance(found.answer, Done | Refused):
            assert answer == found.answer

    @rule(found=asked)
    def ask_for_something_else_with_the_same_key(self, found: Asked) -> None:
        answer = self.propose(found.who, "buy_package", {"package": "abroad-30"}, found.key)
        if isinstance(found.answer, Done | Refused):
            assert isinstance(answer, Refused)
            assert answer.code == "idempotency_key_reused"
        else:
            self.note("buy_package", answer)

    @rule(target=unused)
    def a_voucher_is_printed(self) -> str:
        code = code_number(next(self.numbers))
        self.run(self.house.voucher(code, "50.00", valid_days=900))
        return code

    @rule(target=used, who=people, code=consumes(unused))
    def redeem(self, who: int, code: str) -> str | MultipleResults[str]:
        asked = self.do(who, "top_up_by_voucher", {"code": code})
        if isinstance(asked.answer, Refused):
            assert asked.answer.code in PAUSED
            return multiple()
        self.vouchers += 1
        return code

    @rule(who=people, code=used)
    def redeem_what_is_used(self, who: int, code: str) -> None:
        asked = self.do(who, "top_up_by_voucher", {"code": code})
        assert isinstance(asked.answer, Refused)
        assert asked.answer.code in {"voucher_used", *PAUSED}

    @rule(target=sent, who=people, to=people, amount=amounts)
    def transfer(self, who: int, to: int, amount: str) -> Sent | MultipleResults[Sent]:
        asked = self.do(who, "transfer_money", {"to": self.lines[to].number, "amount": amount})
        if not isinstance(asked.answer, Done):
            return multiple()
        return Sent(who, to, asked.answer.receipt.id)

    @rule(found=sent)
    def ask_it_back(self, found: Sent) -> None:
        self.do(found.sender, "ask_transfer_back", {"transfer": str(found.id)})

    @rule(found=sent)
    def return_it(self, found: Sent) -> None:
        self.do(found.receiver, "return_transfer", {"transfer": str(found.id)})

    @rule(found=sent, who=people)
    def somebody_returns_it(self, found: Sent, who: int) -> None:
        if who != found.receiver:
            asked = self.do(who, "return_transfer", {"transfer": str(found.id)})
            assert isinstance(asked.answer, Refused)

    @rule(who=people, amount=st.sampled_from(["25.00", "60.00"]))
    def borrow(self, who: int, amount: str) -> None:
        self.do(who, "take_promised_payment", {"amount": amount})

    @rule(target=begun, who=people, amount=st.sampled_from(["50.00", "500.00"]))
    def begin_to_pay_by_card(self, who: int, amount: str) -> Payment:
        case = self.house.case(self.lines[who])
        raw = {"amount": amount}
        answer = self.run(self.house.runner.propose(case, "top_up_by_card", raw, confirm=True))
        assert isinstance(answer, Done)
        return self.run(self.till.payment(answer.receipt.id))

    @rule(target=events, payment=begun, state=states)
    def the_provider_tells(self, payment: Payment, state: PaymentState) -> PaymentEvent:
        event = self.till.event(payment, state)
        self.take(event)
        return event

    @rule(payment=begun, state=st.sampled_from(["refunded", "charged_back"]))
    def a_payment_is_paid_and_given_back(self, payment: Payment, state: PaymentState) -> None:
        self.take(self.till.event(payment, "paid"))
        self.till.later()
        self.take(self.till.event(payment, state))

    @rule(event=events)
    def the_provider_tells_again(self, event: PaymentEvent) -> None:
        assert self.take(event) == "repeated"

    @rule(who=people, seconds=st.integers(1, 2000))
    def talk(self, who: int, seconds: int) -> None:
        line, now = self.lines[who], self.house.clock.now()
        record = Record(now, "call", "out", "0671234567", seconds)
        key = f"{key_of(line.id, record)} {next(self.numbers)}"
        arrived = Arrived(self.house.env.ids.next(), line.id, line.account, record, key)
        batch = Batch("test", now, [arrived])
        self.run(self.house.db.write(lambda tx: rate_batch(tx, self.house.env, batch)))

    # What happens by itself ----------------------------------------------------------------------

    @rule(by_us=st.sampled_from([HOUR_US, DAY_US, 9 * DAY_US, 35 * DAY_US]))
    def time_passes(self, by_us: int) -> None:
        self.house.clock.advance(by_us)

    @rule()
    def the_worker_comes(self) -> None:
        while self.run(settle_ripe(self.house.db, self.house.env)):
            pass

    @precondition(lambda self: self.lines)
    @rule()
    def the_program_starts_again(self) -> None:
        before = self.house
        self.run(before.db.close())
        house = House(open_database(self.url), self.profile)
        house.clock = before.clock
        house.env = Env(self.profile, before.clock, before.env.ids, SECRETS)
        self.till = till(house)

    # What must hold ------------------------------------------------------------------------------

    @invariant()
    def the_books_are_sound(self) -> None:
        self.run(self.house.books_are_sound())

    @invariant()
    def every_entry_was_told_of(self) -> None:
        """As many entries of each kind as there were receipts; all money came from vouchers."""
        rows = self.run(self.house.rows("SELECT id, kind FROM entry"))
        entries = {id: kind for id, kind in rows if kind in ENTRIES.values()}
        told = {
            id: ENTRIES[operation]
            for id, operation in self.receipts.items()
            if operation in ENTRIES
        }
        assert entries == told
        assert self.of_the_house(Account.VOUCHERS) == -5000 * self.vouchers

    # -------------------------------------------------------------------------------------------

    def do(self, who: int, operation: str, raw: Mapping[str, object]) -> Asked:
        key = f"key-{next(self.numbers)}"
        answer = self.propose(who, operation, raw, key)
        self.note(operation, answer)
        if isinstance(answer, Done):
            self.nothing_is_overspent(who, answer)
        return Asked(who, operation, raw, key, answer)

    def case(self, who: int) -> Case:
        """By telephone, where no code is owed: the network vouches for the number."""
        return self.house.case(self.lines[who], "ussd", 0)

    def propose(self, who: int, operation: str, raw: Mapping[str, object], key: str) -> Outcome:
        ask = self.house.runner.propose(self.case(who), operation, raw, key, confirm=True)
        return self.run(ask)

    def take(self, event: PaymentEvent) -> str:
        step = self.run(self.till.take(event))
        if step == "book":
            assert event.payment not in self.receipts, "no payment is booked twice"
            self.receipts[OperationId(event.payment)] = "top_up_by_card"
        return step

    def of_the_house(self, account: Account) -> int:
        """What an account of the house has, in minor units."""
        [(amount,)] = self.run(
            self.house.rows(
                "SELECT COALESCE(SUM(amount), 0) FROM posting WHERE account_id = $1", int(account)
            )
        )
        return int(amount)

    def note(self, operation: str, answer: Outcome) -> None:
        if isinstance(answer, Done):
            assert answer.receipt.id not in self.receipts, "no receipt is given twice"
            self.receipts[answer.receipt.id] = operation

    def nothing_is_overspent(self, who: int, answer: Done) -> None:
        """What a request took from the account was there."""
        taken = self.run(self.house.postings(answer.receipt.id))
        if any(currency == "UAH" and amount < 0 for currency, amount in taken):
            assert not self.run(self.house.balance(self.lines[who])).startswith("-")
