"""What people ask for: services, vouchers, transfers, loans, bonuses and gifts."""

import asyncio
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from hypothesis.stateful import rule

from abonent.kernel.ids import OperationId
from abonent.kernel.money import Money
from abonent.kernel.outcome import Done, NeedsConfirm, Refused
from abonent.ledger.model import House as Account
from abonent.store.tx import ReadTx
from tests.fixtures.vouchers import code_number
from tests.properties.money_ground import (
    HOME,
    UNKEPT,
    Asked,
    Ground,
    backs,
    minor,
    mobiles,
    people,
    recent,
)

Wish = tuple[str, dict[str, object]]
"""An operation and what is asked of it."""
Parts = list[tuple[str, int]]
"""(currency, minor units) of postings."""

PACKAGES: tuple[Wish, ...] = (
    ("buy_package", {"package": "sms-50"}),
    ("buy_package", {"package": "week-gigabytes"}),
    ("stop_package_renewal", {"package": "week-gigabytes"}),
    ("order_detail", {"from": "2026-11-01", "to": "2026-11-10"}),
)
SERVICES: tuple[Wish, ...] = tuple(
    (operation, {"service": service})
    for operation in ("activate_service", "activate_service", "deactivate_service")
    for service in ("daily-gigabyte", "ringback", "alarm")
)
TARIFFS: tuple[Wish, ...] = (
    ("change_tariff", {"tariff": "second"}),
    ("change_tariff", {"tariff": "everyday"}),
    ("change_tariff", {"tariff": "student"}),
    ("change_tariff", {"tariff": "courier"}),
    ("withdraw_tariff_change", {}),
)
SOMETHING_ELSE: Wish = ("buy_package", {"package": "abroad-30"})
CUP = {"gift": "cup", "receiver": "Тарас Бульба", "address": "01001, Київ, Хрещатик, 1"}
GIFTS: tuple[tuple[dict[str, object], Parts], ...] = (
    ({"gift": "minutes-30"}, [("PTS", -20)]),
    ({"gift": "money-10"}, [("PTS", -40), ("UAH", 10_00)]),
    ({"gift": "money-50"}, [("PTS", -180), ("UAH", 50_00)]),
    ({"gift": "half-month"}, [("PTS", -30)]),
    ({"gift": "gigabyte-at-home"}, [("B0H", -10)]),
    ({**CUP}, [("PTS", -40)]),
)
"""What is asked for, and what its entry moves on customers' accounts."""
VOUCHER = ("200.00", 200_00)

wishes = st.sampled_from((*PACKAGES, *SERVICES, *TARIFFS))
answers = st.sampled_from(["", "return_transfer", "keep_transfer"])
"""What somebody answers who is asked for a transfer back."""
amounts = st.sampled_from(["1.00", "24.99", "60.00", "499.00"])


@dataclass(frozen=True)
class Sent:
    """A transfer that was made."""

    sender: int
    receiver: int
    id: OperationId


class Requests(Ground):
    """Requests by telephone, which may come twice, be cut off, and be repeated much later."""

    def __init__(self) -> None:
        super().__init__()
        self.quotes: list[Asked] = []
        self.used: list[str] = []
        self.sent: list[Sent] = []

    # By key --------------------------------------------------------------------------------------

    @rule(who=people, wish=st.sampled_from(PACKAGES), twice=st.booleans())
    def ask_for_a_package(self, who: int, wish: Wish, twice: bool) -> None:
        self.do(who, *wish, twice=twice)

    @rule(who=people, wish=st.sampled_from(SERVICES), twice=st.booleans())
    def ask_for_a_service(self, who: int, wish: Wish, twice: bool) -> None:
        self.do(who, *wish, twice=twice)

    @rule(who=people, wish=st.sampled_from(TARIFFS), twice=st.booleans())
    def ask_for_a_tariff(self, who: int, wish: Wish, twice: bool) -> None:
        self.do(who, *wish, twice=twice)

    @rule(who=people, wish=wishes)
    def look_at_the_quote(self, who: int, wish: Wish) -> None:
        answer = self.run(self.house.runner.propose(self.case(who), *wish))
        if isinstance(answer, NeedsConfirm):
            self.quotes.append(Asked(who, *wish, "", answer, self.now))

    @rule(back=backs)
    def confirm_what_was_looked_at(self, back: int) -> None:
        found = recent(self.quotes, back)
        if found is not None and isinstance(found.answer, NeedsConfirm):
            self.quotes.remove(found)
            case = self.case(found.who)
            answer = self.run(self.house.runner.confirm(case, found.answer.proposal))
            self.note(replace(found, answer=answer))
            again = self.run(self.house.runner.confirm(case, found.answer.proposal))
            assert again == answer, "a repeated confirmation gets the stored answer"

    @rule(back=backs)
    def ask_again_with_the_same_key(self, back: int) -> None:
        self.ask_again(back)

    @rule(back=backs)
    def ask_for_something_else_with_the_same_key(self, back: int) -> None:
        found, other = recent(self.made, back), SOMETHING_ELSE
        if found is None or (found.operation, found.raw) == other:
            return
        answer = self.run(self.asking(found.who, *other, found.key))
        if self.is_kept(found):
            assert isinstance(answer, Refused)
            assert answer.code == "idempotency_key_reused"
        else:
            self.made_anew(found, Asked(found.who, *other, found.key, answer, self.now))

    @rule(who=people, wish=wishes, after_ms=st.integers(0, 6))
    def the_line_breaks_and_it_is_asked_again(self, who: int, wish: Wish, after_ms: int) -> None:
        """Nobody knows whether the first request was done; together they are one."""
        key = self.new_key()

        async def broken_off() -> None:
            async def ask() -> None:
                await self.asking(who, wish[0], wish[1], key)

            task = asyncio.create_task(ask())
            await asyncio.wait([task], timeout=after_ms / 1000)
            task.cancel()
            await asyncio.wait([task])

        self.run(broken_off())
        answer = self.run(self.asking(who, *wish, key))
        self.note(Asked(who, *wish, key, answer, self.now))
        assert self.run(self.asking(who, *wish, key)) == answer

    # Vouchers ------------------------------------------------------------------------------------

    @rule(who=people, twice=st.booleans())
    def redeem_a_voucher(self, who: int, twice: bool) -> None:
        code = code_number(next(self.numbers))
        self.run(self.house.voucher(code, VOUCHER[0]))
        answer = self.do(who, "top_up_by_voucher", {"code": code}, twice=twice)
        if isinstance(answer, Done):
            self.used.append(code)
        else:
            assert isinstance(answer, Refused)
            assert answer.code in UNKEPT

    @rule(who=people, back=backs)
    def redeem_what_is_used(self, who: int, back: int) -> None:
        code = recent(self.used, back)
        if code is not None:
            answer = self.do(who, "top_up_by_voucher", {"code": code})
            assert isinstance(answer, Refused)
            assert answer.code in {"voucher_used", *UNKEPT}

    # Transfers and loans -------------------------------------------------------------------------

    @rule(who=people, to=mobiles, amount=amounts, twice=st.booleans(), answer=answers)
    def transfer(self, who: int, to: int, amount: str, twice: bool, answer: str) -> None:
        raw = {"to": self.lines[to].number, "amount": amount}
        done = self.do(who, "transfer_money", raw, twice=twice)
        if isinstance(done, Done):
            sent = minor(amount)
            moved = self.run(self.house.postings(done.receipt.id))
            assert moved == [("UAH", -sent), ("UAH", sent)]
            self.sent.append(Sent(who, to, done.receipt.id))
            if answer:
                self.asked_back(self.sent[-1], answer)

    @rule(back=backs, answer=answers)
    def ask_a_transfer_back(self, back: int, answer: str) -> None:
        found = recent(self.sent, back)
        if found is not None:
            self.asked_back(found, answer)

    @rule(back=backs, who=people, answer=st.sampled_from(["return_transfer", "keep_transfer"]))
    def somebody_answers_for_a_transfer(self, back: int, who: int, answer: str) -> None:
        """Nobody but its receiver may."""
        found = recent(self.sent, back)
        if found is not None:
            done = isinstance(self.do(who, answer, {"transfer": str(found.id)}), Done)
            assert not done or who == found.receiver

    @rule(who=people, amount=st.sampled_from(["25.00", "60.00"]), twice=st.booleans())
    def borrow(self, who: int, amount: str, twice: bool) -> None:
        self.do(who, "take_promised_payment", {"amount": amount}, twice=twice)

    # Bonuses -------------------------------------------------------------------------------------

    @rule(who=people, sum=st.sampled_from([50, 3_00, 12_00]), twice=st.booleans())
    def exchange(self, who: int, sum: int, twice: bool) -> None:
        raw: dict[str, object] = {"bonus": "cashback", "amount": Money(sum, "UAH").decimal()}
        self.spend(who, ("exchange_bonus", raw), [("B2C", -sum), ("UAH", sum)], twice)

    @rule(to=people, amount=st.sampled_from([1, 20]), twice=st.booleans())
    def pass_on(self, to: int, amount: int, twice: bool) -> None:
        raw: dict[str, object] = {"to": self.lines[to].number, "amount": str(amount)}
        self.spend(HOME, ("pass_bonus", raw), [("B0H", -amount), ("B0H", amount)], twice)

    @rule(who=people, gift=st.sampled_from(GIFTS), twice=st.booleans())
    def redeem_a_gift(self, who: int, gift: tuple[dict[str, object], Parts], twice: bool) -> None:
        self.spend(who, ("redeem_gift", gift[0]), gift[1], twice)

    def asked_back(self, found: Sent, answer: str) -> None:
        """What is answered first holds."""
        raw = {"transfer": str(found.id)}
        self.do(found.sender, "ask_transfer_back", raw)
        if answer and isinstance(self.do(found.receiver, answer, raw), Done):
            for other in ("return_transfer", "keep_transfer"):
                again = self.do(found.receiver, other, raw)
                assert isinstance(again, Refused)
                assert again.code == "transfer_not_asked"

    # What must hold ------------------------------------------------------------------------------

    async def what_holds(self, tx: ReadTx) -> None:
        """All money of vouchers came from those that were told to be redeemed."""
        await super().what_holds(tx)
        redeemed = list(self.receipts.values()).count("top_up_by_voucher")
        owed = await tx.value(
            "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM posting WHERE account_id = $1",
            int(Account.VOUCHERS),
        )
        assert owed == -redeemed * VOUCHER[1]

    # -------------------------------------------------------------------------------------------

    def spend(self, who: int, wish: Wish, moved: Parts, twice: bool) -> None:
        """Spend a bonus: what its owner has of all of them is less by the price, and once."""
        before = self.bonuses(who)
        answer = self.do(who, *wish, twice=twice)
        if isinstance(answer, Done):
            assert self.run(self.house.postings(answer.receipt.id)) == moved
            currency, amount = moved[0]
            assert self.bonuses(who) == {**before, currency: before[currency] + amount}

    def bonuses(self, who: int) -> dict[str, int]:
        """What somebody has of each bonus, once what is due has been done."""
        self.run(self.house.settle(self.lines[who]))
        rows = self.read(
            "SELECT currency, amount FROM balance WHERE account_id = $1 AND currency <> 'UAH'",
            self.lines[who].account,
        )
        return {row[0]: row[1] for row in rows}
