"""Calls at the other side's expense: asked for, agreed to, rated to who agreed."""

import asyncio
from collections import Counter

import pytest

from abonent.accounts.model import Line
from abonent.kernel.outcome import Done, NeedsInput, Outcome, Refused
from abonent.kernel.time import DAY_US, SECOND_US, Instant, day_of
from abonent.operations.usage.rate_usage import Added, Arrived, Batch, key_of, rate_batch
from abonent.operations.views.usage import usage
from abonent.store.database import Database
from abonent.usage.model import Record
from tests.fixtures.house import House, all_rules
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger

ASK, ANSWER = "request_collect_call", "answer_collect_call"
MINUTE_US = 60 * SECOND_US


@pytest.fixture
def house(db: Database) -> House:
    return House(db, all_rules())


async def asked(house: House, caller: Line, payer: Line) -> str:
    return str((await house.done(caller, ASK, to=payer.number)).id)


async def agreed(house: House) -> tuple[Line, Line, str]:
    caller, payer = await house.subscriber(), await house.subscriber("100.00")
    id = await asked(house, caller, payer)
    await house.done(payer, ANSWER, request=id, answer="yes")
    return caller, payer, id


async def call(house: House, line: Line, peer: str, at: Instant | None = None) -> Added:
    at = house.clock.now() if at is None else at
    record = Record(at, "call", "out", peer, 120)
    arrived = Arrived(house.env.ids.next(), line.id, line.account, record, key_of(line.id, record))
    batch = Batch("tests", house.clock.now(), [arrived])
    [verdict] = await house.db.write(lambda tx: rate_batch(tx, house.env, batch))
    assert isinstance(verdict, Added)
    return verdict


async def test_who_is_asked_is_told_and_decides(house: House) -> None:
    caller, payer = await house.subscriber(), await house.subscriber("100.00")
    ours, theirs = await Watch.over(house, caller), await Watch.over(house, payer)
    id = await asked(house, caller, payer)
    assert await theirs.new() == Traces(
        journal=[("collect_call_asked", "done")], sms=["collect_call_asked"]
    )
    await house.done(payer, ANSWER, request=id, answer="yes")
    new = await ours.new()
    assert new.journal == [(ASK, "done")]
    assert new.sms == ["collect_call_agreed"]
    assert [order.split()[0] for order in new.orders] == ["collect_call_on"]
    await house.books_are_sound()


async def test_while_it_holds_calls_there_are_the_payers(house: House) -> None:
    caller, payer, _ = await agreed(house)
    own = await call(house, payer, caller.number)
    before = await house.balance(payer)
    assert own.rated.charge_minor > 0
    done = await call(house, caller, f"+{payer.number}")
    assert done.rated.charge_minor == own.rated.charge_minor
    assert await house.balance(caller) == "0.00"
    assert await house.balance(payer) != before
    rows = await house.rows("SELECT kind, line_id FROM entry WHERE id = $1", done.arrived.id)
    assert rows == [("collect_call", payer.id)]
    await house.books_are_sound()


async def test_other_calls_are_the_callers_own(house: House) -> None:
    caller, payer, _ = await agreed(house)
    other = await house.subscriber()
    for peer in (other.number, "0501234567", "112", "unknown"):
        await call(house, caller, peer)
    assert await house.balance(payer) == "100.00"
    assert (await house.balance(caller)).startswith("-")


async def test_a_call_counts_by_its_own_time(house: House) -> None:
    caller, payer, _ = await agreed(house)
    now = house.clock.now()
    await call(house, caller, payer.number, Instant(now - 1))
    await call(house, caller, payer.number, Instant(now + 60 * MINUTE_US))
    assert await house.balance(payer) == "100.00"
    house.clock.advance(DAY_US)
    await call(house, caller, payer.number, Instant(now + 60 * MINUTE_US - 1))
    assert await house.balance(payer) != "100.00"
    await house.books_are_sound()


async def test_it_is_in_the_payers_statistics_and_not_in_the_callers(house: House) -> None:
    caller, payer, _ = await agreed(house)
    done = await call(house, caller, payer.number)
    day = day_of(house.clock.now(), house.env.zone)
    mine = await house.runner.read(usage, house.case(payer), day, day)
    theirs = await house.runner.read(usage, house.case(caller), day, day)
    assert mine.total == house.env.money(done.rated.charge_minor)
    assert theirs.total == house.env.money(0)
    assert theirs.kinds[0].count == 1


async def test_refused_is_refused(house: House) -> None:
    caller, payer = await house.subscriber("50.00"), await house.subscriber("100.00")
    id = await asked(house, caller, payer)
    watch = await Watch.over(house, caller)
    await house.done(payer, ANSWER, request=id, answer="no")
    assert await watch.new() == Traces(sms=["collect_call_refused"])
    await call(house, caller, payer.number)
    assert await house.balance(payer) == "100.00"
    for answer in ("yes", "no"):
        code = await refusal(house, payer, ANSWER, request=id, answer=answer)
        assert code == "collect_call_over"


async def test_a_consent_can_be_ended_early(house: House) -> None:
    caller, payer, id = await agreed(house)
    house.clock.advance(MINUTE_US)
    watch = await Watch.over(house, caller)
    await house.done(payer, ANSWER, request=id, answer="no")
    assert [order.split()[0] for order in (await watch.new()).orders] == ["collect_call_off"]
    await call(house, caller, payer.number)
    assert await house.balance(payer) == "100.00"


@pytest.mark.parametrize(("name", "more"), [(ANSWER, {"answer": "no"}), ("block_line", {})])
async def test_a_clock_that_is_put_back_keeps_no_consent_alive(
    house: House, name: str, more: dict[str, str]
) -> None:
    caller, payer, id = await agreed(house)
    house.clock.offset_us -= MINUTE_US
    await house.done(payer, name, **(more and {"request": id, **more}))
    house.clock.advance(2 * MINUTE_US)
    before = await house.balance(payer)
    await call(house, caller, payer.number)
    assert await house.balance(payer) == before


async def test_a_stranger_asks_and_answers_nothing(house: House) -> None:
    caller, payer = await house.subscriber(), await house.subscriber("100.00")
    assert await refusal_of_a_stranger(house, caller, ASK, to=payer.number) == "not_found"
    id = await asked(house, caller, payer)
    for line in (caller, await house.subscriber("10.00")):
        code = await refusal(house, line, ANSWER, request=id, answer="yes")
        assert code == "collect_call_unknown"


async def test_whatever_is_wrong_with_the_number_is_refused_alike(house: House) -> None:
    caller, blocked = await house.subscriber(), await house.subscriber()
    await house.done(blocked, "block_line")
    postpaid = await house.subscriber(billing="postpaid")
    for to in (blocked.number, postpaid.number, "380948880000", "380501234567"):
        assert await refusal(house, caller, ASK, to=to) == "collect_call_not_possible"
    assert await refusal(house, caller, ASK, to=caller.number) == "collect_call_to_self"


async def test_nobody_is_asked_without_end(house: House) -> None:
    caller = await house.subscriber()
    payers = [await house.subscriber("10.00") for _ in range(6)]
    for payer in payers[:5]:
        await asked(house, caller, payer)
    assert await refusal(house, caller, ASK, to=payers[0].number) == "collect_call_asked"
    assert await refusal(house, caller, ASK, to=payers[5].number) == "collect_call_limit"
    house.clock.advance(DAY_US)
    await asked(house, caller, payers[0])


async def test_a_request_that_is_too_old_cannot_be_agreed_to(house: House) -> None:
    caller, payer = await house.subscriber(), await house.subscriber("10.00")
    id = await asked(house, caller, payer)
    house.clock.advance(30 * MINUTE_US)
    code = await refusal(house, payer, ANSWER, request=id, answer="yes")
    assert code == "collect_call_over"


async def test_who_has_no_money_cannot_agree(house: House) -> None:
    caller, payer = await house.subscriber(), await house.subscriber()
    id = await asked(house, caller, payer)
    code = await refusal(house, payer, ANSWER, request=id, answer="yes")
    assert code == "collect_call_no_money"


async def test_it_is_agreed_to_once(house: House) -> None:
    caller, payer = await house.subscriber(), await house.subscriber("10.00")
    id = await asked(house, caller, payer)
    every = (house.do(payer, ANSWER, request=id, answer="yes") for _ in range(10))
    answers = Counter(word(answer) for answer in await asyncio.gather(*every))
    assert answers == {"done": 1, "collect_call_over": 9}


def word(outcome: Outcome) -> str:
    if isinstance(outcome, Done):
        return "done"
    assert isinstance(outcome, Refused), outcome
    return outcome.code


async def test_what_is_no_answer_is_said_beside_the_field(house: House) -> None:
    caller, payer = await house.subscriber(), await house.subscriber("10.00")
    id = await asked(house, caller, payer)
    for raw in ({"request": id, "answer": "maybe"}, {"request": "x", "answer": "yes"}, {}):
        assert isinstance(await house.do(payer, ANSWER, **raw), NeedsInput)


async def test_an_operator_without_the_rule_offers_none(db: Database) -> None:
    house = House(db)
    line = await house.subscriber()
    assert await house.refusal(line, ASK, to="380941000009") == "not_found"


async def test_a_blocked_line_pays_for_nobody_any_more(house: House) -> None:
    caller, payer, _ = await agreed(house)
    ours, theirs = await Watch.over(house, caller), await Watch.over(house, payer)
    await house.done(payer, "block_line")
    assert [order.split()[0] for order in (await theirs.new()).orders] == ["bar"]
    assert [order.split()[0] for order in (await ours.new()).orders] == ["collect_call_off"]
    house.clock.advance(MINUTE_US)
    before = await house.balance(payer)
    await call(house, caller, f"+{payer.number}")
    assert await house.balance(payer) == before


async def test_what_is_lent_pays_for_nobody(house: House) -> None:
    caller, payer = await house.subscriber(), await house.subscriber("1.00")
    earlier = "UPDATE contract SET opened_at = opened_at - $1"
    await house.db.write(lambda tx: tx.run(earlier, 40 * DAY_US))
    await house.done(payer, "take_promised_payment", amount="25.00")
    id = await asked(house, caller, payer)
    ask = {"request": id, "answer": "yes"}
    assert await house.refusal(payer, ANSWER, **ask) == "collect_call_no_money"
