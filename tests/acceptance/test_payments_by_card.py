"""A13, B8, D5: money that comes in by card."""

from decimal import Decimal

import httpx
import pytest
from playwright.sync_api import expect

from tests.acceptance.paying import CARD, form_for_cards, goes_to_pay, pays
from tests.fixtures.cabinet import Cabinet, flat, hryvnias
from tests.fixtures.chromium import at_both_widths
from tests.fixtures.demo import Demo, Somebody
from tests.fixtures.program import Program, with_all_rules

DECLINED = "4000 0000 0000 0002"
NOBODY = "380949999999"


def asks(cabinet: Cabinet, amount: str, to: str = "") -> str:
    """Fill in the form for cards; what the quote says."""
    cabinet.open("/topup")
    form = form_for_cards(cabinet)
    cabinet.fill("amount", amount, form)
    if to:
        cabinet.fill("to", to, form)
    return cabinet.ask(cabinet.say("web.topup.pay"), form)


@at_both_widths
def test_a13_an_account_is_topped_up_by_card_and_the_payment_is_looked_up(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    api = demo.session(somebody)
    before = api.balance
    quote = asks(home, "120.50")
    assert home.money("120.50") in quote
    assert home.say("term.no_commission") in quote
    goes_to_pay(home)
    pays(home, DECLINED)
    home.see(home.say("web.pay.failed"), home.say("payment.reason.declined"))
    assert api.balance == before

    asks(home, "120.50")
    goes_to_pay(home)
    pays(home, CARD)
    home.see(home.say("web.pay.arrived"))
    assert api.balance == before + Decimal("120.50")
    home.main.get_by_role("link", name=home.say("web.pay.home")).click()
    shown = flat(home.main.locator(".hero .figure .money").inner_text())
    assert shown == home.money(api.balance, exact=True)

    home.open("/payments?show=received")
    first, second = home.main.locator(".rows li").nth(0), home.main.locator(".rows li").nth(1)
    expect(first).to_contain_text(home.say("entry.card_top_up"))
    expect(second).to_contain_text(home.say("payment.state.failed"))
    states = [item["state"] for item in api.get("payments", limit="2")["items"]]
    assert states == ["paid", "failed"]


@at_both_widths
def test_a13_a_payment_that_was_left_can_be_finished(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    api = demo.session(somebody)
    before = api.balance
    asks(home, "33")
    goes_to_pay(home)
    home.main.get_by_role("link", name=home.say("demopay.close")).click()
    home.see(home.say("web.pay.waiting"))
    home.open("/payments?show=received")
    left = home.main.locator(".rows li").first
    expect(left).to_contain_text(home.say("payment.state.pending"))
    left.get_by_role("link").click()
    home.page.wait_for_url("**/simulator/demopay/**")
    pays(home, CARD)
    home.see(home.say("web.pay.arrived"))
    assert api.balance == before + 33


@at_both_widths
def test_b8_ways_to_pay_are_listed_and_any_number_is_topped_up_without_a_login(
    cabinet: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    cabinet.open("/login")
    cabinet.choose_language()
    cabinet.main.get_by_role("link", name=cabinet.say("web.topup.no_login")).click()
    cabinet.see(cabinet.say("web.topup.card"), cabinet.say("web.topup.log_in"))
    api = demo.session(somebody)
    before = api.balance
    quotes = [
        asks(cabinet, "45", number).replace(number, "") for number in (NOBODY, somebody.number)
    ]
    assert quotes[0] == quotes[1]
    goes_to_pay(cabinet)
    pays(cabinet, CARD)
    cabinet.see(cabinet.say("web.pay.arrived"))
    assert api.balance == before + 45

    cabinet.log_in(somebody)
    cabinet.open("/topup")
    cabinet.see(cabinet.say("web.topup.card"), cabinet.say("web.topup.voucher"))


@with_all_rules
@at_both_widths
def test_d5_a_top_up_by_card_is_without_commission_where_the_operator_says_so(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    assert home.say("term.commission", commission=hryvnias("2.25")) in asks(home, "50")
    quote = asks(home, "600")
    assert home.say("term.no_commission") in quote
    api = demo.session(somebody)
    before = api.balance
    goes_to_pay(home)
    pays(home, CARD)
    assert api.balance == before + 630
    home.open("/payments")
    home.see(home.say("entry.top_up_bonus"))


@pytest.mark.parametrize("result", ["paid", "twice"])
def test_b8_scripts_pay_at_the_demo_s_provider(demo: Demo, program: Program, result: str) -> None:
    somebody = demo.person("prepaid", 2)
    api = demo.session(somebody)
    before = api.balance
    done = api.ask("top_up_by_card", amount="10.00", confirm=True).json()["receipt"]
    assert done["state"] == "accepted"
    payment = done["link"].rsplit("/", 1)[1]
    body = {"payment": payment, "result": result}
    answer = httpx.post(f"{program.url}/simulator/pay", json=body)
    assert answer.json() == {"payment": payment, "state": "paid"}
    assert api.balance == before + 10
