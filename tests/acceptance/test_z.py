"""Z1–Z8: what holds for every operator."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet, flat, wordings
from tests.fixtures.chromium import LOOKS, Look, OpenPage, at_every_look
from tests.fixtures.demo import Demo, Session, Somebody
from tests.fixtures.pages import MISSING, OPEN, OWN

TRAFFIC = {"uk": "Інтернет-трафік", "en": "Internet traffic"}
"""How the help of the operator begins to say what the network charges for."""
DIALLED_LANGUAGE = {"uk": "*111*8*1#", "en": "*111*8*3#"}
FEW = ("/home", "/services", "/help", "/lost")
TABLET = 768


@at_every_look
def test_z1_access_is_free_and_what_the_network_charges_for_is_said(
    cabinet: Cabinet, look: Look, demo: Demo, somebody: Somebody
) -> None:
    cabinet.open("/login")
    cabinet.see(cabinet.say("web.login.register_note"))
    cabinet.open("/register")
    cabinet.see(cabinet.say("web.register.lead"))
    api = demo.session(somebody)
    before = api.balance
    cabinet.log_in(somebody)
    for page in FEW:
        cabinet.open(page)
    cabinet.open("/help")
    cabinet.see(TRAFFIC[look.language])
    assert api.balance == before


@at_every_look
def test_z2_the_safety_page_says_how_to_stay_safe(cabinet: Cabinet) -> None:
    cabinet.open("/login")
    cabinet.page.locator("footer").get_by_role("link", name=cabinet.say("page.safety")).click()
    cabinet.page.wait_for_url("**/safety")
    habits = ("devices", "fraud", "password", "others", "leave", "yours")
    said = [cabinet.say(f"web.safety.{habit}") for habit in habits]
    cabinet.see(cabinet.say("web.safety.never"), *said)


@at_every_look
def test_z3_contacts_stand_on_every_page(home: Cabinet, demo: Demo, somebody: Somebody) -> None:
    contacts = demo.session(somebody).get("contacts")["items"]
    assert {"111", "0 800 000 111"} <= {contact["number"] for contact in contacts}
    for path in ("/home", "/statistics", "/help/tariffs", "/safety"):
        home.open(path)
        foot = home.page.locator("footer")
        for contact in contacts:
            expect(foot).to_contain_text(contact["number"])
    answer = home.page.goto(MISSING)
    assert answer is not None
    assert answer.status == 404
    expect(home.page.locator("footer")).to_contain_text("0 800 000 111")
    home.open("/contacts")
    home.see(*(home.say(f"profile.contact.{each['number']}.hours") for each in contacts))


@at_every_look
def test_z4_the_language_is_switched_on_any_page_and_holds_everywhere(
    home: Cabinet, look: Look, demo: Demo, somebody: Somebody
) -> None:
    other = "en" if look.language == "uk" else "uk"
    for path in ("/tariffs", "/lost"):
        home.open(path)
        turned = Cabinet(home.page, wordings().for_language("ru"))
        turned.choose_language()
        assert home.page.url.endswith(path)
    turned = Cabinet(home.page, wordings().for_language(other))
    turned.choose_language()
    expect(home.main.locator("h1")).to_have_text(turned.say("page.lost"))
    assert is_written_in(other, demo.dial(somebody.number, "*100#"))
    home.choose_language()
    home.open("/home")
    home.see(home.say("web.home.balance"))


def is_written_in(language: str, text: str) -> bool:
    """Whether most letters are of the script of the language."""
    cyrillic = sum("а" <= letter <= "ї" for letter in text.lower())
    latin = sum("a" <= letter <= "z" for letter in text.lower())
    return (cyrillic > latin) == (language == "uk")


def test_z4_a_guest_reads_the_language_of_their_browser(open_page: OpenPage) -> None:
    for look in (LOOKS[0], LOOKS[1], Look(language="ru"), Look(language="pl")):
        page = open_page(look)
        page.goto("/login")
        known = look.language if look.language != "pl" else "uk"
        expect(page.locator("html")).to_have_attribute("lang", known)
        page.context.close()


@at_every_look
def test_z5_what_costs_money_shows_its_price_and_waits_for_a_yes(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    api = demo.session(somebody)
    before = api.balance
    service = home.name("service", "abroad-daily")
    package = home.name("package", "ukraine-60")
    tariff = home.name("tariff", "talk")
    asked = [
        ("/services", f"{home.say('web.services.on')} {service}", "9.00"),
        ("/services", f"{home.say('web.services.buy')} {package}", price_of(api, "ukraine-60")),
        ("/tariffs", f"{home.say('web.tariffs.change')} {tariff}", "20.00"),
        ("/statistics", home.say("web.statistics.order"), "1.06"),
    ]
    for path, name, price in asked:
        home.open(path)
        said = home.money(price)
        exact = home.money(price, exact=True)
        shown = flat(home.main.inner_text())
        assert said in shown or exact in shown, f"{path} does not say {said}"
        quote = home.ask(name)
        assert said in quote or exact in quote
        home.page.locator("[data-sheet=quote] a[data-dismiss]").click()
    assert api.balance == before
    home.open("/services")
    home.ask(f"{home.say('web.services.buy')} {package}")
    home.confirm()
    assert api.balance == before - Decimal(price_of(api, "ukraine-60"))


def price_of(api: Session, package: str) -> str:
    listed = {each["id"]: each for each in api.get("packages")["items"]}
    price: str = listed[package]["price"]["amount"]
    return price


@at_every_look
def test_z6_visits_and_operations_stand_in_the_journal_whatever_the_channel(
    home: Cabinet, look: Look, demo: Demo, somebody: Somebody
) -> None:
    demo.session(somebody)
    demo.dial(somebody.number, DIALLED_LANGUAGE[look.language])
    home.log_out()
    home.log_in(somebody)
    home.open("/journal")
    lines = home.main.locator(".rows li")
    chosen = home.say("journal.set_language", language=home.say(f"language.{look.language}"))
    wanted = [
        (home.say("journal.login"), "web"),
        (home.say("journal.logout"), "web"),
        (chosen, "ussd"),
        (home.say("journal.login"), "api"),
    ]
    for at, (said, channel) in enumerate(wanted):
        expect(lines.nth(at)).to_contain_text(said)
        expect(lines.nth(at)).to_contain_text(home.say(f"channel.{channel}"))


@at_every_look
def test_z7_a_new_device_finds_everything_as_it_was(
    home: Cabinet, open_page: OpenPage, look: Look, somebody: Somebody
) -> None:
    home.open("/services")
    service = home.name("service", "conference")
    on = is_on(home, service)
    verb = home.say("web.services.off" if on else "web.services.on")
    home.has_asked_and_done(f"{verb} {service}")

    other = Cabinet(open_page(look), home.words)
    other.log_in(somebody)
    other.open("/services")
    assert is_on(other, service) is not on
    expect(other.page.locator("html")).to_have_attribute("lang", look.language)


def is_on(cabinet: Cabinet, service: str) -> bool:
    mine = cabinet.main.locator("section#mine h3")
    return mine.filter(has_text=service).count() == 1


@pytest.mark.parametrize("width", [360, TABLET, 1440])
def test_z7_every_page_fits_a_phone_a_tablet_and_a_computer(
    open_page: OpenPage, demo: Demo, width: int
) -> None:
    look = Look(width, 900, "ru")
    cabinet = Cabinet(open_page(look), wordings().for_language("ru"))
    for path in (*OPEN, "/phone"):
        cabinet.open(path)
        assert fits(cabinet), path
    cabinet.log_in(demo.person("three_lines"))
    for path in OWN:
        cabinet.open(path)
        assert fits(cabinet), path


def fits(cabinet: Cabinet) -> bool:
    return bool(
        cabinet.page.evaluate(
            "document.scrollingElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


@at_every_look
def test_z8_news_and_offers_are_those_for_this_subscriber(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    seen = demo.session(somebody).get("home")["news"]
    titles = [home.say(f"profile.news.{item['id']}.title") for item in seen]
    home.open("/home")
    shown = home.main.locator("section#news summary b")
    expect(shown).to_have_text(titles)
    news = home.main.locator("section#news details").first
    news.locator("summary").click()
    expect(news).to_contain_text(home.say(f"profile.news.{seen[0]['id']}.text"))

    pensioner = demo.session(demo.person("prepaid", 2)).get("home")["news"]
    offer = "start-2019-offer"
    assert offer in [item["id"] for item in pensioner]
    assert offer not in [item["id"] for item in seen]
