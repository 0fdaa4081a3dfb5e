"""Papers and lists as files: what is in them, who gets them, and how long ones are waited for."""

import asyncio
import csv
import io
import re
import zipfile
from collections.abc import Iterator

import httpx
import pytest

from abonent.accounts.model import Line
from abonent.channels.http.papers import desk
from abonent.kernel.money import Money
from abonent.kernel.time import SECOND_US
from abonent.ledger import sql as ledger
from abonent.ledger.model import House as HouseAccount
from abonent.ledger.model import charge
from abonent.store.tx import WriteTx
from tests.fixtures.house import House
from tests.web.stage import Browser, pages_of, said, text_of

pytestmark = pytest.mark.anyio

KINDS = {
    "pdf": ("application/pdf", b"%PDF-"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
    "csv": ("text/csv; charset=utf-8", b"\xef\xbb\xbf"),
}
MONTH = "from=2026-11-01&to=2026-11-17"


def rows_of(file: httpx.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))


def sheet_of(file: httpx.Response) -> str:
    """The only sheet of a workbook with the texts that it refers to."""
    with zipfile.ZipFile(io.BytesIO(file.content)) as book:
        names = [name for name in book.namelist() if "sheet1" in name or "sharedStrings" in name]
        return "".join(book.read(name).decode() for name in names)


async def busy_subscriber(house: House, language: str = "en") -> Line:
    line = await house.subscriber("500.00", language=language)
    await house.done(line, "buy_package", package="sms-50")
    await house.done(line, "order_detail", **{"from": "2026-11-01", "to": "2026-11-17"})
    return line


async def charged(house: House, line: Line, times: int) -> None:
    """So many charges of one kopeck, a second apart."""

    async def fn(tx: WriteTx) -> None:
        await ledger.lock(tx, [line.account])
        start = house.clock.now() - times * SECOND_US
        await ledger.post_all(
            tx,
            [
                charge(
                    (house.env.ids.next(), "usage_call", start + n * SECOND_US, line.id),  # type: ignore[arg-type]
                    line.account,
                    HouseAccount.REVENUE_USAGE,
                    Money(1, "UAH"),
                    {},
                )
                for n in range(times)
            ],
        )

    await house.db.write(fn)


async def newest(house: House, table: str) -> int:
    return int((await house.rows(f"SELECT MAX(id) FROM {table}"))[0][0])


def lists(detail: int) -> Iterator[str]:
    yield "/payments?"
    yield "/payments?show=received&"
    yield "/journal?"
    yield f"/statistics/detail/{detail}?"
    yield f"/payments/statement?{MONTH}&"


async def test_every_list_is_a_file_in_every_format(browser: Browser) -> None:
    line = await busy_subscriber(browser.house)
    await browser.log_in(line)
    for address in lists(await newest(browser.house, "detail_order")):
        for wanted, (kind, begin) in KINDS.items():
            file = await browser.get(f"{address}format={wanted}")
            assert file.status_code == 200, (address, wanted)
            assert file.headers["content-type"] == kind
            assert file.headers["cache-control"] == "no-store"
            assert file.content.startswith(begin)
            name = rf'attachment; filename="[a-z0-9-]+\.{wanted}"'
            assert re.fullmatch(name, file.headers["content-disposition"])


async def test_a_format_that_there_is_not_is_not_found(browser: Browser) -> None:
    line = await busy_subscriber(browser.house)
    await browser.log_in(line)
    receipt = await newest(browser.house, "execution")
    for address in lists(await newest(browser.house, "detail_order")):
        for wrong in ("", "doc", "PDF", "pdf%20"):
            assert (await browser.get(f"{address}format={wrong}")).status_code == 404
    for wrong in ("xlsx", "csv"):
        assert (await browser.get(f"/receipts/{receipt}?format={wrong}")).status_code == 404


async def test_a_stranger_gets_no_paper_of_others(ruled_browser: Browser) -> None:
    browser, house = ruled_browser, ruled_browser.house
    line = await busy_subscriber(house)
    await charged(house, line, 1)
    house.clock.advance(20 * 86_400 * SECOND_US)
    await browser.log_in(line)
    await browser.get("/invoices")
    entry = (await house.rows("SELECT MAX(entry_id) FROM posting"))[0][0]
    papers = (
        f"/statistics/detail/{await newest(house, 'detail_order')}?format=csv",
        f"/receipts/{await newest(house, 'execution')}?format=pdf",
        f"/payments/{entry}?format=pdf",
        f"/invoices/{await newest(house, 'invoice')}?format=pdf",
    )
    for paper in papers:
        assert (await browser.get(paper)).status_code == 200, paper
    await browser.log_in(await house.subscriber("10.00"))
    for paper in papers:
        assert (await browser.get(paper)).status_code == 404, paper
    browser.client.cookies.clear()
    for paper in papers:
        assert (await browser.get(paper)).status_code == 303, paper


async def test_a_statement_agrees_with_the_ledger_in_every_language(browser: Browser) -> None:
    house = browser.house
    totals = {
        "uk": ("Залишок на початок 0,00 ₴", "Списано −26,06 ₴", "Залишок на кінець 473,94 ₴"),
        "ru": ("Остаток на начало 0,00 ₴", "Списано −26,06 ₴", "Остаток на конец 473,94 ₴"),
        "en": ("Opening balance ₴0.00", "Charged −₴26.06", "Closing balance ₴473.94"),
    }
    for language, expected in totals.items():
        line = await busy_subscriber(house, language)
        assert await house.balance(line) == "473.94"
        await browser.log_in(line)
        text = said(await browser.get(f"/payments/statement?{MONTH}&format=pdf"))
        for total in expected:
            assert total in text, text
        assert line.number in text
        assert str(line.contract) in text


async def test_a_statement_of_any_period_goes_on_where_the_one_before_ends(
    browser: Browser,
) -> None:
    house = browser.house
    line = await busy_subscriber(house)
    house.clock.advance(40 * 86_400 * SECOND_US)
    await house.done(line, "buy_package", package="sms-50")
    await browser.log_in(line)
    first = said(await browser.get("/payments/statement?from=2026-01-01&to=2026-11-30"))
    second = said(await browser.get("/payments/statement?from=2026-12-01&to=2026-12-27"))
    assert "Closing balance ₴473.94" in first
    assert "Opening balance ₴473.94" in second
    assert "Charged −₴25.00" in second
    assert "Closing balance ₴448.94" in second


async def test_a_statement_as_a_table_counts_to_the_kopeck(browser: Browser) -> None:
    line = await busy_subscriber(browser.house)
    await browser.log_in(line)
    file = await browser.get(f"/payments/statement?{MONTH}&format=csv")
    head, *rows = rows_of(file)
    assert head == ["at", "what", "amount", "balance", "currency"]
    assert [row[2:] for row in rows] == [
        ["500.00", "500.00", "UAH"],
        ["-25.00", "475.00", "UAH"],
        ["-1.06", "473.94", "UAH"],
    ]
    sheet = sheet_of(await browser.get(f"/payments/statement?{MONTH}&format=xlsx"))
    assert "<v>-1.06</v>" in sheet
    assert "<v>473.94</v>" in sheet


async def test_a_period_that_is_none_is_said_beside_its_field(browser: Browser) -> None:
    await browser.log_in(await browser.house.subscriber(language="en"))
    for period in ("", "from=2026-11-02&to=2026-11-01", "from=2026-11-01&to=2026-12-01"):
        page = await browser.get(f"/payments/statement?{period}&format=pdf")
        assert page.status_code == 422
        assert 'class="error"' in page.text


async def test_the_receipt_of_an_operation_says_what_was_done_and_paid(browser: Browser) -> None:
    line = await busy_subscriber(browser.house)
    await browser.log_in(line)
    id = await newest(browser.house, "execution")
    page = await browser.get(f"/receipts/{id}")
    assert f"/receipts/{id}?format=pdf" in page.text
    text = said(await browser.get(f"/receipts/{id}?format=pdf"))
    assert "Barvinok Mobile LLC" in text
    assert str(id) in text
    assert "Charged ₴1.06" in text
    assert "Page 1 of 1" in text


async def test_every_movement_has_a_receipt(browser: Browser) -> None:
    line = await busy_subscriber(browser.house)
    await browser.log_in(line)
    papers = re.findall(r"/payments/\d+\?format=pdf", (await browser.get("/payments")).text)
    assert len(papers) == 3
    texts = [said(await browser.get(paper)) for paper in papers]
    assert "Credited ₴500.00" in texts[2]
    assert "Charged ₴25.00" in texts[1]


async def test_what_others_wrote_is_never_a_formula(browser: Browser) -> None:
    house = browser.house
    line = await busy_subscriber(house)
    at = house.clock.now() - SECOND_US
    evil = '=HYPERLINK("http://x","y")'
    await house.db.write(
        lambda tx: tx.run(
            "INSERT INTO usage_record VALUES ($1, $2, $3, $4, 'call', 'in', $5, 'national',"
            " 60, 0, 0, 'second', $4)",
            1,
            line.id,
            line.account,
            at,
            evil,
        )
    )
    await browser.log_in(line)
    address = f"/statistics/detail/{await newest(house, 'detail_order')}?format="
    assert rows_of(await browser.get(f"{address}csv"))[1][3] == f"'{evil}"
    sheet = sheet_of(await browser.get(f"{address}xlsx"))
    assert "<f>" not in sheet
    assert "=HYPERLINK" in sheet
    assert evil in said(await browser.get(f"{address}pdf")).replace(" ", "")


async def test_an_invoice_says_its_tax_and_stays_what_it_is(ruled_browser: Browser) -> None:
    browser, house = ruled_browser, ruled_browser.house
    line = await busy_subscriber(house)
    house.clock.advance(20 * 86_400 * SECOND_US)
    await browser.log_in(line)
    page = await browser.get("/invoices")
    assert "November 2026" in text_of(page).replace("\xa0", " ")
    id = await newest(house, "invoice")
    paper = f"/invoices/{id}?format=pdf"
    assert paper in page.text
    text = said(await browser.get(paper))
    for part in (
        "Tax invoice No. BV-2026-000001",
        "Total before VAT ₴21.72",
        "VAT at 20% ₴4.34",
        "Total with VAT ₴26.06",
        "Олена Коваль",
    ):
        assert part in text, text
    rows = rows_of(await browser.get(f"/invoices/{id}?format=csv"))
    assert [row[1:] for row in rows[1:]] == [["1", "25.00", "UAH"], ["1", "1.06", "UAH"]]
    listed = rows_of(await browser.get("/invoices?format=csv"))
    assert listed[1][0] == "BV-2026-000001"
    assert listed[1][2:] == ["21.72", "4.34", "26.06", "UAH"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if papers of two hundred rows took long already."""
    monkeypatch.setattr(desk, "SMALL_ROWS", 200)


async def until_ready(browser: Browser, address: str) -> httpx.Response:
    page = await browser.get(address)
    for _ in range(200):
        if "http-equiv" in page.text and "/file" in page.text:
            return page
        await asyncio.sleep(0.1)
        page = await browser.get(address)
    raise AssertionError(page.text)


@pytest.mark.usefixtures("impatient")
async def test_a_long_paper_is_waited_for_on_a_page_that_refreshes_itself(
    browser: Browser,
) -> None:
    house = browser.house
    line = await house.subscriber("500.00", language="en")
    await charged(house, line, 600)
    await browser.log_in(line)
    asked = await browser.get("/payments?format=pdf")
    assert asked.status_code == 303
    address = asked.headers["location"]
    again = await browser.get("/payments?format=pdf")
    assert again.headers["location"] == address
    making = await browser.get(address)
    assert '<meta http-equiv="refresh" content="2">' in making.text
    assert "601" in text_of(making)
    ready = await until_ready(browser, address)
    found = re.search(r"/papers/\d+/file", ready.text)
    assert found is not None
    file = await browser.get(found[0])
    assert file.headers["content-type"] == "application/pdf"
    pages = pages_of(file)
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]
    assert sum(page.count("Calls") for page in pages) == 600
    await browser.log_in(await house.subscriber())
    assert (await browser.get(address)).status_code == 404
    assert (await browser.get(found[0])).status_code == 404


@pytest.mark.usefixtures("impatient")
async def test_a_paper_whose_maker_was_stopped_is_begun_again(browser: Browser) -> None:
    house = browser.house
    line = await house.subscriber("500.00", language="en")
    await charged(house, line, 300)
    await browser.log_in(line)
    address = (await browser.get("/payments?format=xlsx")).headers["location"]
    await until_ready(browser, address)
    await house.db.write(
        lambda tx: tx.run(
            "UPDATE paper SET state = 'making', claimed_until = 0, rows_done = 7, content = NULL"
        )
    )
    await until_ready(browser, address)


@pytest.mark.usefixtures("impatient")
async def test_nobody_can_have_many_papers_in_the_making(browser: Browser) -> None:
    house = browser.house
    line = await house.subscriber("500.00", language="en")
    await charged(house, line, 300)
    await browser.log_in(line)
    await house.db.write(
        lambda tx: tx.run_many(
            "INSERT INTO paper VALUES ($1, $2, $3, $4, 'making', 0, 1, $5, $5, '', NULL)",
            [(n, line.person, line.id, "{}", 2**60) for n in (1, 2)],
        )
    )
    page = await browser.get("/payments?format=pdf")
    assert page.status_code == 429
    assert "Too many documents at once" in text_of(page)


@pytest.mark.usefixtures("impatient")
async def test_what_nobody_fetched_is_forgotten(browser: Browser) -> None:
    house = browser.house
    line = await house.subscriber("500.00")
    await charged(house, line, 300)
    await browser.log_in(line)
    address = (await browser.get("/payments?format=xlsx")).headers["location"]
    await until_ready(browser, address)
    await house.db.write(lambda tx: tx.run("UPDATE paper SET expires_at = 1"))
    assert (await browser.get(address)).status_code == 404
