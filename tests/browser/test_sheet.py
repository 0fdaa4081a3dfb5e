"""The sheet that opens above a page when something is asked for."""

from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet

FRIEND = "380948001123"


def forward(home: Cabinet, kind: str) -> None:
    section = home.main.locator("section#forwarding")
    entry = section.locator("li").filter(has=home.page.locator(f"input[name=kind][value={kind}]"))
    entry.locator("summary").first.click()
    home.fill("to", FRIEND, entry)
    home.ask(home.say("web.services.forward"), entry)


def test_a_quote_that_is_not_wanted_closes_and_nothing_is_done(home: Cabinet) -> None:
    home.open("/services")
    forward(home, "no_reply")
    sheet = home.sheet("quote")
    sheet.get_by_role("link", name=home.say("web.quote.not_now")).click()
    expect(sheet).to_be_hidden()
    home.page.reload()
    expect(home.main.locator("section#forwarding")).not_to_contain_text("11 23")


def test_a_receipt_is_left_for_the_place_on_the_page_where_it_began(home: Cabinet) -> None:
    home.open("/services")
    forward(home, "unreachable")
    home.confirm()
    home.go_on()
    expect(home.main.locator("section#forwarding")).to_contain_text("11 23")
    home.has_done(f"{home.say('web.services.off')} {home.say('forwarding.unreachable')}")


def test_escape_closes_a_quote(home: Cabinet) -> None:
    home.open("/services")
    forward(home, "no_reply")
    home.page.keyboard.press("Escape")
    expect(home.page.locator("[data-sheet=quote]")).to_be_hidden()
    forward_again = home.main.get_by_role("button", name=home.say("web.services.forward"))
    expect(forward_again.locator("visible=true").first).to_be_enabled()
