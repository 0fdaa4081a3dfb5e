"""The telephone in the browser: pressed with and without JavaScript, at all its looks."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.cabinet import Cabinet
from tests.fixtures.chromium import DESKTOP, PHONE, Look, at_every_look, axe
from tests.fixtures.demo import Demo

ELSEWHERE = "+380751234567"
NO_SCRIPT = Look(javascript=False)
LOOKS = [PHONE, DESKTOP, Look(dark=True), Look(1440, 900, dark=True)]


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.locator(f'.key[value="{key}"]').click()


def send(page: Page) -> None:
    page.locator(".key.go").click()


@at_every_look
def test_a_code_is_dialled_key_by_key(cabinet: Cabinet, demo: Demo) -> None:
    page, low = cabinet.page, demo.person("prepaid_low")
    cabinet.open(f"/phone?line={low.number}")
    press(page, "*100#")
    expect(page.locator("#typed")).to_have_value("*100#")
    send(page)
    expect(page.locator(".said")).to_contain_text("₴")


@pytest.mark.parametrize("look", [NO_SCRIPT], ids=str)
def test_no_key_needs_javascript(cabinet: Cabinet, demo: Demo) -> None:
    page, low = cabinet.page, demo.person("prepaid_low")
    cabinet.open(f"/phone?line={low.number}")
    press(page, "*111*")
    page.locator('.key[value="back"]').click()
    press(page, "#")
    expect(page.locator("#typed")).to_have_value("*111#")
    send(page)
    expect(page.locator(".said")).to_contain_text("1 ")
    menu = page.locator(".said").inner_text()
    press(page, "1")
    expect(page.locator(".said")).to_have_text(menu)
    send(page)
    expect(page.locator(".said")).to_contain_text("₴")
    page.locator(".key.no").click()
    expect(page.locator(".idle")).to_be_visible()


def test_a_call_is_counted_and_charged(cabinet: Cabinet, demo: Demo) -> None:
    page, low = cabinet.page, demo.person("prepaid_low")
    cabinet.open(f"/phone?line={low.number}")
    page.locator("#typed").fill(ELSEWHERE)
    page.locator("#typed").press("Enter")
    expect(page.locator("[data-timer]")).to_have_text(re.compile("0:0[1-9]"))
    page.locator(".key.no").click()
    expect(page.locator(".talk strong")).to_contain_text("₴")


def test_a_message_appears_by_itself(cabinet: Cabinet, demo: Demo) -> None:
    page, new = cabinet.page, demo.person("prepaid_new")
    cabinet.open(f"/phone?line={new.number}")
    url = f"{demo.program.url}/simulator/sms"
    body = {"from": "Мама", "to": new.number, "text": "Подзвони, коли зможеш."}
    assert httpx.post(url, json=body).status_code == 201
    expect(page.locator(".inbox")).to_contain_text(body["text"])
    expect(page.locator(".idle .news")).to_contain_text("Мама")


def test_what_is_used_here_is_seen_in_the_cabinet(cabinet: Cabinet, demo: Demo) -> None:
    page, somebody = cabinet.page, demo.person("three_lines")
    before = demo.session(somebody).get("home")["buckets"]
    cabinet.log_in(somebody)
    cabinet.open(f"/phone?line={somebody.number}")
    page.locator("#megabytes").fill("10")
    cabinet.press(cabinet.say("simulator.use.load"))
    expect(page.locator("[data-part=use] .notice")).to_be_visible()
    after = demo.session(somebody).get("home")["buckets"]
    used = sum(lot["left"] for lot in before) - sum(lot["left"] for lot in after)
    assert used >= 10 * 1_048_576


def test_another_telephone_is_chosen(cabinet: Cabinet, demo: Demo) -> None:
    page, company = cabinet.page, demo.person("company")
    cabinet.open("/phone")
    page.locator("#who-line").select_option(company.lines[2])
    page.wait_for_url(f"**/phone?line={company.lines[2]}")
    expect(page.locator("input[name=line]").first).to_have_value(company.lines[2])


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_axe_finds_nothing_and_nothing_overflows(cabinet: Cabinet, demo: Demo) -> None:
    page, somebody = cabinet.page, demo.person("three_lines")
    cabinet.open(f"/phone?line={somebody.number}")
    axe(page)
    press(page, "*111#")
    send(page)
    expect(page.locator(".said")).to_be_visible()
    axe(page)
    page.locator(".key.no").click()
    press(page, "111")
    send(page)
    expect(page.locator(".talk")).to_be_visible()
    axe(page)
    page.locator(".key.no").click()
    page.locator("summary").filter(has_text=cabinet.say("simulator.who.secrets")).click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_clock_moves_the_month(cabinet: Cabinet, own_demo: Demo) -> None:
    page, first = cabinet.page, own_demo.people[0]
    before = own_demo.now
    page.goto(f"{own_demo.program.url}/phone?line={first.number}")
    cabinet.press(cabinet.say("simulator.clock.month"))
    expect(page.locator("[data-part=clock] .figure")).to_contain_text(re.compile(r"\b1\b"))
    assert own_demo.now > before
    fees = [
        item
        for item in own_demo.session(first).get("movements")["items"]
        if item["at"] > before and item["amount"]["amount"].startswith("-")
    ]
    assert fees
