"""Everything that the cabinet is for, with JavaScript switched off: plain forms and pages."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet
from tests.fixtures.chromium import DESKTOP, PHONE, Look
from tests.fixtures.demo import Demo, Somebody, eventually
from tests.fixtures.pages import MISSING, OPEN, OWN
from tests.fixtures.program import Program

FRIEND = "380948001126"
PASSWORDS = ("password", "password_again")


@pytest.fixture(
    params=[
        Look(PHONE.width, PHONE.height, javascript=False),
        Look(DESKTOP.width, DESKTOP.height, "en", javascript=False),
    ],
    ids=str,
)
def look(request: pytest.FixtureRequest) -> Look:
    chosen: Look = request.param
    return chosen


@pytest.fixture
def somebody(demo: Demo, look: Look) -> Somebody:
    """Another person at each look: a voucher works only once."""
    return demo.person("three_lines") if look.width == PHONE.width else demo.person("prepaid", 1)


def test_every_page_opens(cabinet: Cabinet, somebody: Somebody) -> None:
    for path in OPEN:
        cabinet.open(path)
        expect(cabinet.main.locator("h1")).to_have_count(1)
    cabinet.log_in(somebody)
    for path in OWN:
        cabinet.open(path)
        expect(cabinet.main.locator("h1")).to_have_count(1)
    missing = cabinet.page.goto(MISSING)
    assert missing is not None
    assert missing.status == 404


def test_one_logs_in_and_out(cabinet: Cabinet, somebody: Somebody) -> None:
    cabinet.try_to_log_in(somebody.number, "a wrong guess")
    expect(cabinet.main.get_by_role("status")).to_be_visible()
    cabinet.log_in(somebody)
    cabinet.log_out()
    cabinet.open("/home")
    cabinet.page.wait_for_url("**/login")


def test_one_registers_and_is_led_to_login(open_registration: Cabinet, own_demo: Demo) -> None:
    cabinet, fresh = open_registration, own_demo.person("fresh_sim")
    values = {"number": fresh.number, "puk": fresh.puk}
    for field, value in (values | dict.fromkeys(PASSWORDS, "Pokuttia9025")).items():
        cabinet.fill(field, value)
    cabinet.press(cabinet.say("web.login.register"))
    cabinet.see(cabinet.say("web.registered.title"))
    cabinet.page.wait_for_url("**/login")


@pytest.fixture
def open_registration(cabinet: Cabinet, own_program: Program) -> Cabinet:
    cabinet.open(f"{own_program.url}/register")
    return cabinet


def test_a_period_is_chosen_and_a_detail_ordered_and_read(home: Cabinet) -> None:
    home.open("/statistics")
    home.main.get_by_role("link", name=home.say("web.period.week"), exact=True).click()
    home.page.wait_for_url("**period=week")
    home.main.locator(".period summary").click()
    home.press(home.say("web.period.show"))
    home.page.wait_for_url("**from=*")
    home.main.locator("a#kind-call").click()
    home.page.wait_for_url("**kind=call")
    home.has_asked_and_done(home.say("web.statistics.order"))
    home.main.locator("#orders a.row").first.click()
    home.page.wait_for_url("**/statistics/detail/*")
    record = home.main.locator("details.record").first
    record.locator("summary").click()
    expect(record.locator("dl")).to_be_visible()


def test_a_tariff_is_changed_and_the_change_withdrawn(home: Cabinet, demo: Demo) -> None:
    talk = home.name("tariff", "talk")
    home.open("/tariffs")
    home.has_asked_and_done(f"{home.say('web.tariffs.change')} {talk}")
    expect(home.main.locator(".notice")).to_contain_text(talk)
    home.has_asked_and_done(home.say("web.tariffs.withdraw"))
    expect(home.main.locator(".notice")).to_have_count(0)


def test_a_service_is_switched_on_and_off_and_a_package_bought(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    api = demo.session(somebody)
    before = api.balance
    service, package = home.name("service", "roaming"), home.name("package", "sms-50")
    home.open("/services")
    home.has_asked_and_done(f"{home.say('web.services.on')} {service}")
    home.has_asked_and_done(f"{home.say('web.services.off')} {service}")
    home.has_asked_and_done(f"{home.say('web.services.buy')} {package}")
    assert api.balance == before - Decimal("25.00")


def test_a_wrong_number_is_said_beside_its_field_and_a_right_one_is_forwarded_to(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    home.open("/services")
    kind = home.page.locator("input[name=kind][value=no_reply]")
    entry = home.main.locator("section#forwarding li").filter(has=kind)
    entry.locator("summary").first.click()
    home.fill("to", "letters", entry)
    home.press(home.say("web.services.forward"), entry)
    expect(entry.locator(".error")).to_be_visible()
    home.fill("to", FRIEND, entry)
    home.has_asked_and_done(home.say("web.services.forward"), entry)
    eventually(lambda: demo.network(somebody.number)["forwarding"])
    home.has_done(f"{home.say('web.services.off')} {home.say('forwarding.no_reply')}")


def test_points_vouchers_settings_and_a_lost_phone(home: Cabinet, somebody: Somebody) -> None:
    home.open("/loyalty")
    home.has_asked_and_done(f"{home.say('web.loyalty.take')} {home.name('gift', 'sms-30')}")
    home.open("/topup")
    home.fill("code", somebody.vouchers[2])
    home.has_done(home.say("web.home.top_up"))

    home.open("/profile")
    notice = home.say("notice.redeem_gift")
    home.has_done(notice)
    expect(home.main.get_by_role("button", name=notice, pressed=False)).to_be_visible()
    home.has_done(notice)
    home.open("/lost")
    home.has_asked_and_done(home.say("web.lost.block"))
    home.has_asked_and_done(home.say("web.lost.unblock"))


def test_the_theme_and_the_language_are_chosen(home: Cabinet, look: Look) -> None:
    home.open("/help")
    home.page.get_by_role("button", name=home.say("web.theme.dark")).first.click()
    expect(home.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert home.page.url.endswith("/help")
    home.page.locator("header summary", has_text=home.say(f"language.{look.language}")[:3]).click()
    home.page.locator("header button[name=language][value=ru]").click()
    expect(home.page.locator("html")).to_have_attribute("lang", "ru")
    home.choose_language()


def test_a_telephone_is_pressed(cabinet: Cabinet, demo: Demo, somebody: Somebody) -> None:
    cabinet.open(f"/phone?line={somebody.number}")
    phone = cabinet.main.locator("form.handset")
    for key in "*100#":
        phone.locator(f"button[name=key][value='{key}']").click()
    phone.locator("button[name=key][value=call]").first.click()
    expect(phone.locator(".view")).to_contain_text(demo.dial(somebody.number, "*100#")[:10])
