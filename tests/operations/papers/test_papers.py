"""Papers in the making, and statements, on both engines."""

import asyncio
from datetime import date

import pytest

from abonent.accounts.model import Line
from abonent.kernel.money import Money
from abonent.kernel.outcome import Refused
from abonent.operations import papers
from abonent.operations.due_work import tidy
from abonent.operations.papers import PaperState
from abonent.operations.views.receipts import receipt
from abonent.operations.views.statement import movement, statement
from abonent.store.tx import WriteTx
from tests.fixtures.house import House

pytestmark = pytest.mark.anyio

DAYS = (date(2026, 11, 1), date(2026, 11, 17))
MANY = 1000


async def ordered(house: House, line: Line, **ask: str) -> tuple[PaperState, bool] | Refused:
    return await papers.order_paper(house.db, house.env, house.case(line), ask, 500)


async def state(house: House, line: Line, id: int) -> PaperState | None:
    return await house.runner.read(papers.paper_state, house.case(line), id)


async def test_a_paper_is_made_and_fetched_by_its_person_alone(house: House) -> None:
    line, stranger = await house.subscriber(), await house.subscriber()
    got = await ordered(house, line, paper="journal")
    assert not isinstance(got, Refused)
    paper, is_new = got
    assert is_new
    await papers.report_progress(house.db, paper.id, 200)
    found = await state(house, line, paper.id)
    assert found is not None
    assert (found.state, found.rows_done, found.rows_all) == ("making", 200, 500)
    assert await house.runner.read(papers.paper_content, house.case(line), paper.id) is None
    await papers.finish_paper(house.db, paper.id, "journal.pdf", b"%PDF")
    for reader, wanted in ((line, ("journal.pdf", b"%PDF")), (stranger, None)):
        case = house.case(reader)
        assert await house.runner.read(papers.paper_content, case, paper.id) == wanted
    assert await state(house, stranger, paper.id) is None


async def test_asking_again_joins_the_paper_in_the_making(house: House) -> None:
    line = await house.subscriber()
    first, again = [await ordered(house, line, paper="journal") for _ in range(2)]
    assert not isinstance(first, Refused)
    assert not isinstance(again, Refused)
    assert again[0].id == first[0].id
    assert not again[1]


async def test_a_person_who_asks_for_fifty_at_once_has_two_in_the_making(house: House) -> None:
    line = await house.subscriber()
    asked = (ordered(house, line, paper="detail", id=str(n)) for n in range(50))
    got = await asyncio.gather(*asked)
    refusals = [each.code for each in got if isinstance(each, Refused)]
    assert refusals == ["papers_too_many"] * 48


async def test_the_oldest_papers_make_room_for_new_ones(house: House) -> None:
    line, other = await house.subscriber(), await house.subscriber()
    made = []
    for who, n in [(other, 0), *((line, n) for n in range(papers.MOST_KEPT + 2))]:
        got = await ordered(house, who, paper="detail", id=str(n))
        assert not isinstance(got, Refused)
        await papers.finish_paper(house.db, got[0].id, "detail.pdf", b"%PDF")
        made.append(got[0].id)
    assert await house.rows("SELECT id FROM paper ORDER BY id") == [
        (id,) for id in (made[0], *made[2:])
    ]


async def test_one_takes_over_from_a_maker_that_stopped(house: House) -> None:
    line = await house.subscriber()
    got = await ordered(house, line, paper="journal")
    assert not isinstance(got, Refused)
    id = got[0].id
    assert not await papers.take_over(house.db, id)
    await house.db.write(lambda tx: tx.run("UPDATE paper SET claimed_until = 1"))
    left = await state(house, line, id)
    assert left is not None
    assert left.left_alone
    taken = await asyncio.gather(*(papers.take_over(house.db, id) for _ in range(10)))
    assert sorted(taken) == [False] * 9 + [True]
    await papers.give_up_paper(house.db, id)
    failed = await state(house, line, id)
    assert failed is not None
    assert failed.state == "failed"
    assert not failed.left_alone


async def test_what_can_no_longer_be_fetched_is_tidied_away(house: House) -> None:
    line = await house.subscriber()
    await ordered(house, line, paper="journal")
    await tidy(house.db, house.env)
    assert await house.rows("SELECT COUNT(*) FROM paper") == [(1,)]
    await house.db.write(lambda tx: tx.run("UPDATE paper SET expires_at = 1"))
    await tidy(house.db, house.env)
    assert await house.rows("SELECT COUNT(*) FROM paper") == [(0,)]


async def test_a_statement_is_the_balance_and_what_moved_it(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "buy_package", package="sms-50")
    view = await house.runner.report(statement, house.case(line), DAYS, MANY)
    assert view.opening == Money(0, "UAH")
    assert view.received == Money(10_000, "UAH")
    assert view.spent == Money(2500, "UAH")
    assert view.closing == Money(7500, "UAH")
    assert [move.amount for move in view.moves] == [Money(10_000, "UAH"), Money(-2500, "UAH")]
    assert view.count == 2


async def test_a_statement_that_is_cut_has_the_sums_of_all(house: House) -> None:
    line = await house.subscriber("100.00")
    await house.done(line, "buy_package", package="sms-50")
    view = await house.runner.report(statement, house.case(line), DAYS, 1)
    assert len(view.moves) == 1
    assert view.count == 2
    assert view.closing == Money(7500, "UAH")


async def test_an_operation_has_its_receipt_with_the_money_that_it_moved(house: House) -> None:
    line, stranger = await house.subscriber("100.00"), await house.subscriber()
    done = await house.done(line, "buy_package", package="sms-50")
    free = await house.done(line, "block_line")
    case = house.case(line)
    paid = await house.runner.read(receipt, case, done.id)
    assert paid is not None
    assert paid.moved is not None
    assert paid.moved.amount == Money(-2500, "UAH")
    assert paid.at == house.clock.now()
    nothing = await house.runner.read(receipt, case, free.id)
    assert nothing is not None
    assert nothing.moved is None
    for view in (receipt, movement):
        assert await house.runner.read(view, house.case(stranger), done.id) is None


async def test_a_refusal_has_no_receipt(house: House) -> None:
    line = await house.subscriber("1.00")
    await house.do(line, "buy_package", package="sms-50")
    id = (await house.rows("SELECT MAX(id) FROM execution"))[0][0]
    assert await house.runner.read(receipt, house.case(line), id) is None


async def test_an_entry_in_two_parts_is_one_movement(house: House) -> None:
    line = await house.subscriber("100.00")
    entry = (await house.rows("SELECT MAX(entry_id) FROM posting"))[0][0]

    async def fn(tx: WriteTx) -> None:
        await tx.run(
            "INSERT INTO posting VALUES ($1, 7, $2, 'UAH', -500, $3)",
            entry,
            line.account,
            house.clock.now(),
        )

    await house.db.write(fn)
    view = await house.runner.read(movement, house.case(line), entry)
    assert view is not None
    assert len(view.parts) == 2
    assert view.amount == Money(9500, "UAH")
