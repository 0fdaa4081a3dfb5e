"""The cabinet by keyboard alone: where one is, where one gets, and what has the focus."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.cabinet import Cabinet
from tests.fixtures.chromium import DESKTOP, PHONE, Look
from tests.fixtures.demo import Somebody

FRIEND = "380948001127"
SHOWN = """() => {
  const held = document.activeElement, style = getComputedStyle(held);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const box = held.getBoundingClientRect();
  const where = held.tagName + " " + (held.getAttribute("aria-label") || held.textContent.trim());
  return {where, seen: held.checkVisibility() && box.width > 0, ring, top: held === document.body};
}"""
"""What has the focus, whether it is visible, and whether it has a ring."""


@pytest.fixture(params=[PHONE, DESKTOP, Look(dark=True)], ids=str)
def look(request: pytest.FixtureRequest) -> Look:
    chosen: Look = request.param
    return chosen


def walk(page: Page) -> Iterator[dict[str, object]]:
    """Press Tab until the focus leaves the page; what had it at each step."""
    for _ in range(200):
        page.keyboard.press("Tab")
        step = page.evaluate(SHOWN)
        if step["top"]:
            return
        yield step
    raise AssertionError("the focus never leaves the page")


def test_the_first_tab_leads_past_the_frame_to_the_content(home: Cabinet) -> None:
    home.open("/services")
    home.page.keyboard.press("Tab")
    skip = home.page.get_by_role("link", name=home.say("web.skip"))
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    home.page.keyboard.press("Enter")
    expect(home.main).to_be_focused()
    home.page.keyboard.press("Tab")
    assert home.main.evaluate("main => main.contains(document.activeElement)")


@pytest.mark.parametrize("path", ["/login", "/register", "/lost", "/phone"])
def test_the_focus_is_visible_wherever_a_guest_goes(cabinet: Cabinet, path: str) -> None:
    cabinet.open(path)
    blind = [step["where"] for step in walk(cabinet.page) if not (step["ring"] and step["seen"])]
    assert blind == []


@pytest.mark.parametrize("path", ["/home", "/statistics", "/profile"])
def test_the_focus_is_visible_wherever_a_subscriber_goes(home: Cabinet, path: str) -> None:
    home.open(path)
    blind = [step["where"] for step in walk(home.page) if not (step["ring"] and step["seen"])]
    assert blind == []


def test_one_logs_in_by_keyboard_in_the_order_of_the_page(
    cabinet: Cabinet, somebody: Somebody
) -> None:
    cabinet.open("/login")
    keys = cabinet.page.keyboard
    cabinet.main.locator("input[name=number]").focus()
    keys.type(somebody.number)
    held, passed = "", 0
    while held != "password":
        keys.press("Tab")
        held, passed = cabinet.page.evaluate("document.activeElement.name"), passed + 1
        assert passed < 4, "the password does not follow the number"
    keys.type(somebody.password)
    keys.press("Tab")
    keys.press("Tab")
    expect(cabinet.main.get_by_role("button", name=cabinet.say("web.login.do"))).to_be_focused()
    keys.press("Enter")
    cabinet.page.wait_for_url("**/home")


def test_a_quote_holds_the_focus_and_gives_it_back(home: Cabinet) -> None:
    home.open("/tariffs")
    button = home.main.get_by_role(
        "button", name=f"{home.say('web.tariffs.change')} {home.name('tariff', 'talk')}"
    )
    button.focus()
    home.page.keyboard.press("Enter")
    sheet = home.sheet("quote")
    expect(sheet.locator("h1")).to_be_focused()
    for _ in range(6):
        home.page.keyboard.press("Tab")
        held = home.page.evaluate(
            "document.activeElement === document.body"
            " || document.querySelector('#sheet').contains(document.activeElement)"
        )
        assert held
    home.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(button).to_be_focused()


def test_a_menu_of_the_frame_opens_and_closes(home: Cabinet) -> None:
    home.open("/home")
    menu = home.page.locator("header details.away")
    summary = menu.locator("summary")
    summary.focus()
    home.page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    home.page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()
