from dataclasses import replace

from abonent.accounts.model import Line
from abonent.kernel.case import Case
from abonent.kernel.outcome import Done, NeedsInput, Outcome, Refused
from abonent.kernel.time import SECOND_US
from abonent.operations.identity.sessions import Client, Opened, open_session, resolve
from tests.fixtures.house import PASSWORD, House
from tests.fixtures.traces import Traces, Watch

NEW = "Ще одна ластівка"
MINUTE_US = 60 * SECOND_US
WEB = Client("192.0.2.1", "web")


async def set_password(
    house: House, case: Case, old: str = PASSWORD, new: str = NEW, again: str | None = None
) -> Outcome:
    raw = {"old_password": old, "password": new, "password_again": again or new}
    return await house.runner.propose(case, "set_password", raw)


async def subscriber(house: House) -> Line:
    return await house.registered(await house.subscriber())


async def session(house: House, line: Line, password: str = PASSWORD) -> Opened:
    opened = await open_session(house.runner, line.number, password, WEB)
    assert isinstance(opened, Opened)
    return opened


async def test_it_works(house: House) -> None:
    line = await subscriber(house)
    watch = await Watch.over(house, line)
    outcome = await set_password(house, house.case(line))
    assert isinstance(outcome, Done)
    assert outcome.receipt.text.key == "done.set_password"
    assert await watch.new() == Traces(journal=[("set_password", "done")], sms=["set_password"])
    assert isinstance(await open_session(house.runner, line.number, PASSWORD, WEB), Refused)
    await session(house, line, NEW)


async def test_secrets_are_kept_nowhere(house: House) -> None:
    line = await subscriber(house)
    await set_password(house, house.case(line), old="wrong one")
    await set_password(house, house.case(line))
    everything = await house.everything()
    for secret in (PASSWORD, NEW, "wrong one"):
        assert secret not in everything


async def test_all_other_sessions_end(house: House) -> None:
    line = await subscriber(house)
    mine, other = await session(house, line), await session(house, line)
    found = await resolve(house.runner, mine.token, WEB)
    assert found is not None
    assert isinstance(await set_password(house, found.case), Done)
    assert await resolve(house.runner, mine.token, WEB) is not None
    assert await resolve(house.runner, other.token, WEB) is None


async def test_a_stranger_cannot_set_my_password(house: House) -> None:
    line, stranger = await subscriber(house), await subscriber(house)
    forged = replace(house.case(stranger), on=line.subject)
    for old in (PASSWORD, "wrong one"):
        assert isinstance(await set_password(house, forged, old=old), Refused)
    await session(house, line)


async def test_a_wrong_old_password_is_refused(house: House) -> None:
    line = await subscriber(house)
    watch = await Watch.over(house, line)
    outcome = await set_password(house, house.case(line), old="wrong one")
    assert isinstance(outcome, Refused)
    assert outcome.code == "password_wrong"
    assert await watch.new() == Traces(journal=[("set_password", "password_wrong")])
    await session(house, line)


async def test_who_never_had_a_password_cannot_change_it(house: House) -> None:
    line = await house.subscriber()
    outcome = await set_password(house, house.case(line))
    assert isinstance(outcome, Refused)
    assert outcome.code == "password_wrong"


async def test_old_passwords_cannot_be_tried_for_ever(house: House) -> None:
    line = await subscriber(house)
    for _ in range(5):
        await set_password(house, house.case(line), old="wrong one")
    watch = await Watch.over(house, line)
    outcome = await set_password(house, house.case(line))
    assert isinstance(outcome, Refused)
    assert outcome.code == "too_many_tries"
    assert await watch.new() == Traces(journal=[("set_password", "too_many_tries")])
    house.clock.advance(15 * MINUTE_US + 1)
    assert isinstance(await set_password(house, house.case(line)), Done)


async def test_a_password_that_was_changed_meanwhile_is_the_old_one_no_more(house: House) -> None:
    line = await subscriber(house)
    operation = house.runner.operations["set_password"]
    assert operation.prepare is not None

    async def slow(*given: object) -> object:
        hashes = await operation.prepare(*given)  # type: ignore[arg-type, misc]
        await set_password(house, house.case(line), new="Хтось був швидший")
        return hashes

    delayed = replace(house.runner.operations["set_password"], prepare=slow)
    late = House(house.db)
    late.runner.operations = {**house.runner.operations, "set_password": delayed}
    late.env.ids.next = house.env.ids.next  # type: ignore[method-assign]
    outcome = await set_password(late, house.case(line))
    assert isinstance(outcome, Refused)
    assert outcome.code == "password_wrong"
    await session(house, line, "Хтось був швидший")


async def test_not_by_ussd(house: House) -> None:
    line = await subscriber(house)
    by_phone = replace(house.case(line), channel="ussd", level=0)
    outcome = await set_password(house, by_phone)
    assert isinstance(outcome, Refused)
    assert outcome.code == "not_allowed"


async def test_the_owner_of_a_blocked_line_may_set_it(house: House) -> None:
    line = await subscriber(house)
    await house.done(line, "block_line")
    assert isinstance(await set_password(house, house.case(line)), Done)


async def test_wrong_fields_are_explained_and_count_as_no_try(house: House) -> None:
    line = await subscriber(house)
    watch = await Watch.over(house, line)
    for old, new, again, expected in (
        ("", NEW, NEW, ("old_password", "required")),
        (PASSWORD, "short 7", "short 7", ("password", "password_short")),
        (PASSWORD, "x" * 65, "x" * 65, ("password", "password_long")),
        (PASSWORD, "x" * 201, "x" * 201, ("password", "too_long")),
        (PASSWORD, NEW, "something else", ("password_again", "password_mismatch")),
    ):
        answer = await set_password(house, house.case(line), old, new, again)
        assert isinstance(answer, NeedsInput)
        assert expected in [(p.name, p.code) for p in answer.fields], expected
    assert await watch.changed_tables() == set()


async def test_the_own_number_is_no_password(house: House) -> None:
    line = await subscriber(house)
    national = line.number.removeprefix("380")
    for number in (line.number, f"+{line.number}", national, f"0{national}"):
        answer = await set_password(house, house.case(line), new=number)
        assert isinstance(answer, NeedsInput), number
        assert [(p.name, p.code) for p in answer.fields] == [("password", "password_is_number")]
    await session(house, line)
