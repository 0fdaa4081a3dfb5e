from dataclasses import replace

from abonent.kernel.outcome import Done, Refused
from abonent.kernel.text import Text
from abonent.operations.identity.sessions import Client, Opened, resolve, start_session
from tests.fixtures.house import House
from tests.fixtures.traces import Traces, Watch, refusal_of_a_stranger

WEB = Client("192.0.2.1", "web")


async def test_it_works(house: House) -> None:
    line = await house.subscriber()
    mine, *others = [await start_session(house.runner, line, WEB) for _ in range(3)]
    found = await resolve(house.runner, mine.token, WEB)
    assert found is not None
    watch = await Watch.over(house, line)
    outcome = await house.runner.propose(found.case, "end_sessions", {})
    assert isinstance(outcome, Done)
    assert outcome.receipt.text == Text("done.end_sessions", {"n": 2})
    assert await watch.new() == Traces(journal=[("end_sessions", "done")])
    assert await resolve(house.runner, mine.token, WEB) is not None
    for other in others:
        assert await resolve(house.runner, other.token, WEB) is None


async def test_the_sessions_of_others_stay(house: House) -> None:
    line, neighbour = await house.subscriber(), await house.subscriber()
    theirs: Opened = await start_session(house.runner, neighbour, WEB)
    await house.done(line, "end_sessions")
    assert await resolve(house.runner, theirs.token, WEB) is not None


async def test_a_stranger_cannot_log_me_out(house: House) -> None:
    line = await house.subscriber()
    mine = await start_session(house.runner, line, WEB)
    assert await refusal_of_a_stranger(house, line, "end_sessions") == "not_found"
    assert await resolve(house.runner, mine.token, WEB) is not None


async def test_not_by_ussd(house: House) -> None:
    line = await house.subscriber()
    by_phone = replace(house.case(line), channel="ussd", level=0)
    outcome = await house.runner.propose(by_phone, "end_sessions", {})
    assert isinstance(outcome, Refused)
    assert outcome.code == "not_allowed"
