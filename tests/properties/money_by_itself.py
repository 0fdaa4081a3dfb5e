"""What happens by itself: payments that are taken by wish, and the worker that does what is due.

By wish money is taken at most once for a local day, on that day's hour or below the threshold that
was named, and never more in a calendar month than was allowed.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import Done
from abonent.kernel.time import DAY_US, Instant, day_of, local, midnight
from abonent.operations.due_work import left, settle_ripe, tidy
from abonent.operations.money.thresholds import pay_below_thresholds
from abonent.store.tx import ReadTx
from abonent.worker.loop import Worker
from tests.properties.money_bank import Mood
from tests.properties.money_calls import Calls
from tests.properties.money_ground import HOUR_US, MINUTE_US, Asked, backs, minor, people
from tests.properties.money_payments import CardPayments, moods

ROUNDS = 200
"""A worker that has not come to its end by then never does."""

days = st.sampled_from(["1", "17", "18", "19", "31"]).map(lambda day: {"when": "date", "day": day})
thresholds = st.sampled_from(["30.00", "200.00", "500.00"]).map(
    lambda sum: {"when": "threshold", "threshold": sum}
)
takings = st.sampled_from([("50.00", "60.00"), ("150.00", "400.00"), ("150.00", "1000.00")])
"""What is to arrive each time, and the most in a month."""
moves = st.sampled_from(
    [20 * MINUTE_US, HOUR_US, 5 * HOUR_US, DAY_US, DAY_US, 9 * DAY_US, 35 * DAY_US]
)
steady = st.sampled_from(["paid", "failed", "pending", "away", "lost"])


@dataclass(frozen=True)
class Wished:
    """What was asked for, and how it was answered."""

    who: int
    ceiling_minor: int
    day: int | None
    threshold_minor: int


class ByItself(CardPayments, Calls):
    """Auto-payments and every part of the worker, in any order and with any answers."""

    def __init__(self) -> None:
        super().__init__()
        self.wishes: dict[OperationId, Wished] = {}

    @rule(who=people, when=days | thresholds, taking=takings)
    def wish_for_payments(self, who: int, when: dict[str, str], taking: tuple[str, str]) -> None:
        means = self.card_of(who)
        if means is None:
            return
        raw = {**when, "amount": taking[0], "ceiling": taking[1], "means": means}
        answer = self.do(who, "set_auto_payment", raw)
        assert isinstance(answer, Done), answer

    @rule(who=people)
    def wish_for_no_more(self, who: int) -> None:
        if isinstance(self.do(who, "cancel_auto_payment", {}), Done):
            account = self.lines[who].account
            assert not self.read("SELECT id FROM auto_payment WHERE account_id = $1", account)

    # The worker ----------------------------------------------------------------------------------

    @rule()
    def the_worker_settles(self) -> None:
        """Nothing is left that is due, and the month goes on for everybody."""
        self.settle()
        assert self.run(left(self.house.db, self.house.env)) == 0
        fees = "SELECT line_id, ref FROM due WHERE kind = 'tariff_fee' ORDER BY line_id"
        tariffs = "SELECT line_id, tariff FROM subscription WHERE valid_to IS NULL ORDER BY line_id"
        assert self.read(fees) == self.read(tariffs)

    @rule()
    def the_worker_looks_at_thresholds(self) -> None:
        """Money is taken for those below their threshold alone, once each, and for today."""
        self.settle()
        owned = dict(self.read("SELECT account_id, amount FROM balance WHERE currency = 'UAH'"))
        before = {row[0] for row in self.read("SELECT payment_id FROM auto_payment_try")}
        self.look()
        rows = self.read(
            "SELECT payment_id, account_id, auto_payment_id, for_day FROM auto_payment_try"
        )
        new = [row for row in rows if row[0] not in before]
        assert len({account for _, account, _, _ in new}) == len(new)
        for _, account, wish, for_day in new:
            assert owned.get(account, 0) < self.wishes[wish].threshold_minor
            assert for_day == day_of(self.now, self.house.env.zone).isoformat()

    @rule(who=people, answers=st.lists(moods, min_size=1, max_size=3))
    def whose_money_goes_every_day_is_topped_up(self, who: int, answers: list[Mood]) -> None:
        for mood in answers:
            self.talk_all_the_money_away(who)
            self.the_worker_looks_at_thresholds()
            self.the_worker_asks_the_bank(mood)
            self.house.clock.advance(DAY_US)

    @rule(by_us=moves)
    def time_passes(self, by_us: int) -> None:
        self.house.clock.advance(by_us)

    @rule(minutes=st.integers(1, 60))
    def the_clock_is_put_back(self, minutes: int) -> None:
        self.house.clock.offset_us -= minutes * MINUTE_US

    @rule(by_us=moves, workers=st.integers(1, 2), mood=steady)
    def time_passes_with_workers(self, by_us: int, workers: int, mood: Mood) -> None:
        self.house.clock.advance(by_us)
        self.bank.mood = mood

        async def work() -> None:
            working = [Worker(self.house.db, self.house.env, {}) for _ in range(workers)]
            await asyncio.gather(*(worker.catch_up() for worker in working))

        self.run(work())
        self.hear()

    @rule(after_days=st.sampled_from([0, 0, 40, 95]), back=backs)
    def the_worker_tidies(self, after_days: int, back: int) -> None:
        """Answers of long ago are forgotten: who asks again for what was, asks anew."""
        self.house.clock.advance(after_days * DAY_US)
        self.run(tidy(self.house.db, self.house.env))
        kept_days = self.house.env.operator.retention.sessions_days
        self.forgotten = max(self.forgotten, Instant(self.now - kept_days * DAY_US))
        self.ask_again(back)

    # What must hold ------------------------------------------------------------------------------

    async def what_holds(self, tx: ReadTx) -> None:
        await super().what_holds(tx)
        rows = await tx.rows(
            "SELECT t.payment_id, t.account_id, t.auto_payment_id, t.for_day, t.month,"
            " t.taken, t.state, t.begun_at, p.paid_at, p.state FROM auto_payment_try t"
            " JOIN payment p ON p.id = t.payment_id ORDER BY t.payment_id"
        )
        tries = [Tried(*row) for row in rows]
        for tried in tries:
            self.it_was_wished_for(tried)
            self.it_knows_what_became_of_it(tried)
        self.no_day_is_paid_twice(tries)
        self.no_month_takes_more_than_was_allowed(tries)

    def it_was_wished_for(self, tried: "Tried") -> None:
        zone, wish = self.house.env.zone, self.wishes[OperationId(tried.wish)]
        day = date.fromisoformat(tried.for_day)
        begun = local(tried.begun_at, zone)
        assert tried.account == self.lines[wish.who].account
        assert tried.month == f"{begun:%Y-%m}"
        if wish.day is None:
            assert begun.date() == day
        else:
            last = (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            assert day.day == min(wish.day, last.day)
            assert tried.begun_at >= midnight(day, zone) + 10 * HOUR_US

    def it_knows_what_became_of_it(self, tried: "Tried") -> None:
        if tried.paid_at:
            assert tried.state == "paid" or tried.payment in self.late
        elif tried.payment_state in {"created", "pending"}:
            assert tried.state == "open"
        elif tried.payment_state == "failed":
            assert tried.state == "refused"

    def no_day_is_paid_twice(self, tries: "list[Tried]") -> None:
        counted = defaultdict[tuple[int, str], list[Tried]](list)
        for tried in tries:
            if tried.state != "refused":
                counted[tried.account, tried.for_day].append(tried)
        assert all(len(each) == 1 for each in counted.values())
        taken = defaultdict[tuple[int, str], int](int)
        for tried in tries:
            taken[tried.wish, tried.for_day] += self.bank.took[tried.payment]
        assert all(times <= 1 for times in taken.values())

    def no_month_takes_more_than_was_allowed(self, tries: "list[Tried]") -> None:
        """At each try, with those before it; but for those that had been given up by then."""
        months = defaultdict[tuple[int, str], int](int)
        given_up = {(each.account, each.month) for each in tries if each.payment in self.late}
        for tried in tries:
            month = tried.account, tried.month
            if month not in given_up and (tried.state != "refused" or tried.paid_at):
                months[month] += tried.taken
                assert months[month] <= self.wishes[OperationId(tried.wish)].ceiling_minor

    # -------------------------------------------------------------------------------------------

    def note(self, asked: Asked) -> None:
        super().note(asked)
        if asked.operation == "set_auto_payment" and isinstance(asked.answer, Done):
            day, threshold = asked.raw.get("day"), asked.raw.get("threshold", "0.00")
            self.wishes[asked.answer.receipt.id] = Wished(
                asked.who,
                minor(asked.raw["ceiling"]),
                None if day is None else int(str(day)),
                minor(threshold),
            )

    def settle(self) -> None:
        for _ in range(ROUNDS):
            if not self.run(settle_ripe(self.house.db, self.house.env)):
                return
        raise AssertionError("what is due is never done")

    def look(self) -> None:
        for _ in range(ROUNDS):
            if not self.run(pay_below_thresholds(self.house.db, self.house.env)):
                return
        raise AssertionError("accounts below their threshold are looked at for ever")

    def count_what_was_done(self) -> None:
        super().count_what_was_done()
        for state, automatic, times in self.read(
            "SELECT state, automatic, COUNT(*) FROM payment GROUP BY state, automatic"
        ):
            self.seen[f"{'automatic ' * automatic}payment {state}"] += times


@dataclass(frozen=True)
class Tried:
    """A payment that was begun by a wish."""

    payment: int
    account: int
    wish: int
    for_day: str
    month: str
    taken: int
    state: str
    begun_at: Instant
    paid_at: Instant | None
    payment_state: str
