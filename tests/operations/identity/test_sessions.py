"""Logging in and out."""

import asyncio
from dataclasses import replace

import pytest

from abonent.accounts.model import Line
from abonent.kernel.outcome import Refused
from abonent.kernel.time import SECOND_US
from abonent.operations.identity import provision
from abonent.operations.identity.sessions import (
    Client,
    Opened,
    Session,
    choose_line,
    close_session,
    open_session,
    resolve,
    start_session,
)
from abonent.operations.runner import Runner
from tests.fixtures.house import PASSWORD, SECRETS, House
from tests.fixtures.rules import ruled
from tests.fixtures.traces import Traces, Watch

MINUTE_US = 60 * SECOND_US
NOBODY = "380949999999"
WEB = Client("192.0.2.1", "web", "Firefox")
API = Client("192.0.2.1", "api")


@pytest.fixture
async def line(house: House) -> Line:
    return await house.line(await house.registered(await house.subscriber()))


async def log_in(house: House, line: Line) -> Opened:
    opened = await open_session(house.runner, line.number, PASSWORD, WEB)
    assert isinstance(opened, Opened), opened
    return opened


async def refusal(house: House, login: str, password: str, client: Client = WEB) -> str:
    refused = await open_session(house.runner, login, password, client)
    assert isinstance(refused, Refused)
    return refused.code


async def find(house: House, opened: Opened, client: Client = WEB) -> Session | None:
    return await resolve(house.runner, opened.token, client)


async def test_it_works(house: House, line: Line) -> None:
    watch = await Watch.over(house, line)
    opened = await log_in(house, line)
    assert opened.level == 1
    assert await watch.new() == Traces(journal=[("login", "done")], sms=["login"])
    session = await find(house, opened)
    assert session is not None
    assert session.case == replace(house.case(line), session=session.id)
    assert session.line == line
    assert (session.person, session.language) == (line.person, "uk")
    assert session.idle_left_s == 600
    assert session.expires_at == opened.expires_at


async def test_a_login_may_be_written_as_people_write_it(house: House, line: Line) -> None:
    national = line.number.removeprefix("380")
    for login in (f"+{line.number}", national, f"{national[:2]} {national[2:5]}-{national[5:]}"):
        assert isinstance(await open_session(house.runner, login, PASSWORD, WEB), Opened)


async def test_only_a_digest_of_the_token_is_kept(house: House, line: Line) -> None:
    opened = await log_in(house, line)
    rows = await house.rows("SELECT token_digest FROM session")
    digest = rows[0][0]
    assert isinstance(digest, bytes)
    assert opened.token.encode() not in digest
    assert opened.token not in await house.everything()


async def test_every_login_gets_a_token_of_its_own(house: House, line: Line) -> None:
    tokens = [(await log_in(house, line)).token for _ in range(3)]
    assert len(set(tokens)) == 3
    assert all(len(token) >= 43 for token in tokens)  # 256 bits


async def test_a_wrong_password_is_refused_and_journalled(house: House, line: Line) -> None:
    watch = await Watch.over(house, line)
    assert await refusal(house, line.number, "wrong one") == "password_wrong"
    assert await watch.new() == Traces(journal=[("login", "password_wrong")])
    assert await house.rows("SELECT who FROM journal WHERE code = 'login'") == [("guest",)]
    assert await house.rows("SELECT id FROM session") == []


async def test_an_unknown_number_gets_the_same_answer_after_the_same_work(
    house: House, line: Line
) -> None:
    looked_at = []

    class Counting(type(SECRETS)):  # type: ignore[misc]
        async def verify_password(self, password_hash: str | None, password: str) -> bool:
            looked_at.append(password_hash)
            return bool(await super().verify_password(password_hash, password))

    unregistered = await house.subscriber()
    env = replace(house.env, secrets=Counting("a key for tests, which is long enough"))
    runner = Runner(house.db, env, house.runner.operations)
    logins = (line.number, unregistered.number, NOBODY, "staff:nobody", "no number at all")
    answers = [await open_session(runner, login, "wrong one", WEB) for login in logins]
    assert len(looked_at) == len(logins)
    assert all(answer == answers[0] for answer in answers)


async def test_the_password_of_one_is_not_that_of_another(house: House, line: Line) -> None:
    other = await house.subscriber()
    assert await refusal(house, other.number, PASSWORD) == "password_wrong"
    assert await refusal(house, "٣٨٠٩٤١٠٠٠٠٠١", PASSWORD) == "password_wrong"
    assert await refusal(house, f"{line.number}\n", PASSWORD) == "password_wrong"


async def test_five_wrong_passwords_close_the_login_for_a_quarter_of_an_hour(
    house: House, line: Line
) -> None:
    for _ in range(5):
        assert await refusal(house, line.number, "wrong one") == "password_wrong"
    assert await refusal(house, line.number, PASSWORD) == "login_locked"
    house.clock.advance(15 * MINUTE_US + 1)
    await log_in(house, line)


async def test_however_a_number_is_written_its_tries_are_counted_together(
    house: House, line: Line
) -> None:
    national = line.number.removeprefix("380")
    for login in (
        line.number,
        national,
        f"+{line.number}",
        f"{national[:2]} {national[2:]}",
        national,
    ):
        assert await refusal(house, login, "wrong one") == "password_wrong"
    assert await refusal(house, line.number, PASSWORD) == "login_locked"


async def test_an_unknown_number_is_locked_alike(house: House) -> None:
    for _ in range(5):
        assert await refusal(house, NOBODY, "wrong one") == "password_wrong"
    assert await refusal(house, NOBODY, "wrong one") == "login_locked"


async def test_a_right_password_forgives_the_wrong_ones(house: House, line: Line) -> None:
    for _ in range(3):
        for _ in range(4):
            await refusal(house, line.number, "wrong one")
        await log_in(house, line)


async def test_parallel_wrong_passwords_do_not_outrun_the_counter(house: House, line: Line) -> None:
    answers = await asyncio.gather(*(refusal(house, line.number, "wrong one") for _ in range(20)))
    assert sorted(answers) == ["login_locked"] * 15 + ["password_wrong"] * 5


async def test_an_address_that_tries_many_numbers_is_stopped(house: House) -> None:
    house = ruled(house, locks={"max_tries_per_address": 8})
    line = await house.registered(await house.subscriber())
    numbers = [str(380949000000 + n) for n in range(8)]
    answers = await asyncio.gather(*(refusal(house, number, "wrong one") for number in numbers))
    assert set(answers) == {"password_wrong"}
    assert await refusal(house, line.number, PASSWORD) == "too_many_tries"
    elsewhere = await open_session(
        house.runner, line.number, PASSWORD, Client("198.51.100.7", "web")
    )
    assert isinstance(elsewhere, Opened)


async def test_a_postpaid_subscriber_is_told_so_after_the_password(house: House) -> None:
    line = await house.registered(await house.subscriber(billing="postpaid"))
    assert await refusal(house, line.number, "wrong one") == "password_wrong"
    assert await refusal(house, line.number, PASSWORD) == "postpaid_not_served"
    assert await house.rows("SELECT id FROM session") == []


async def test_the_owner_of_a_blocked_line_may_log_in_to_open_it(house: House, line: Line) -> None:
    await house.done(line, "block_line")
    await log_in(house, line)


async def test_a_session_ends_ten_minutes_after_it_was_used_last(house: House, line: Line) -> None:
    opened = await log_in(house, line)
    for _ in range(3):
        house.clock.advance(9 * MINUTE_US)
        assert await find(house, opened) is not None
    house.clock.advance(10 * MINUTE_US - 1)
    assert await find(house, opened) is not None
    house.clock.advance(10 * MINUTE_US)
    assert await find(house, opened) is None


async def test_a_session_says_how_long_it_may_still_idle(house: House, line: Line) -> None:
    opened = await log_in(house, line)
    for advance_s, left_s in ((0, 600), (20, 580), (39, 541), (1, 600), (599, 600)):
        house.clock.advance(advance_s * SECOND_US)
        session = await find(house, opened)
        assert session is not None
        assert session.idle_left_s == left_s
    house.clock.advance(600 * SECOND_US)
    assert await find(house, opened) is None


async def test_being_seen_is_written_once_a_minute_at_the_most(house: House, line: Line) -> None:
    opened = await log_in(house, line)
    seen = []
    for _ in range(4):
        house.clock.advance(25 * SECOND_US)
        await find(house, opened)
        seen += [row[0] for row in await house.rows("SELECT last_seen_at FROM session")]
    assert len(set(seen)) == 2


async def test_no_session_lives_longer_than_half_a_day(house: House, line: Line) -> None:
    opened = await log_in(house, line)
    for _ in range(12 * 60 // 9):
        house.clock.advance(9 * MINUTE_US)
        session = await find(house, opened)
        if session is None:
            break
    house.clock.advance(8 * MINUTE_US)
    assert opened.expires_at <= house.clock.now()
    assert await find(house, opened) is None


async def test_near_its_end_a_session_says_the_time_that_it_really_has(
    house: House, line: Line
) -> None:
    opened = await log_in(house, line)
    for _ in range(79):
        house.clock.advance(9 * MINUTE_US)
        await find(house, opened)
    session = await find(house, opened)
    assert session is not None
    assert session.idle_left_s == 12 * 3600 - 79 * 9 * 60


async def test_a_token_is_good_in_its_own_channel_only(house: House, line: Line) -> None:
    opened = await log_in(house, line)
    assert await find(house, opened, API) is None
    by_api = await start_session(house.runner, line, API)
    assert await find(house, by_api, WEB) is None
    assert await find(house, by_api, API) is not None


async def test_a_token_that_was_never_issued_is_nobodys(house: House, line: Line) -> None:
    opened = await log_in(house, line)
    for token in ("", "x", opened.token[:-1], opened.token + "A", opened.token.swapcase()):
        assert await resolve(house.runner, token, WEB) is None


async def test_after_a_logout_the_token_is_worth_nothing(house: House, line: Line) -> None:
    opened = await log_in(house, line)
    session = await find(house, opened)
    assert session is not None
    watch = await Watch.over(house, line)
    await close_session(house.runner, session)
    await close_session(house.runner, session)
    assert await watch.new() == Traces(journal=[("logout", "done")])
    assert await find(house, opened) is None


async def test_of_the_device_a_short_name_is_kept(house: House, line: Line) -> None:
    client = replace(WEB, device="x" * 5000)
    await start_session(house.runner, line, client)
    assert await house.rows("SELECT device FROM session") == [("x" * 120,)]


async def test_a_session_turns_to_another_line_of_ones_own_only(house: House, line: Line) -> None:
    stranger = await house.subscriber()
    order = provision.LineOrder("mobile", "380941777777", "second")
    holding = provision.Holding(line.person, line.contract, line.account)
    second = await house.db.write(lambda tx: provision.add_line(tx, house.env, holding, order))
    assert second is not None
    opened = await log_in(house, line)
    session = await find(house, opened)
    assert session is not None
    assert not await choose_line(house.runner, session, stranger.id)
    assert await choose_line(house.runner, session, second.id)
    turned = await find(house, opened)
    assert turned is not None
    assert turned.line == second


# staff -------------------------------------------------------------------------------------------


async def test_the_cabinet_has_nothing_for_staff(house: House) -> None:
    hashed = await SECRETS.hash_password(PASSWORD)
    await house.db.write(lambda tx: provision.add_staff(tx, house.env, "oksana", hashed))
    refused = await open_session(
        house.runner, "staff:oksana", PASSWORD, replace(API, channel="web")
    )
    assert isinstance(refused, Refused)
    assert refused.code == "password_wrong"


async def test_staff_log_in_by_name(house: House) -> None:
    hashed = await SECRETS.hash_password(PASSWORD)
    await house.db.write(lambda tx: provision.add_staff(tx, house.env, "oksana", hashed))
    assert await refusal(house, "oksana", PASSWORD) == "password_wrong"
    assert await refusal(house, "staff:oksana", "wrong one") == "password_wrong"
    opened = await open_session(house.runner, "staff:oksana", PASSWORD, API)
    assert isinstance(opened, Opened)
    session = await find(house, opened, API)
    assert session is not None
    assert session.case == replace(house.staff(""), session=session.id, source=API.source)
    assert (session.person, session.line) == (None, None)
    watch_before = await house.rows("SELECT id FROM journal")
    await close_session(house.runner, session)
    assert await find(house, opened, API) is None
    assert await house.rows("SELECT id FROM journal") == watch_before
