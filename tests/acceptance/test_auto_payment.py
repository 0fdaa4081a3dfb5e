"""E10: auto-payment on a date, and when the balance falls below a threshold."""

from decimal import Decimal

from playwright.sync_api import expect

from tests.acceptance.paying import CARD, form_for_cards, goes_to_pay, pays
from tests.fixtures.cabinet import Cabinet
from tests.fixtures.chromium import at_both_widths
from tests.fixtures.demo import Demo, Session, Somebody, eventually
from tests.fixtures.program import with_all_rules

pytestmark = with_all_rules


def keeps_a_card(cabinet: Cabinet) -> None:
    """Top up by card once and have the card kept."""
    cabinet.open("/topup")
    form = form_for_cards(cabinet)
    cabinet.fill("amount", "100", form)
    form.locator("input[name=keep]").check()
    cabinet.ask(cabinet.say("web.topup.pay"), form)
    goes_to_pay(cabinet)
    pays(cabinet, CARD)
    cabinet.see(cabinet.say("web.pay.arrived"))


def sets(cabinet: Cabinet, when: str, **fields: str) -> str:
    """Fill in one of the two forms, accept the quote and go on; what the quote said."""
    cabinet.open("/topup/auto")
    form = cabinet.main.locator("form", has=cabinet.page.locator(f"input[value={when}]"))
    for name, value in fields.items():
        cabinet.fill(name, value, form)
    quote = cabinet.ask(
        cabinet.say("web.auto.on_date_go" if when == "date" else "web.auto.below_go"), form
    )
    cabinet.confirm()
    cabinet.go_on()
    return quote


def told(demo: Demo, somebody: Somebody, text: str) -> bool:
    return any(text in message["text"] for message in demo.inbox(somebody.number))


def taken(api: Session) -> Decimal:
    return Decimal(api.get("auto-payment")["taken"]["amount"])


@at_both_widths
def test_e10_an_auto_payment_is_set_shown_and_switched_off(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    home.open("/topup")
    home.main.get_by_role("link", name=home.say("web.auto.title")).click()
    home.page.wait_for_url("**/topup/auto")
    home.see(home.say("web.auto.no_means"))
    keeps_a_card(home)
    home.open("/topup/auto")
    home.press(home.say("web.auto.on_date_go"))
    expect(home.main.locator(".error").first).to_have_text(home.say("problem.required"))

    quote = sets(home, "date", day="15", amount="150", ceiling="600")
    assert home.money("150") in quote
    assert home.money("600") in quote
    assert "Visa •• 4242" in quote
    shown = demo.session(somebody).get("auto-payment")["now"]
    assert (shown["day"], shown["threshold"], shown["refusals"]) == (15, None, 0)
    home.open("/topup/auto")
    home.press(home.say("web.auto.off"))
    home.confirm()
    home.go_on()
    assert demo.session(somebody).get("auto-payment")["now"] is None


def with_a_card(demo: Demo, somebody: Somebody) -> str:
    """Top up once by API and have the card kept; its id."""
    api = demo.session(somebody)
    begun = api.ask("top_up_by_card", amount="100", keep="yes", confirm=True)
    link = begun.raise_for_status().json()["receipt"]["link"]
    demo.pay(link)
    kept = eventually(lambda: api.get("auto-payment")["means"])
    return str(kept[0]["id"])


def test_e10_on_its_date_it_is_announced_taken_and_told(own_demo: Demo) -> None:
    somebody = own_demo.person("prepaid")
    own_demo.move_to("2027-02-10T12:00:00+02:00")
    means = with_a_card(own_demo, somebody)
    wish = {"when": "date", "day": "15", "amount": "150", "ceiling": "600", "means": means}
    own_demo.session(somebody).ask("set_auto_payment", **wish, confirm=True).raise_for_status()
    own_demo.move_to("2027-02-14T10:30:00+02:00")
    eventually(lambda: told(own_demo, somebody, "Visa •• 4242"))
    assert taken(own_demo.session(somebody)) == 0
    own_demo.move_to("2027-02-15T10:30:00+02:00")
    api = own_demo.session(somebody)
    eventually(lambda: taken(api), lambda sum: sum == 150)
    newest = api.get("payments", limit="1")["items"][0]
    assert (newest["amount"]["amount"], newest["state"]) == ("150.00", "paid")
    assert api.get("auto-payment")["now"]["next_at"] == "2027-03-15T08:00:00Z"


def test_e10_below_the_threshold_it_is_taken_once_a_day(own_demo: Demo) -> None:
    somebody = own_demo.person("prepaid")
    means = with_a_card(own_demo, somebody)
    api = own_demo.session(somebody)
    before = api.balance
    wish = {"when": "threshold", "amount": "20", "ceiling": "1000", "means": means}
    threshold = str(min(before + 1, Decimal(500)))
    api.ask("set_auto_payment", **wish, threshold=threshold, confirm=True).raise_for_status()
    own_demo.move_by(60)
    eventually(lambda: api.balance, lambda balance: balance == before + 20)
    assert taken(api) == Decimal("21.50")
    own_demo.move_by(60)
    assert taken(api) == Decimal("21.50")
