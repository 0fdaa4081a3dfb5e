"""Tax invoices: made once for a finished month, numbered without gaps, never changed."""

import asyncio
from datetime import datetime

import pytest

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case
from abonent.kernel.money import Money
from abonent.kernel.text import Item
from abonent.kernel.time import Instant, instant
from abonent.ledger import sql as ledger
from abonent.ledger.model import Entry, Posting, charge
from abonent.ledger.model import House as HouseAccount
from abonent.operations.invoicing import issue_invoices
from abonent.operations.views.invoices import InvoiceView, invoice, invoices
from abonent.profile.model import Profile
from abonent.store.database import Database
from abonent.store.tx import WriteTx
from tests.fixtures.house import House, operator
from tests.fixtures.payments import till
from tests.profiles import ALL_RULES, profile_named

pytestmark = pytest.mark.anyio


@pytest.fixture
def house(db: Database) -> House:
    return House(db, profile_named(ALL_RULES))


def at(text: str) -> Instant:
    return instant(datetime.fromisoformat(text))


def move_to(house: House, text: str) -> None:
    house.clock.advance(at(text) - house.clock.now())


async def used(house: House, line: Line, minor: int, when: str, kind: str = "usage_call") -> None:
    """A charge of usage that counts from `when`, whenever it arrives."""

    async def fn(tx: WriteTx) -> None:
        await ledger.lock(tx, [line.account])
        entry = (house.env.ids.next(), kind, at(when), line.id)
        amount = house.env.money(minor)
        await ledger.post(tx, charge(entry, line.account, HouseAccount.REVENUE_USAGE, amount, {}))

    await house.db.write(fn)


async def made(house: House, line: Line) -> list[InvoiceView]:
    """All invoices of the line's account, oldest first, once it has asked for them."""
    case = house.case(line)
    await issue_invoices(house.runner, case)
    rows = (await house.runner.read(invoices, case)).items
    found = [await house.runner.read(invoice, case, row.id) for row in reversed(rows)]
    return [view for view in found if view is not None]


def said(view: InvoiceView) -> list[tuple[str, bool, int, int]]:
    return [(line.kind, line.earlier, line.count, line.amount_minor) for line in view.lines]


async def test_it_works(house: House) -> None:
    line = await house.subscriber("500.00", tariff="everyday")
    await house.done(line, "buy_package", package="sms-50")
    await used(house, line, 333, "2026-11-20T10:00:00+02:00")
    await used(house, line, 100, "2026-11-21T10:00:00+02:00")
    assert await made(house, line) == []
    move_to(house, "2026-12-01T00:00:00+02:00")
    (view,) = await made(house, line)
    assert view.row.number == "BV-2026-000001"
    assert view.row.month.isoformat() == "2026-11-01"
    fee = house.profile.catalog_on(view.row.month).tariff("everyday")
    assert fee is not None
    total = fee.monthly_fee + 2500 + 433
    assert view.row.total == Money(total, "UAH")
    assert view.row.net + view.row.vat == view.row.total
    assert view.vat_rate == 2000
    assert said(view) == [
        ("tariff_fee", False, 1, fee.monthly_fee),
        ("package", False, 1, 2500),
        ("usage_call", False, 2, 433),
    ]
    assert view.lines[1].items == (("package", Item("package", "sms-50")),)
    assert view.words["package:sms-50"]["en"]
    assert view.words["seller"]["en"] == "Barvinok Mobile LLC"
    assert view.buyer == "Олена Коваль"
    assert ("invoice", "done") in await house.journal(line)
    await house.books_are_sound()


async def test_top_ups_are_no_services(house: House) -> None:
    line = await house.subscriber("500.00")
    await house.done(line, "top_up_by_voucher", code=await house.voucher("1234567890123450"))
    move_to(house, "2026-12-01T12:00:00+02:00")
    assert await made(house, line) == []


async def test_a_commission_that_somebody_paid_is_no_service_of_the_account(house: House) -> None:
    counter, line = till(house), await house.subscriber("500.00")
    payment = await counter.begun_by_guest(line.number, "50.00")
    assert payment.commission
    await counter.told(payment)
    move_to(house, "2026-12-01T12:00:00+02:00")
    assert await made(house, line) == []


async def test_what_comes_late_stands_on_the_next_invoice_and_changes_no_other(
    house: House,
) -> None:
    line = await house.subscriber("500.00")
    await used(house, line, 100, "2026-11-20T10:00:00+02:00")
    move_to(house, "2026-12-02T12:00:00+02:00")
    first = await made(house, line)
    await used(house, line, 70, "2026-11-30T10:00:00+02:00", "usage_data")
    await used(house, line, 7, "2026-11-30T11:00:00+02:00")
    assert await made(house, line) == first
    await used(house, line, 30, "2026-12-20T10:00:00+02:00")
    move_to(house, "2027-01-02T12:00:00+02:00")
    both = await made(house, line)
    assert both[:1] == first
    assert said(both[1]) == [
        ("usage_call", False, 1, 30),
        ("usage_data", True, 1, 70),
        ("usage_call", True, 1, 7),
    ]
    assert sum(view.row.total.amount_minor for view in both) == 207
    assert [view.row.number for view in both] == ["BV-2026-000001", "BV-2026-000002"]
    await house.books_are_sound()


async def test_a_month_that_gave_more_back_than_it_charged_is_set_off_against_the_next(
    house: House,
) -> None:
    line = await house.subscriber("500.00")
    await used(house, line, -40, "2026-11-20T10:00:00+02:00")
    move_to(house, "2026-12-02T12:00:00+02:00")
    assert await made(house, line) == []
    await used(house, line, 100, "2026-12-20T10:00:00+02:00", "usage_sms")
    move_to(house, "2027-01-02T12:00:00+02:00")
    (view,) = await made(house, line)
    assert said(view) == [("usage_sms", False, 1, 100), ("usage_call", True, 1, -40)]
    assert view.row.total == Money(60, "UAH")


async def test_months_without_charges_have_no_invoice_and_numbers_begin_anew_each_year(
    house: House,
) -> None:
    line = await house.subscriber("500.00")
    await used(house, line, 100, "2026-11-20T10:00:00+02:00")
    await used(house, line, 200, "2027-02-20T10:00:00+02:00")
    move_to(house, "2027-05-01T12:00:00+03:00")
    views = await made(house, line)
    assert [view.row.number for view in views] == ["BV-2026-000001", "BV-2027-000001"]
    assert [view.row.month.month for view in views] == [11, 2]


async def test_a_fee_that_was_due_in_the_month_is_taken_first(house: House) -> None:
    line = await house.subscriber("5000.00", tariff="everyday")
    await made(house, line)
    move_to(house, "2027-01-02T12:00:00+02:00")
    views = await made(house, line)
    assert [said(view)[0][0] for view in views] == ["tariff_fee", "tariff_fee"]


async def test_who_receives_a_transfer_does_not_pay_its_fee(house: House) -> None:
    giver, receiver = await house.subscriber("500.00"), await house.subscriber()

    async def fn(tx: WriteTx) -> None:
        await ledger.lock(tx, [giver.account, receiver.account])
        money = house.env.money
        postings = (
            Posting(giver.account, money(-105)),
            Posting(receiver.account, money(100)),
            Posting(HouseAccount.REVENUE_FEES, money(5)),
        )
        id, now = house.env.ids.next(), house.clock.now()
        await ledger.post(tx, Entry(id, "transfer", now, giver.id, postings, {}))

    await house.db.write(fn)
    move_to(house, "2026-12-02T12:00:00+02:00")
    (view,) = await made(house, giver)
    assert said(view) == [("transfer", False, 1, 5)]
    assert await made(house, receiver) == []


async def test_fifty_first_openings_at_once_leave_no_gap_in_the_numbers(house: House) -> None:
    subscribers = [await house.subscriber("500.00") for _ in range(25)]
    for line in subscribers:
        await used(house, line, 100, "2026-11-20T10:00:00+02:00")
    move_to(house, "2026-12-02T12:00:00+02:00")
    cases = [house.case(line) for line in subscribers] * 2
    await asyncio.gather(*(issue_invoices(house.runner, case) for case in cases))
    rows = await house.rows("SELECT n, account_id FROM invoice ORDER BY n")
    assert [row[0] for row in rows] == list(range(1, 26))
    assert {row[1] for row in rows} == {line.account for line in subscribers}
    await house.books_are_sound()


async def test_names_stay_as_they_were(house: House) -> None:
    line = await house.subscriber("500.00")
    await house.done(line, "buy_package", package="sms-50")
    move_to(house, "2026-12-02T12:00:00+02:00")
    (before,) = await made(house, line)
    person = line.person
    await house.db.write(lambda tx: lines.set_personal(tx, 1, person, "name", "Олена Мороз"))
    assert await made(house, line) == [before]


async def test_an_invoice_of_another_is_not_found(house: House) -> None:
    line, stranger = await house.subscriber("500.00"), await house.subscriber("500.00")
    await used(house, line, 100, "2026-11-20T10:00:00+02:00")
    move_to(house, "2026-12-02T12:00:00+02:00")
    (view,) = await made(house, line)
    case: Case = house.case(stranger)
    assert await house.runner.read(invoice, case, view.row.id) is None
    assert (await house.runner.read(invoices, case)).items == ()


async def test_an_operator_without_the_rule_makes_none(db: Database) -> None:
    rules: Profile = operator()
    house = House(db, rules)
    line = await house.subscriber("500.00")
    await used(house, line, 100, "2026-11-20T10:00:00+02:00")
    move_to(house, "2026-12-02T12:00:00+02:00")
    assert await made(house, line) == []
