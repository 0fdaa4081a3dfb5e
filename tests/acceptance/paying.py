"""How one pays by card in the cabinet: the form, the quote, the provider's page, the bank."""

from playwright.sync_api import Locator, expect

from tests.fixtures.cabinet import Cabinet

CARD = "4242 4242 4242 4242"


def form_for_cards(cabinet: Cabinet) -> Locator:
    """The form of the page on topping up, for a card that is not kept."""
    form = cabinet.main.locator("#card")
    other = form.get_by_label(cabinet.say("web.topup.other_card"))
    if other.count():
        other.check()
    return form


def goes_to_pay(cabinet: Cabinet) -> None:
    """Accept the quote, and follow the receipt to the provider's page."""
    cabinet.confirm()
    cabinet.sheet("receipt").get_by_role("link", name=cabinet.say("web.pay.go")).click()
    cabinet.page.wait_for_url("**/simulator/demopay/**")


def pays(cabinet: Cabinet, card: str, answer: str = "demopay.yes") -> None:
    """Give the card, and answer the bank."""
    cabinet.fill("card", card)
    cabinet.main.locator("form button").click()
    expect(cabinet.main).to_contain_text(cabinet.say("demopay.secure"))
    cabinet.press(cabinet.say(answer))
    cabinet.page.wait_for_url("**/back")
