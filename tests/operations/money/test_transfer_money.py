"""Money from one subscriber to another, and what went to a wrong number."""

import asyncio
from collections import Counter
from itertools import chain

import pytest

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.outcome import Done, NeedsConfirm, NeedsInput, NeedsProof, Outcome, Refused
from abonent.kernel.time import DAY_US, SECOND_US
from abonent.store.database import Database
from tests.fixtures.amounts import BAD_AMOUNTS
from tests.fixtures.house import SECRETS, House, all_rules
from tests.fixtures.traces import Traces, Watch, refusal_of_a_stranger
from tests.scenarios.calendar import move

NAME = "transfer_money"
HOUR_US = 3600 * SECOND_US


@pytest.fixture
def house(db: Database) -> House:
    return House(db, all_rules())


async def send(house: House, sender: Line, to: str, amount: str) -> Outcome:
    """As by USSD, where the telephone vouches for its number."""
    case = house.case(sender, "ussd", 0)
    return await house.runner.propose(case, NAME, {"to": to, "amount": amount}, confirm=True)


async def sent(house: House, sender: Line, receiver: Line, amount: str) -> int:
    outcome = await send(house, sender, receiver.number, amount)
    assert isinstance(outcome, Done), outcome
    return outcome.receipt.id


async def code(house: House, sender: Line, to: str, amount: str) -> str:
    """The code of a refusal, which leaves nothing but its line in the journal."""
    watch = await Watch.over(house, sender)
    outcome = await send(house, sender, to, amount)
    assert isinstance(outcome, Refused), outcome
    assert await watch.new() == Traces(journal=[(NAME, outcome.code)])
    return outcome.code


async def test_it_works(house: House) -> None:
    sender, receiver = await house.subscriber("100.00"), await house.subscriber("1.00")
    ours, theirs = await Watch.over(house, sender), await Watch.over(house, receiver)
    await sent(house, sender, receiver, "50.00")
    moved = "transfer, account -50.00 UAH, account 50.00 UAH"
    assert await ours.new() == Traces(
        entries=[moved, "transfer_fee, account -1.50 UAH, revenue_fees 1.50 UAH"],
        journal=[(NAME, "done")],
        sms=[NAME],
    )
    assert await theirs.new() == Traces(
        entries=[moved], journal=[("transfer_received", "done")], sms=["transfer_received"]
    )
    assert await house.balance(sender) == "48.50"
    assert await house.balance(receiver) == "51.00"
    assert await house.balance(receiver, "PTS") == "0"
    await house.books_are_sound()


async def test_a_code_is_bound_to_the_sum_and_the_receiver(house: House) -> None:
    sender, receiver = await house.subscriber("100.00"), await house.subscriber()
    case, to = house.case(sender), receiver.number
    asked = [
        await house.runner.propose(case, NAME, {"to": to, "amount": amount}, confirm=True)
        for amount in ("50.00", "60.00")
    ]
    first, second = asked
    assert isinstance(first, NeedsProof)
    assert isinstance(second, NeedsProof)
    rows = await house.rows("SELECT kind, details, sealed FROM outbox ORDER BY id")
    assert [row[0] for row in rows] == ["code_transfer", "code_transfer"]
    assert to in rows[0][1]
    assert "5000" in rows[0][1]
    codes = [SECRETS.unseal(row[2]) for row in rows]
    crossed = await house.runner.prove(case, first.proposal, codes[1])
    assert isinstance(crossed, Refused) or codes[0] == codes[1]
    assert isinstance(await house.runner.confirm(case, first.proposal), Refused)
    assert isinstance(await house.runner.prove(case, first.proposal, codes[0]), NeedsConfirm)
    assert isinstance(await house.runner.confirm(case, first.proposal), Done)
    assert await house.balance(receiver) == "50.00"


async def test_a_stranger_sends_nothing(house: House) -> None:
    line, other = await house.subscriber("100.00"), await house.subscriber()
    to = other.number
    assert await refusal_of_a_stranger(house, line, NAME, to=to, amount="5") == "not_found"


async def test_an_operator_without_the_rule_transfers_nothing(db: Database) -> None:
    house = House(db)
    line, other = await house.subscriber("100.00"), await house.subscriber()
    assert await house.refusal(line, NAME, to=other.number, amount="5.00") == "not_found"


async def test_not_to_oneself(house: House) -> None:
    line = await house.subscriber("100.00")
    assert await code(house, line, line.number, "5.00") == "transfer_to_self"


async def test_whatever_is_wrong_with_the_receiver_is_refused_alike(house: House) -> None:
    line = await house.subscriber("900.00")
    blocked, rich = await house.subscriber(), await house.subscriber("99990.00")
    postpaid = await house.subscriber(billing="postpaid")
    await house.done(blocked, "block_line")
    full = await house.subscriber()
    for n in range(3):
        await sent(house, await house.subscriber("500.00"), full, f"{330 + n}.00")
    numbers = [blocked.number, rich.number, postpaid.number, full.number]
    for to in (*numbers, "380948880000", "380671112233"):
        assert await code(house, line, to, "50.00") == "transfer_not_accepted", to


async def test_a_transfer_has_a_smallest_and_a_largest_sum(house: House) -> None:
    line, other = await house.subscriber("900.00"), await house.subscriber()
    for amount in ("0.99", "500.01", "999999999999"):
        assert await code(house, line, other.number, amount) == "transfer_amount"


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
async def test_what_is_no_amount_is_said_beside_the_field(house: House, amount: object) -> None:
    line, other = await house.subscriber("900.00"), await house.subscriber()
    outcome = await house.do(line, NAME, to=other.number, amount=amount)
    assert isinstance(outcome, NeedsInput)
    assert [problem.name for problem in outcome.fields] == ["amount"]


async def test_something_must_be_left(house: House) -> None:
    line, other = await house.subscriber("56.50"), await house.subscriber()
    assert await code(house, line, other.number, "50.01") == "transfer_too_much"
    await sent(house, line, other, "50.00")
    assert await house.balance(line) == "5.00"
    assert await code(house, line, other.number, "1.00") == "transfer_nothing_free"


async def test_what_is_lent_is_not_transferred(house: House) -> None:
    line, other = await house.subscriber("8.10"), await house.subscriber()
    house.clock.advance(40 * DAY_US)
    await house.settle(line)
    await house.done(line, "take_promised_payment", amount="25.00")
    assert await house.balance(line) == "31.10"
    assert await code(house, line, other.number, "1.00") == "transfer_nothing_free"


async def test_a_day_and_a_month_have_their_limits(house: House) -> None:
    line = await house.subscriber("5000.00")
    others = [await house.subscriber() for _ in range(5)]
    await sent(house, line, others[0], "500.00")
    assert await code(house, line, others[1].number, "300.01") == "transfer_day_limit"
    await sent(house, line, others[1], "300.00")
    house.clock.advance(DAY_US)
    await sent(house, line, others[2], "500.00")
    house.clock.advance(DAY_US)
    await sent(house, line, others[3], "500.00")
    assert await code(house, line, others[4].number, "200.01") == "transfer_month_limit"
    house.clock.advance(14 * DAY_US)
    await house.settle(line)
    await sent(house, line, others[4], "200.01")
    await house.books_are_sound()


async def received(house: House, receiver: Line, *amounts: str) -> None:
    """Each from somebody new, who has sent nothing before."""
    for amount in amounts:
        await sent(house, await house.subscriber("900.00"), receiver, amount)


async def test_a_day_ends_at_local_midnight_and_not_at_that_of_utc(house: House) -> None:
    sender, other = await house.subscriber("5000.00"), await house.subscriber()
    receiver, giver = await house.subscriber(), await house.subscriber("900.00")
    # In Kyiv it is two hours later than by UTC, whose 18th begins when it is two o'clock there.
    for day, times in ((17, ("23:59:59",)), (18, ("02:00:01", "23:59:59"))):
        await sent(house, sender, other, "500.00")
        await sent(house, sender, other, "300.00")
        await received(house, receiver, "500.00", "500.00")
        for time in times:
            move(house, f"2026-11-{day} {time}")
            assert await code(house, sender, other.number, "1.00") == "transfer_day_limit"
            assert await code(house, giver, receiver.number, "1.00") == "transfer_not_accepted"
        move(house, f"2026-11-{day + 1} 00:00:01")
    await sent(house, sender, other, "1.00")
    await sent(house, giver, receiver, "1.00")
    assert (await house.balance(other), await house.balance(receiver)) == ("1601.00", "2001.00")
    await house.books_are_sound()


async def test_a_month_ends_where_the_local_first_begins(house: House) -> None:
    sender, other = await house.subscriber("5000.00"), await house.subscriber()
    receiver, giver = await house.subscriber(), await house.subscriber("900.00")
    for day, amount in zip(range(17, 22), ("500.00", "500.00", "500.00", "499.00"), strict=False):
        move(house, f"2026-11-{day} 12:00")
        await sent(house, sender, other, amount)
    for day in range(21, 26):
        move(house, f"2026-11-{day} 12:00")
        await received(house, receiver, "500.00", "500.00" if day < 25 else "499.00")
    move(house, "2026-11-30 23:59:59")
    assert await code(house, sender, other.number, "1.01") == "transfer_month_limit"
    assert await code(house, giver, receiver.number, "1.01") == "transfer_not_accepted"
    move(house, "2026-12-01 00:00:01")
    await sent(house, sender, other, "500.00")
    await sent(house, giver, receiver, "500.00")
    assert (await house.balance(other), await house.balance(receiver)) == ("2499.00", "5499.00")
    await house.books_are_sound()


async def test_many_who_send_at_once_never_pass_the_receiver_s_limit_of_a_day(
    house: House,
) -> None:
    receiver = await house.subscriber()
    senders = [await house.subscriber("300.00") for _ in range(30)]
    asked = (send(house, sender, receiver.number, "100.00") for sender in senders)
    answers = Counter(word(answer) for answer in await asyncio.gather(*asked))
    assert answers == {"done": 10, "transfer_not_accepted": 20}
    assert await house.balance(receiver) == "1000.00"
    kept = Counter([await house.balance(sender) for sender in senders])
    assert kept == {"198.00": 10, "300.00": 20}
    await house.books_are_sound()


async def test_it_gives_back_what_the_receiver_was_lent(house: House) -> None:
    sender, receiver = await house.subscriber("100.00"), await house.subscriber()
    house.clock.advance(40 * DAY_US)
    for line in (sender, receiver):
        await house.settle(line)
    await house.done(receiver, "take_promised_payment", amount="25.00")
    watch = await Watch.over(house, receiver)
    await sent(house, sender, receiver, "30.00")
    assert (await watch.new()).entries[1].startswith("promised_repaid, account -25.00 UAH")
    assert await house.balance(receiver) == "28.00"
    await house.books_are_sound()


async def test_with_one_key_it_is_sent_once(house: House) -> None:
    sender, receiver = await house.subscriber("100.00"), await house.subscriber()
    raw = {"to": receiver.number, "amount": "20.00"}
    case = house.case(sender, "ussd", 0)
    answers = [await house.runner.propose(case, NAME, raw, "key", confirm=True) for _ in range(2)]
    assert isinstance(answers[0], Done)
    assert answers[0] == answers[1]
    assert await house.balance(receiver) == "20.00"


async def test_of_a_hundred_at_once_with_money_for_one_one_is_sent(house: House) -> None:
    sender, receiver = await house.subscriber("56.50"), await house.subscriber()
    asked = (send(house, sender, receiver.number, "50.00") for _ in range(100))
    answers = Counter(word(answer) for answer in await asyncio.gather(*asked))
    assert answers == {"done": 1, "transfer_nothing_free": 99}
    assert await house.balance(receiver) == "50.00"
    await house.books_are_sound()


def word(outcome: Outcome) -> str:
    return outcome.code if isinstance(outcome, Refused) else type(outcome).__name__.lower()


async def test_two_who_send_to_each_other_without_end_never_wait_for_ever(house: House) -> None:
    pair = await house.subscriber("300.00"), await house.subscriber("300.00")

    async def client(n: int) -> list[str]:
        sender, receiver = pair if n % 2 else pair[::-1]
        return [word(await send(house, sender, receiver.number, "2.00")) for _ in range(4)]

    answers = Counter(chain.from_iterable(await asyncio.gather(*map(client, range(50)))))
    assert answers == {"done": 200}
    balances = [await house.balance(line) for line in pair]
    assert balances == ["198.00", "198.00"]
    await house.books_are_sound()


async def test_a_number_that_is_given_up_receives_nothing(house: House) -> None:
    line, gone = await house.subscriber("100.00"), await house.subscriber()
    now = house.clock.now()
    await house.db.write(
        lambda tx: tx.run("UPDATE identifier SET valid_to = $2 WHERE target_id = $1", gone.id, now)
    )
    assert await house.db.read(lambda tx: lines.by_number(tx, gone.number)) is None
    assert await code(house, line, gone.number, "5.00") == "transfer_not_accepted"
