"""set_language and set_notices."""

from abonent.kernel.outcome import NeedsInput
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch, refusal_of_a_stranger


async def test_it_works(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    receipt = await house.done(line, "set_language", language="en")
    assert receipt.text.key == "done.set_language"
    assert (await house.line(line)).language == "en"
    assert await watch.new() == Traces(journal=[("set_language", "done")])


async def test_messages_follow_the_chosen_language(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "set_language", language="ru")
    await house.done(line, "buy_package", package="sms-50")
    assert await house.rows("SELECT language FROM outbox") == [("ru",)]


async def test_a_stranger_cannot_choose_my_language(house: House) -> None:
    line = await house.subscriber()
    assert await refusal_of_a_stranger(house, line, "set_language", language="en") == "not_found"


async def test_a_language_that_the_operator_does_not_speak_is_no_input(house: House) -> None:
    line = await house.subscriber()
    for language in ("nl", "EN", "en\n", ""):
        answer = await house.do(line, "set_language", language=language)
        assert isinstance(answer, NeedsInput), language
    assert await house.journal(line) == []


async def test_a_blocked_line_may_still_choose(house: House) -> None:
    line = await house.subscriber()
    await house.done(line, "block_line")
    await house.done(line, "set_language", language="en")
    await house.done(line, "set_notices", notice="login", on="no")


# set_notices -------------------------------------------------------------------------------------


async def test_a_notice_is_switched_off_and_on(house: House) -> None:
    line = await house.subscriber()
    watch = await Watch.over(house, line)
    off = await house.done(line, "set_notices", notice="buy_package", on="no")
    again = await house.done(line, "set_notices", notice="buy_package", on="no")
    assert off.text.key == again.text.key == "done.set_notices_off"
    assert await house.rows("SELECT kind FROM notice_off") == [("buy_package",)]
    on = await house.done(line, "set_notices", notice="buy_package", on="yes")
    assert on.text.key == "done.set_notices_on"
    assert await house.rows("SELECT kind FROM notice_off") == []
    assert await watch.new() == Traces(journal=[("set_notices", "done")] * 3)


async def test_a_stranger_cannot_silence_my_notices(house: House) -> None:
    line = await house.subscriber()
    code = await refusal_of_a_stranger(house, line, "set_notices", notice="login", on="no")
    assert code == "not_found"


async def test_a_notice_that_is_always_sent_cannot_be_switched_off(house: House) -> None:
    line = await house.subscriber()
    for notice in ("set_forwarding", "set_password", "reveal_puk", "weather"):
        answer = await house.do(line, "set_notices", notice=notice, on="no")
        assert isinstance(answer, NeedsInput), notice
        assert [(p.name, p.code) for p in answer.fields] == [("notice", "unknown_item")]


async def test_a_notice_is_on_or_off_and_nothing_else(house: House) -> None:
    line = await house.subscriber()
    for on in ("maybe", "", "YES", True, None):
        answer = await house.do(line, "set_notices", notice="login", on=on)
        assert isinstance(answer, NeedsInput), on
        assert [p.name for p in answer.fields] == ["on"]
    assert await house.journal(line) == []
