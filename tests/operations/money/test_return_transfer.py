"""What went to a wrong number: asked back by its sender, returned or kept by its receiver."""

import asyncio
from collections import Counter

import pytest

from abonent.accounts.model import Line
from abonent.kernel.outcome import NeedsInput, Outcome, Refused
from abonent.ledger import sql
from abonent.store.database import Database
from abonent.store.tx import WriteTx
from tests.fixtures.house import House, all_rules
from tests.fixtures.traces import Traces, Watch, refusal
from tests.operations.money.test_transfer_money import HOUR_US, sent, word


@pytest.fixture
def house(db: Database) -> House:
    return House(db, all_rules())


async def mistake(house: House, amount: str = "50.00") -> tuple[Line, Line, int]:
    sender, stranger = await house.subscriber("100.00"), await house.subscriber()
    return sender, stranger, await sent(house, sender, stranger, amount)


async def test_what_went_to_a_wrong_number_comes_back_if_its_holder_agrees(house: House) -> None:
    sender, stranger, id = await mistake(house)
    ours, theirs = await Watch.over(house, sender), await Watch.over(house, stranger)
    await house.done(sender, "ask_transfer_back", transfer=str(id))
    assert await theirs.new() == Traces(
        journal=[("transfer_asked_back", "done")], sms=["transfer_asked_back"]
    )
    await house.done(stranger, "return_transfer", transfer=str(id))
    back = "transfer_returned, account -50.00 UAH, account 50.00 UAH"
    assert (await theirs.new()).entries == [back]
    assert await ours.new() == Traces(
        entries=[back],
        journal=[("ask_transfer_back", "done"), ("transfer_returned", "done")],
        sms=["transfer_returned"],
    )
    assert await house.balance(sender) == "98.50"
    assert await house.balance(stranger) == "0.00"
    await house.books_are_sound()


async def test_only_what_is_still_there_goes_back(house: House) -> None:
    sender, stranger, id = await mistake(house)
    await house.done(stranger, "activate_service", service="ringback")
    await house.done(sender, "ask_transfer_back", transfer=str(id))
    await house.done(stranger, "return_transfer", transfer=str(id))
    assert await house.balance(stranger) == "0.00"
    assert await house.balance(sender) == "78.50"
    await house.books_are_sound()


async def test_where_nothing_is_left_nothing_goes_back(house: House) -> None:
    sender, stranger, id = await mistake(house, "20.00")
    await house.done(stranger, "activate_service", service="ringback")
    await house.done(sender, "ask_transfer_back", transfer=str(id))
    raw = {"transfer": str(id)}
    assert await refusal(house, stranger, "return_transfer", **raw) == "transfer_nothing_left"


async def test_who_got_it_may_keep_it(house: House) -> None:
    sender, stranger, id = await mistake(house)
    await house.done(sender, "ask_transfer_back", transfer=str(id))
    watch = await Watch.over(house, sender)
    await house.done(stranger, "keep_transfer", transfer=str(id))
    assert await watch.new() == Traces(sms=["transfer_kept"])
    for name in ("return_transfer", "keep_transfer"):
        assert await refusal(house, stranger, name, transfer=str(id)) == "transfer_not_asked"
    again = await refusal(house, sender, "ask_transfer_back", transfer=str(id))
    assert again == "transfer_asked"


async def test_after_an_hour_it_cannot_be_asked_back(house: House) -> None:
    sender, _, id = await mistake(house)
    house.clock.advance(HOUR_US + 1)
    late = await refusal(house, sender, "ask_transfer_back", transfer=str(id))
    assert late == "transfer_recall_over"


async def test_nobody_else_asks_back_or_answers(house: House) -> None:
    sender, stranger, id = await mistake(house)
    third = await house.subscriber()
    raw = {"transfer": str(id)}
    for line in (third, stranger):
        assert await refusal(house, line, "ask_transfer_back", **raw) == "transfer_unknown"
    assert await refusal(house, stranger, "return_transfer", **raw) == "transfer_not_asked"
    await house.done(sender, "ask_transfer_back", **raw)
    for line in (third, sender):
        for name in ("return_transfer", "keep_transfer"):
            assert await refusal(house, line, name, **raw) == "transfer_unknown"
    for id_text in ("", "x", "-1", "9" * 30, "１"):
        outcome = await house.do(sender, "ask_transfer_back", transfer=id_text)
        assert isinstance(outcome, NeedsInput)


async def test_it_is_returned_once(house: House) -> None:
    sender, stranger, id = await mistake(house)
    await house.done(sender, "ask_transfer_back", transfer=str(id))
    asked = (house.do(stranger, "return_transfer", transfer=str(id)) for _ in range(20))
    answers = Counter(word(answer) for answer in await asyncio.gather(*asked))
    assert answers == {"done": 1, "transfer_not_asked": 19}
    await house.books_are_sound()


async def test_the_numbers_of_others_are_in_no_entry_and_no_journal(house: House) -> None:
    sender, stranger, id = await mistake(house)
    await house.done(sender, "ask_transfer_back", transfer=str(id))
    await house.done(stranger, "return_transfer", transfer=str(id))
    for table in ("entry", "journal"):
        rows = str(await house.rows(f"SELECT * FROM {table}"))
        assert sender.number not in rows
        assert stranger.number not in rows


async def test_asking_back_waits_for_a_receiver_who_has_begun_to_return(house: House) -> None:
    sender, receiver = await house.subscriber("100.00"), await house.subscriber()
    id = await sent(house, sender, receiver, "20.00")
    locked = asyncio.Event()

    async def hold(tx: WriteTx) -> None:
        await sql.lock(tx, [receiver.account])
        locked.set()
        if house.db.engine == "postgres":  # on SQLite nobody waits within a transaction
            await asyncio.sleep(0.5)

    async def give_back() -> Outcome:
        await locked.wait()
        return await house.do(receiver, "return_transfer", transfer=str(id))

    async def ask_back() -> None:
        await locked.wait()
        await asyncio.sleep(0.2)
        await house.done(sender, "ask_transfer_back", transfer=str(id))

    _, early, _ = await asyncio.gather(house.db.write(hold), give_back(), ask_back())
    assert isinstance(early, Refused)
    assert early.code == "transfer_not_asked"
    await house.done(receiver, "return_transfer", transfer=str(id))
    assert await house.balance(receiver) == "0.00"
    await house.books_are_sound()
