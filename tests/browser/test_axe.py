"""No breach of WCAG 2.2 AA on any page, in either theme and at both widths, as far as axe sees."""

from collections.abc import Iterable

from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet
from tests.fixtures.chromium import at_both_widths, breaches
from tests.fixtures.demo import Demo, Somebody
from tests.fixtures.pages import MISSING, OPEN, OWN

FRIEND = "380948001125"


def found_on(cabinet: Cabinet, paths: Iterable[str]) -> list[str]:
    found = []
    for path in paths:
        cabinet.page.goto(path)
        found += breaches(cabinet.page)
    return found


@at_both_widths
def test_pages_that_anybody_may_open(cabinet: Cabinet) -> None:
    assert found_on(cabinet, [*OPEN, MISSING, "/phone"]) == []


@at_both_widths
def test_pages_of_somebody_who_is_logged_in(home: Cabinet) -> None:
    assert found_on(home, [*OWN, MISSING]) == []


@at_both_widths
def test_pages_of_somebody_with_nothing_yet(cabinet: Cabinet, demo: Demo) -> None:
    cabinet.log_in(demo.person("prepaid_new"))
    assert found_on(cabinet, OWN) == []


@at_both_widths
def test_forms_that_were_filled_in_wrongly(cabinet: Cabinet, somebody: Somebody) -> None:
    cabinet.try_to_log_in(somebody.number, "a wrong guess")
    found = breaches(cabinet.page)
    cabinet.open("/register")
    cabinet.press(cabinet.say("web.login.register"))
    found += breaches(cabinet.page)
    cabinet.log_in(somebody)
    cabinet.page.goto("/statistics?from=2026-02-30&to=2026-01-01")
    found += breaches(cabinet.page)
    cabinet.open("/profile")
    cabinet.press(cabinet.say("web.profile.change_password"))
    expect(cabinet.main.locator(".error").first).to_be_visible()
    found += breaches(cabinet.page)
    cabinet.open("/topup")
    cabinet.fill("code", "1")
    cabinet.press(cabinet.say("web.home.top_up"))
    expect(cabinet.main.locator(".error")).to_be_visible()
    assert found + breaches(cabinet.page) == []


@at_both_widths
def test_quotes_receipts_and_refusals_above_a_page(home: Cabinet) -> None:
    home.open("/services")
    kind = home.page.locator("input[name=kind][value=busy]")
    entry = home.main.locator("section#forwarding li").filter(has=kind)
    entry.locator("summary").first.click()
    home.fill("to", FRIEND, entry)
    home.ask(home.say("web.services.forward"), entry)
    found = breaches(home.page)
    home.confirm()
    found += breaches(home.page)
    home.go_on()
    found += breaches(home.page)
    home.has_done(f"{home.say('web.services.off')} {home.say('forwarding.busy')}")
    home.open("/topup")
    home.fill("code", "0" * 16)
    home.press(home.say("web.home.top_up"))
    home.is_refused("voucher_unknown")
    assert found + breaches(home.page) == []


@at_both_widths
def test_quotes_receipts_and_refusals_as_pages(home: Cabinet, demo: Demo) -> None:
    home.open("/tariffs")
    submit_past_the_script(home, "/do/change_tariff")
    found = breaches(home.page)
    submit_past_the_script(home, "/proposals/")
    found += breaches(home.page)
    found += found_on(home, ["/home", "/tariffs"])
    submit_past_the_script(home, "/do/withdraw_tariff_change")
    home.confirm()
    home.open("/topup")
    home.fill("code", "0" * 16)
    submit_past_the_script(home, "/do/top_up_by_voucher")
    assert found + breaches(home.page) == []


def submit_past_the_script(cabinet: Cabinet, action: str) -> None:
    """Send the form as a browser without JavaScript does."""
    form = cabinet.main.locator(f"form[action^='{action}']").first
    with cabinet.page.expect_navigation():
        form.evaluate("form => form.submit()")


@at_both_widths
def test_pages_of_a_blocked_number(home: Cabinet, demo: Demo) -> None:
    home.open("/lost")
    home.has_asked_and_done(home.say("web.lost.block"))
    found = found_on(home, ["/home", "/lost", "/profile"])
    home.open("/lost")
    home.has_asked_and_done(home.say("web.lost.unblock"))
    assert found == []


@at_both_widths
def test_the_record_of_a_call_and_a_form_from_another_time(home: Cabinet) -> None:
    home.open("/statistics?period=week")
    home.has_asked_and_done(home.say("web.statistics.order"))
    home.main.locator("#orders a.row").first.click()
    home.page.wait_for_url("**/statistics/detail/*")
    record = home.main.locator("details.record").first
    record.locator("summary").click()
    found = breaches(home.page)
    form = home.page.locator("form[action='/logout']").first
    form.locator("input[name=csrf]").evaluate("field => (field.value = 'stale')")
    with home.page.expect_navigation():
        form.evaluate("form => form.submit()")
    expect(home.main.locator("h1")).to_have_text(home.say("web.error.form_title"))
    assert found + breaches(home.page) == []


@at_both_widths
def test_the_question_before_one_is_logged_out(cabinet: Cabinet, somebody: Somebody) -> None:
    cabinet.page.clock.install()
    cabinet.log_in(somebody)
    cabinet.page.clock.run_for(545_000)
    expect(cabinet.page.locator("dialog#idle")).to_be_visible()
    cabinet.page.clock.resume()
    assert breaches(cabinet.page) == []
