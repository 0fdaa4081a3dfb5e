"""What the network brings: calls, also those that somebody else has agreed to pay for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from hypothesis.stateful import rule

from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import Done
from abonent.kernel.time import Instant
from abonent.operations.usage.rate_usage import (
    Added,
    Arrived,
    Batch,
    Repeated,
    Verdict,
    key_of,
    rate_batch,
)
from abonent.usage.model import Record
from tests.properties.money_ground import MINUTE_US, Ground, backs, mobiles, people, recent

HOLDS_US = 60 * MINUTE_US
"""`[collect_call]` `valid_minutes`."""

PRICE = 1.50
"""Of a minute to others, on most tariffs at most."""

seconds = st.integers(1, 3000)


@dataclass(frozen=True)
class Wanted:
    """Somebody has asked somebody to pay for calls to them."""

    caller: int
    payer: int
    id: OperationId


@dataclass
class Agreed:
    """The payer pays for calls of the caller to them in [since, until)."""

    caller: int
    payer: int
    since: Instant
    until: Instant


class Calls(Ground):
    """Calls are rated as they arrive, and once; who has agreed to pay for one pays for it."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[Wanted] = []
        self.rated: list[Arrived] = []
        self.agreed: dict[OperationId, Agreed] = {}

    @rule(caller=people, payer=mobiles)
    def want_calls_paid(self, caller: int, payer: int) -> None:
        answer = self.do(caller, "request_collect_call", {"to": self.lines[payer].number})
        if isinstance(answer, Done):
            self.wanted.append(Wanted(caller, payer, answer.receipt.id))

    @rule(back=backs, answer=st.sampled_from(["yes", "yes", "no"]), other=st.none() | people)
    def answer_for_calls(self, back: int, answer: str, other: int | None) -> None:
        found = recent(self.wanted, back)
        if found is None:
            return
        who, raw = found.payer if other is None else other, {"request": str(found.id)}
        if not isinstance(self.do(who, "answer_collect_call", {**raw, "answer": answer}), Done):
            return
        assert who == found.payer, "nobody else agrees to what another pays for"
        if answer == "yes":
            assert found.id not in self.agreed, "it is agreed to once"
            until = Instant(self.now + HOLDS_US)
            self.agreed[found.id] = Agreed(found.caller, found.payer, self.now, until)
        elif found.id in self.agreed:
            self.agreed[found.id].until = self.now

    @rule(caller=people, payer=mobiles, seconds=seconds, after=st.sampled_from([0, 59, 61]))
    def call_at_their_expense(self, caller: int, payer: int, seconds: int, after: int) -> None:
        """So many minutes after they have agreed."""
        self.want_calls_paid(caller, payer)
        self.answer_for_calls(0, "yes", None)
        self.house.clock.advance(after * MINUTE_US)
        self.call_one_of_ours(caller, payer, seconds)

    @rule(caller=people, to=mobiles, seconds=seconds)
    def call_one_of_ours(self, caller: int, to: int, seconds: int) -> None:
        payer = next(
            (
                each.payer
                for each in self.agreed.values()
                if (each.caller, each.payer) == (caller, to) and each.since <= self.now < each.until
            ),
            caller,
        )
        id, charged = self.call(caller, self.lines[to].number, seconds)
        rows = self.read(
            "SELECT account_id, amount FROM posting WHERE entry_id = $1 AND account_id > 1000", id
        )
        assert rows == ([(self.lines[payer].account, -charged)] if charged else [])
        self.seen[f"paid by {'another' if payer != caller else 'the caller'}"] += bool(charged)

    @rule(caller=people, seconds=seconds)
    def call_others(self, caller: int, seconds: int) -> None:
        self.call(caller, "0671234567", seconds)

    @rule(who=people)
    def talk_all_the_money_away(self, who: int) -> None:
        """Who has little can borrow, is topped up by wish, and cannot pay what is due."""
        left = float(self.run(self.house.balance(self.lines[who])))
        self.call(who, "0671234567", max(1, round(left / PRICE * 60)))

    @rule(found=st.lists(backs, min_size=1, max_size=3))
    def calls_arrive_again(self, found: list[int]) -> None:
        """Under other ids, as from a file that is imported a second time."""
        before = self.read("SELECT COUNT(*) FROM usage_record")
        known = [each for back in found if (each := recent(self.rated, back)) is not None]
        again = [replace(each, id=self.house.env.ids.next()) for each in known]
        assert all(verdict == Repeated() for verdict in self.rate(again))
        assert self.read("SELECT COUNT(*) FROM usage_record") == before

    # -------------------------------------------------------------------------------------------

    def call(self, caller: int, peer: str, seconds: int) -> tuple[int, int]:
        """Have a call arrive that ends now: its id, and what it costs in minor units."""
        line = self.lines[caller]
        record = Record(self.now, "call", "out", peer, seconds)
        key = f"{key_of(line.id, record)} {next(self.numbers)}"
        arrived = Arrived(self.house.env.ids.next(), line.id, line.account, record, key)
        [verdict] = self.rate([arrived])
        assert isinstance(verdict, Added), "all calls have a price"
        self.rated.append(arrived)
        return arrived.id, verdict.rated.charge_minor

    def rate(self, records: Sequence[Arrived]) -> list[Verdict]:
        env, batch = self.house.env, Batch("test", self.now, records)
        return self.run(self.house.db.write(lambda tx: rate_batch(tx, env, batch)))
