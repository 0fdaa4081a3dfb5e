import asyncio
from dataclasses import replace

from abonent.kernel.outcome import Done, NeedsConfirm, Refused
from abonent.operations.identity.sessions import Client, resolve, start_session
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch, refusal, refusal_of_a_stranger


async def test_it_works(house: House) -> None:
    line = await house.subscriber("10.00")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "block_line")
    assert receipt.text.key == "done.block_line"
    assert receipt.undo == "unblock_line"
    assert (await house.line(line)).blocked
    assert await watch.new() == Traces(journal=[("block_line", "done")], orders=["bar"])
    assert await house.balance(line) == "10.00"


async def test_it_is_free_and_says_what_it_means(house: House) -> None:
    line = await house.subscriber()
    asked = await house.runner.propose(house.case(line), "block_line", {})
    assert isinstance(asked, NeedsConfirm)
    assert not asked.quote.price
    assert [term.key for term in asked.quote.terms] == ["term.line_silent", "term.unblock_here"]


async def test_it_works_from_the_phone(house: House) -> None:
    line = await house.subscriber()
    by_phone = replace(house.case(line), channel="ussd", level=0)
    outcome = await house.runner.propose(by_phone, "block_line", {}, confirm=True)
    assert isinstance(outcome, Done)


async def test_who_holds_the_lost_phone_is_logged_out_of_the_cabinet(house: House) -> None:
    line, web = await house.subscriber(), Client("192.0.2.1", "web")
    mine, on_the_lost_phone = [await start_session(house.runner, line, web) for _ in range(2)]
    found = await resolve(house.runner, mine.token, web)
    assert found is not None
    assert isinstance(await house.runner.propose(found.case, "block_line", {}, confirm=True), Done)
    assert await resolve(house.runner, mine.token, web) is not None
    assert await resolve(house.runner, on_the_lost_phone.token, web) is None


async def test_a_stranger_cannot_block_it(house: House) -> None:
    line = await house.subscriber()
    assert await refusal_of_a_stranger(house, line, "block_line") == "not_found"


async def test_a_blocked_line_is_not_blocked_again(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "block_line")
    assert await refusal(house, line, "block_line") == "line_blocked"


async def test_blocked_ten_times_at_once_it_is_barred_once(house: House) -> None:
    line = await house.subscriber()
    answers = await asyncio.gather(*(house.do(line, "block_line") for _ in range(10)))
    assert sum(isinstance(answer, Done) for answer in answers) == 1
    assert await house.messages(line, "network") == ["bar"]


# unblock_line ------------------------------------------------------------------------------------


async def test_opening_works(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "block_line")
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "unblock_line")
    assert receipt.text.key == "done.unblock_line"
    assert not (await house.line(line)).blocked
    assert await watch.new() == Traces(
        journal=[("unblock_line", "done")], sms=["unblock_line"], orders=["unbar"]
    )


async def test_a_stranger_cannot_open_it(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "block_line")
    assert await refusal_of_a_stranger(house, line, "unblock_line") == "not_found"


async def test_who_found_the_phone_cannot_open_it_by_dialling(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "block_line")
    by_phone = replace(house.case(line), channel="ussd", level=0)
    outcome = await house.runner.propose(by_phone, "unblock_line", {}, confirm=True)
    assert isinstance(outcome, Refused)
    assert outcome.code == "not_allowed"
    assert (await house.line(line)).blocked


async def test_a_line_that_is_not_blocked_is_not_opened(house: House) -> None:
    line = await house.subscriber()
    assert await refusal(house, line, "unblock_line") == "line_not_blocked"


async def test_bar_and_unbar_reach_the_network_in_order(house: House) -> None:
    line = await house.subscriber()
    for _ in range(2):
        await house.done(line, "block_line")
        await house.done(line, "unblock_line")
    rows = await house.rows("SELECT kind, order_key FROM outbox WHERE peer = 'network' ORDER BY id")
    assert [row[0] for row in rows] == ["bar", "unbar", "bar", "unbar"]
    assert {row[1] for row in rows} == {f"network:{line.id}"}
