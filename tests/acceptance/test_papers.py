"""B17 and E5 on the demo with every rule: papers and lists as files, as a browser saves them."""

import csv
import io
import zipfile
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.fixtures.cabinet import Cabinet, flat
from tests.fixtures.chromium import at_both_widths
from tests.fixtures.demo import Demo, Somebody
from tests.fixtures.program import with_all_rules

pytestmark = with_all_rules


def saved(cabinet: Cabinet, link: str) -> Path:
    """The file that a link of the page leads to."""
    with cabinet.page.expect_download() as download:
        cabinet.main.get_by_role("link", name=link).first.click()
    return download.value.path()


def text_of(pdf: Path) -> str:
    """What a PDF says, as a person would select it."""
    return flat(" ".join(page.extract_text() for page in PdfReader(pdf).pages))


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))


def file_link(cabinet: Cabinet, page: str, wanted: str) -> str:
    return cabinet.say("web.papers.as", what=cabinet.say(f"page.{page}"), format=wanted)


@at_both_widths
def test_b17_tax_invoices_are_listed_and_downloaded(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    home.open("/payments")
    home.main.get_by_role("link", name=home.say("page.invoices")).click()
    expect(home.main.locator("h1")).to_have_text(home.say("page.invoices"))
    made = demo.session(somebody).get("invoices", limit="100")["items"]
    expect(home.main.locator(".rows > li")).to_have_count(len(made))
    newest = made[0]
    assert Decimal(newest["net"]["amount"]) + Decimal(newest["vat"]["amount"]) == Decimal(
        newest["total"]["amount"]
    )
    link = home.say("web.papers.as", what=newest["number"], format="PDF")
    text = text_of(saved(home, link))
    assert newest["number"] in text
    for sum in ("net", "vat", "total"):
        assert home.money(newest[sum]["amount"], exact=True) in text
    rows = rows_of(saved(home, file_link(home, "invoices", "CSV")))
    assert [row["number"] for row in rows] == [each["number"] for each in made]
    assert demo.session(somebody).get("invoices", limit="100")["items"] == made


@at_both_widths
def test_e05_every_call_is_downloaded_with_its_cost_under_the_same_fee(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    api = demo.session(somebody)
    home.open("/statistics?period=month")
    home.has_asked_and_done(home.say("web.statistics.order"))
    home.main.locator("#orders a.row").first.click()
    home.page.wait_for_url("**/statistics/detail/*")
    paid = api.balance
    rows = rows_of(saved(home, file_link(home, "detail", "CSV")))
    text = text_of(saved(home, file_link(home, "detail", "PDF")))
    with zipfile.ZipFile(saved(home, file_link(home, "detail", "XLSX"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert api.balance == paid
    assert rows[0].keys() >= {"at", "kind", "peer", "amount", "charge"}
    charged = sum((Decimal(row["charge"]) for row in rows), Decimal(0))
    assert home.money(charged, exact=True) in text
    assert f"<v>{charged}</v>" in sheet or f"<v>{charged.normalize():f}</v>" in sheet
    assert [row["peer"] for row in rows if row["peer"] not in text] == []


@at_both_widths
def test_e05_a_statement_of_any_two_dates_agrees_with_the_account(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    home.open("/payments")
    home.main.locator("#statement summary").click()
    home.main.locator("#statement [name=from]").fill("2026-01-01")
    with home.page.expect_download() as download:
        home.press(home.say("web.papers.get"))
    text = text_of(download.value.path())
    balance = home.money(demo.session(somebody).get("home")["balance"], exact=True)
    assert f"{home.say('paper.total.closing')} {balance}" in text

    receipt = home.main.locator(".rows a.button").first
    with home.page.expect_download() as download:
        receipt.click()
    assert home.say("paper.title.receipt") in text_of(download.value.path())
