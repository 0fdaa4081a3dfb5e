"""A2–A5, A15 and A18: who is let into the cabinet, what they are told, and when it closes."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet
from tests.fixtures.chromium import at_every_look
from tests.fixtures.demo import Demo, Somebody, eventually

PRICES = {"prepaid": "1.06", "old": "2.12", "internet": "0.00"}
"""What a detail costs on the tariffs of these people."""
IDLE_S = 10 * 60
WARNED_S = 60


def reveal(demo: Demo, number: str, **more: object) -> httpx.Response:
    staff = demo.log_in(demo.staff["login"], demo.staff["password"])
    return staff.ask("reveal_puk", number=number, **more)


def test_a02_the_contact_centre_tells_a_forgotten_puk(demo: Demo) -> None:
    caller = demo.person("fresh_sim")
    told = reveal(demo, caller.number, reason="called 111, passport checked")
    assert told.status_code == 200
    assert told.json()["receipt"]["secret"] == caller.puk
    sender = {message["from"] for message in eventually(lambda: demo.inbox(caller.number))}
    assert sender == {"Barvinok"}


def test_a02_the_subscriber_sees_that_their_puk_was_told(demo: Demo, home: Cabinet) -> None:
    caller = demo.person("prepaid")
    assert reveal(demo, caller.number, reason="called 111, passport checked").is_success
    home.open("/journal")
    line = home.main.locator("li").filter(has_text=home.say("journal.reveal_puk")).first
    expect(line).to_contain_text(home.say("web.journal.staff"))


def test_a02_a_puk_is_told_by_staff_only_and_with_a_reason(demo: Demo) -> None:
    caller = demo.person("fresh_sim")
    assert reveal(demo, caller.number).status_code == 422
    stranger = demo.session(demo.person("prepaid", 1))
    told = stranger.ask("reveal_puk", number=caller.number)
    assert told.is_client_error
    assert caller.puk not in told.text


@at_every_look
def test_a03_number_and_password_lead_to_the_main_page(
    cabinet: Cabinet, somebody: Somebody
) -> None:
    cabinet.open("/")
    cabinet.page.wait_for_url("**/login")
    cabinet.try_to_log_in(somebody.number, "not the password")
    expect(cabinet.main.get_by_role("status")).to_have_text(cabinet.say("refused.password_wrong"))
    cabinet.fill("password", somebody.password)
    cabinet.press(cabinet.say("web.login.do"))
    cabinet.page.wait_for_url("**/home")
    cabinet.choose_language()
    expect(cabinet.page).to_have_title(f"{cabinet.say('page.home')} · {brand(cabinet)}")
    expect(cabinet.page.locator("header .lines summary")).to_contain_text(somebody.number[-2:])


def brand(cabinet: Cabinet) -> str:
    return cabinet.say("profile.brand")


@at_every_look
def test_a03_the_number_may_be_written_as_people_write_it(
    cabinet: Cabinet, somebody: Somebody
) -> None:
    national = somebody.number.removeprefix("380")
    cabinet.try_to_log_in(f"{national[:2]} {national[2:5]}-{national[5:]}", somebody.password)
    cabinet.page.wait_for_url("**/home")


@at_every_look
def test_a04_a_postpaid_subscriber_is_refused_clearly(cabinet: Cabinet, demo: Demo) -> None:
    postpaid = demo.person("postpaid")
    cabinet.try_to_log_in(postpaid.number, postpaid.password)
    refusal = cabinet.say("refused.postpaid_not_served")
    expect(cabinet.main.get_by_role("status")).to_have_text(refusal)
    cabinet.open("/home")
    cabinet.page.wait_for_url("**/login")

    cabinet.open("/register")
    for field, value in {
        "number": postpaid.number,
        "puk": postpaid.puk,
        "password": "Krynytsia3771",
        "password_again": "Krynytsia3771",
    }.items():
        cabinet.fill(field, value)
    cabinet.press(cabinet.say("web.login.register"))
    expect(cabinet.main.get_by_role("status")).to_have_text(refusal)


@at_every_look
def test_a05_prices_follow_the_tariff_and_registration_is_free(
    cabinet: Cabinet, demo: Demo
) -> None:
    cabinet.open("/register")
    cabinet.see(cabinet.say("web.register.lead"))
    people = {
        "prepaid": demo.person("prepaid"),
        "old": demo.person("prepaid", 2),
        "internet": demo.person("internet"),
    }
    for name, price in PRICES.items():
        cabinet.log_in(people[name])
        cabinet.open("/statistics")
        said = cabinet.money(price) if price != "0.00" else cabinet.say("term.free")
        expect(cabinet.main.locator("#detail dd")).to_have_text(said)
        cabinet.log_out()


@at_every_look
def test_a15_the_page_warns_before_it_logs_out(cabinet: Cabinet, somebody: Somebody) -> None:
    cabinet.page.clock.install()
    cabinet.log_in(somebody)
    dialog = cabinet.page.get_by_role("dialog", name=cabinet.say("web.idle.title"))
    cabinet.page.clock.run_for((IDLE_S - WARNED_S - 5) * 1000)
    expect(dialog).to_be_hidden()
    cabinet.page.clock.run_for(10_000)
    expect(dialog).to_be_visible()
    # The page's clock stands while the server is asked: it must have answered before it goes on.
    with cabinet.page.expect_response("**/more"):
        dialog.get_by_role("button", name=cabinet.say("web.idle.stay")).click()
    for _ in range(3):
        cabinet.page.clock.run_for(1000)
    expect(dialog).to_be_hidden()

    cabinet.page.clock.run_for((IDLE_S - WARNED_S + 5) * 1000)
    expect(dialog).to_be_visible()
    cabinet.page.clock.run_for(WARNED_S * 1000)
    cabinet.page.wait_for_url("**/logged-out*")
    cabinet.open("/home")
    cabinet.page.wait_for_url("**/login")


@at_every_look
@pytest.mark.parametrize("where", ["login", "register"])
def test_a18_the_warning_stands_where_one_logs_in(cabinet: Cabinet, where: str) -> None:
    cabinet.open(f"/{where}")
    cabinet.see(cabinet.say("web.login.warning"))
    cabinet.main.get_by_role("link", name=cabinet.say("web.login.warning_more")).click()
    cabinet.page.wait_for_url("**/safety")
    cabinet.see(cabinet.say("web.safety.never"))
