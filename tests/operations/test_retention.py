"""What serves nobody any more is forgotten, and nothing before its time."""

import pytest

from abonent.kernel.case import Case
from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import Done, NeedsConfirm, Refused
from abonent.kernel.time import DAY_US, SECOND_US
from abonent.operations.due_work import tidy
from abonent.operations.identity.sessions import Client, resolve, start_session
from tests.fixtures.house import House

pytestmark = pytest.mark.anyio

HOUR_US = 3600 * SECOND_US
BROWSER = Client("192.0.2.1", "web")


async def count(house: House, table: str) -> int:
    return int((await house.rows(f"SELECT COUNT(*) FROM {table}"))[0][0])


async def after(house: House, days: float) -> None:
    house.clock.advance(int(days * DAY_US))
    await tidy(house.db, house.env)


async def receipt(house: House, case: Case, id: OperationId) -> str:
    outcome = await house.runner.receipt(case, id)
    return outcome.code if isinstance(outcome, Refused) else "there"


async def test_sessions_go_when_they_have_been_over_for_as_long_as_the_profile_says(
    house: House,
) -> None:
    line = await house.subscriber()
    opened = await start_session(house.runner, line, BROWSER)
    await after(house, 0)
    assert await resolve(house.runner, opened.token, BROWSER) is not None
    await after(house, 90)
    assert await count(house, "session") == 1
    await after(house, 1)
    assert await count(house, "session") == 0


async def test_a_receipt_can_be_opened_as_long_as_the_profile_says(house: House) -> None:
    line = await house.subscriber("50.00")
    case = house.case(line)
    done = await house.done(line, "buy_package", package="sms-50")
    await after(house, 89)
    assert await receipt(house, case, done.id) == "there"
    await after(house, 1)
    assert await receipt(house, case, done.id) == "not_found"
    assert await house.balance(line) == "25.00"
    assert ("buy_package", "done") in await house.journal(line)


async def test_what_was_confirmed_is_answered_when_its_proposal_is_long_gone(
    house: House,
) -> None:
    line = await house.subscriber("100.00")
    case = house.case(line)
    proposed = await house.runner.propose(case, "buy_package", {"package": "sms-50"})
    assert isinstance(proposed, NeedsConfirm)
    done = await house.runner.confirm(case, proposed.proposal)
    await after(house, 30)
    assert await count(house, "proposal") == 0
    assert await house.runner.confirm(case, proposed.proposal) == done
    assert await house.balance(line) == "75.00"


async def test_what_was_confirmed_is_not_done_again_however_soon_answers_go(
    house: House,
) -> None:
    line = await house.subscriber("100.00")
    case = house.case(line)
    proposed = await house.runner.propose(case, "buy_package", {"package": "sms-50"})
    assert isinstance(proposed, NeedsConfirm)
    assert isinstance(await house.runner.confirm(case, proposed.proposal), Done)
    long = "UPDATE proposal SET expires_at = expires_at + $1"
    await house.db.write(lambda tx: tx.run(long, 365 * DAY_US))
    await after(house, 100)
    await house.runner.confirm(case, proposed.proposal)
    assert await house.balance(line) == "75.00"


async def test_proposals_go_when_nobody_can_confirm_them(house: House) -> None:
    line = await house.subscriber("50.00")
    await house.runner.propose(house.case(line), "buy_package", {"package": "sms-50"})
    await after(house, 0.9)
    assert await count(house, "proposal") == 1
    await after(house, 0.1)
    assert await count(house, "proposal") == 0


async def test_tries_at_secrets_go_when_no_lock_counts_them(house: House) -> None:
    line = await house.subscriber()
    await house.refusal(line, "top_up_by_voucher", code="1111222233334440")
    assert await count(house, "attempt") == 3  # of the line, of the address, and of everybody
    await after(house, 0.9)
    assert await count(house, "attempt") == 3
    await after(house, 0.1)
    assert await count(house, "attempt") == 0
