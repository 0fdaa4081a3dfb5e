"""What one person can make us remember."""

import pytest

from abonent.kernel.outcome import Done, NeedsConfirm, Refused
from abonent.kernel.time import DAY_US, SECOND_US
from abonent.notices import outbox
from abonent.operations.due_work import tidy
from abonent.operations.identity.sessions import (
    MOST_LOGINS,
    Client,
    Opened,
    open_session,
    start_session,
)
from tests.fixtures.house import PASSWORD, House

pytestmark = pytest.mark.anyio

PACKAGE = {"package": "sms-50"}


async def test_of_what_is_proposed_and_left_the_newest_is_kept(house: House) -> None:
    line, stranger = await house.subscriber("100.00"), await house.subscriber("100.00")
    theirs = await house.runner.propose(house.case(stranger), "buy_package", PACKAGE)
    many = [await house.runner.propose(house.case(line), "buy_package", PACKAGE) for _ in range(30)]
    assert len(await house.rows("SELECT id FROM proposal")) == 20 + 1
    for subscriber, proposed in ((line, many[-1]), (stranger, theirs)):
        assert isinstance(proposed, NeedsConfirm)
        done = await house.runner.confirm(house.case(subscriber), proposed.proposal)
        assert isinstance(done, Done)


async def test_who_logs_in_again_and_again_is_stopped(house: House) -> None:
    line, client = await house.subscriber(), Client("192.0.2.1", "web")
    await house.registered(line)
    for _ in range(MOST_LOGINS):
        await start_session(house.runner, line, client)
    stopped = await open_session(house.runner, line.number, PASSWORD, client)
    assert isinstance(stopped, Refused)
    assert stopped.code == "too_many_tries"
    house.clock.advance(15 * 60 * SECOND_US + 1)
    assert isinstance(await open_session(house.runner, line.number, PASSWORD, client), Opened)


async def test_messages_that_were_delivered_long_ago_are_forgotten(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "buy_package", **PACKAGE)
    (message,) = await house.rows("SELECT id FROM outbox")
    await house.db.write(lambda tx: outbox.finish(tx, message[0], "done"))
    house.clock.advance(89 * DAY_US)
    await tidy(house.db, house.env)
    assert await house.rows("SELECT id FROM outbox") == [message]
    house.clock.advance(2 * DAY_US)
    await tidy(house.db, house.env)
    assert await house.rows("SELECT id FROM outbox") == []
