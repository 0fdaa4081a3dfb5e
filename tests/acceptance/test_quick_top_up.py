"""E4: from home one tops up what is missing, borrows, and has it done by itself."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.acceptance.paying import CARD, form_for_cards, goes_to_pay, pays
from tests.fixtures.cabinet import Cabinet, hryvnias
from tests.fixtures.chromium import at_both_widths
from tests.fixtures.demo import Demo
from tests.fixtures.program import Program, with_all_rules

pytestmark = with_all_rules


@pytest.fixture
def base_url(own_program: Program) -> str:
    return own_program.url


@at_both_widths
def test_e4_what_is_missing_is_topped_up_from_home_with_two_presses(
    cabinet: Cabinet, own_demo: Demo
) -> None:
    poor = own_demo.person("prepaid_low")
    api = own_demo.session(poor)
    before, missing = api.balance, api.get("home")["top_up"]
    cabinet.log_in(poor)
    quick = cabinet.main.locator("a[href^='/topup?amount=']")
    expect(quick).to_contain_text(cabinet.money(missing))
    quick.click()
    cabinet.page.wait_for_url("**/topup?amount=*")
    form = form_for_cards(cabinet)
    expect(form.locator("input[name=amount]")).to_have_value(missing["amount"])
    assert cabinet.money(missing) in cabinet.ask(cabinet.say("web.topup.pay"), form)
    goes_to_pay(cabinet)
    pays(cabinet, CARD)
    cabinet.see(cabinet.say("web.pay.arrived"))
    assert api.balance == before + Decimal(missing["amount"])

    cabinet.main.get_by_role("link", name=cabinet.say("web.pay.home")).click()
    cabinet.page.wait_for_url("**/home")
    assert api.get("home")["top_up"] is None
    expect(quick).to_have_count(0)


@at_both_widths
def test_e4_money_is_borrowed_from_home(cabinet: Cabinet, own_demo: Demo) -> None:
    poor = own_demo.person("prepaid_low")
    largest = own_demo.session(poor).get("home")["promised"]
    cabinet.log_in(poor)
    offer = cabinet.say("web.promised.have", amount=hryvnias(largest))
    cabinet.main.get_by_role("link", name=offer).click()
    cabinet.page.wait_for_url("**/topup/promised")
    shown = cabinet.main.locator("label", has=cabinet.page.locator("input[name=amount]"))
    expect(shown.last).to_contain_text(cabinet.money(largest))

    # Who has enough is offered none.
    cabinet.log_out()
    cabinet.log_in(own_demo.person("prepaid"))
    expect(cabinet.main.locator("a[href='/topup/promised']")).to_have_count(0)


@at_both_widths
def test_e4_topping_up_by_itself_is_reached_from_home(cabinet: Cabinet, own_demo: Demo) -> None:
    somebody = own_demo.person("prepaid")
    cabinet.log_in(somebody)

    def from_home() -> None:
        cabinet.open("/home")
        cabinet.main.get_by_role("link", name=cabinet.say("web.home.top_up"), exact=True).click()
        cabinet.page.wait_for_url("**/topup")

    def on_to_auto_payment() -> None:
        cabinet.main.get_by_role("link", name=cabinet.say("web.auto.title")).first.click()
        cabinet.page.wait_for_url("**/topup/auto")

    from_home()
    on_to_auto_payment()
    cabinet.see(cabinet.say("web.auto.no_means"))

    from_home()
    form = form_for_cards(cabinet)
    cabinet.fill("amount", "100", form)
    form.locator("input[name=keep]").check()
    cabinet.ask(cabinet.say("web.topup.pay"), form)
    goes_to_pay(cabinet)
    pays(cabinet, CARD)
    from_home()
    on_to_auto_payment()
    card = cabinet.main.locator("form label", has=cabinet.page.locator("input[name=means]"))
    expect(card.first).to_contain_text("Visa •• 4242")
