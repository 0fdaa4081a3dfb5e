"""Lines whose tests register somebody or move the clock: each with a program of its own."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet
from tests.fixtures.chromium import at_every_look
from tests.fixtures.demo import Demo, Somebody, eventually
from tests.fixtures.program import Program

KYIV = ZoneInfo("Europe/Kyiv")
PAGES = ("/home", "/statistics", "/tariffs", "/services", "/loyalty", "/profile", "/topup")
IDLE_S = 10 * 60


@pytest.fixture
def base_url(own_program: Program) -> str:
    return own_program.url


@pytest.fixture
def resident(own_demo: Demo) -> Somebody:
    return own_demo.person("prepaid")


@at_every_look
def test_a01_web_registration_takes_number_password_and_puk_and_goes_on_to_login(
    cabinet: Cabinet, own_demo: Demo
) -> None:
    fresh = own_demo.person("fresh_sim")
    cabinet.page.clock.install()
    cabinet.open("/login")
    cabinet.main.get_by_role("link", name=cabinet.say("web.login.register")).click()
    cabinet.page.wait_for_url("**/register")
    cabinet.see(cabinet.say("web.required"))
    expect(cabinet.main.locator("label .must")).to_have_text(["*"] * 4)
    register(cabinet, fresh.number, "00000000", "Pokuttia9025")
    expect(cabinet.main.get_by_role("status")).to_have_text(cabinet.say("refused.puk_wrong"))
    register(cabinet, "", "1234", "short", "other")
    expect(cabinet.main.locator(".error")).to_have_count(3)

    register(cabinet, fresh.number, fresh.puk, "Pokuttia9025")
    cabinet.page.wait_for_url("**/registered")
    cabinet.see(cabinet.say("web.registered.title"), cabinet.say("web.registered.text"))
    cabinet.page.clock.fast_forward(8000)
    cabinet.page.wait_for_url("**/login")
    cabinet.fill("number", fresh.number)
    cabinet.fill("password", "Pokuttia9025")
    cabinet.press(cabinet.say("web.login.do"))
    cabinet.page.wait_for_url("**/home")
    eventually(lambda: own_demo.inbox(fresh.number), lambda messages: len(messages) >= 2)


def register(cabinet: Cabinet, number: str, puk: str, password: str, again: str = "") -> None:
    cabinet.fill("number", number)
    cabinet.fill("puk", puk)
    cabinet.fill("password", password)
    cabinet.fill("password_again", again or password)
    cabinet.press(cabinet.say("web.login.register"))


@at_every_look
def test_a08_a_new_tariff_begins_on_the_first_of_the_month(
    cabinet: Cabinet, own_demo: Demo, resident: Somebody
) -> None:
    cabinet.log_in(resident)
    own_demo.session(resident).ask("top_up_by_voucher", code=resident.vouchers[0])
    calm = cabinet.name("tariff", "calm")
    cabinet.open("/tariffs")
    cabinet.has_asked_and_done(f"{cabinet.say('web.tariffs.change')} {calm}")
    before = own_demo.session(resident).balance

    own_demo.move_to((turn_of_month(own_demo) + timedelta(hours=1)).isoformat())
    cabinet.open("/tariffs")
    cabinet.page.wait_for_url("**/logged-out*")
    cabinet.log_in(resident)
    cabinet.open("/tariffs")
    expect(cabinet.main.locator("#mine")).to_have_text(calm)
    expect(cabinet.main.locator(".notice")).to_have_count(0)
    seen = own_demo.session(resident).get("home")
    assert seen["tariff"]["id"] == "calm"
    minutes = [lot for lot in seen["buckets"] if lot["bucket"]["id"] == "minutes-ukraine"]
    assert 3600 in [lot["granted"] for lot in minutes]
    fee = Decimal("75.00")
    movements = own_demo.session(resident).get("movements")["items"]
    assert f"-{fee}" in [move["amount"]["amount"] for move in movements[:12]]
    assert Decimal(seen["balance"]["amount"]) <= before - fee
    told = [message["text"] for message in own_demo.inbox(resident.number)]
    assert cabinet.words.t("sms.tariff_changed", tariff=calm) in told


def turn_of_month(demo: Demo) -> datetime:
    """When the next month begins where the operator is."""
    today = datetime.fromisoformat(demo.now).astimezone(KYIV)
    return (today.replace(day=28) + timedelta(days=4)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )


@at_every_look
def test_a15_ten_quiet_minutes_log_out(
    cabinet: Cabinet, own_demo: Demo, resident: Somebody
) -> None:
    cabinet.log_in(resident)
    own_demo.move_by(IDLE_S - 60)
    cabinet.open("/services")
    own_demo.move_by(IDLE_S + 60)
    cabinet.page.reload()
    cabinet.page.wait_for_url("**/logged-out*")
    cabinet.see(cabinet.say("web.logged_out.idle"))
    cabinet.open("/home")
    cabinet.page.wait_for_url("**/login")


@at_every_look
def test_a19_the_turn_of_the_month_closes_no_page(
    cabinet: Cabinet, own_demo: Demo, resident: Somebody
) -> None:
    turn = turn_of_month(own_demo)
    own_demo.move_to((turn - timedelta(seconds=90)).isoformat())
    cabinet.log_in(resident)
    with moving(own_demo, [turn - timedelta(seconds=20), turn, turn + timedelta(seconds=90)]) as on:
        rounds = 0
        while on.is_alive() or rounds < 2:
            for path in PAGES:
                cabinet.open(path)
                assert cabinet.page.url.endswith(path)
            rounds += 1
    day = cabinet.words.format.day(turn.date(), with_year=False)
    cabinet.open("/payments")
    expect(cabinet.main.locator(".day").first).to_contain_text(day)
    assert own_demo.program.process.poll() is None


@contextmanager
def moving(demo: Demo, instants: list[datetime]) -> Iterator[threading.Thread]:
    """Move the clock from another thread, as time passes by itself; fails if any move does."""
    failed: list[Exception] = []

    def move() -> None:
        try:
            for instant, _ in zip(instants, itertools.count(), strict=False):
                threading.Event().wait(0.5)
                demo.move_to(instant.isoformat())
        except httpx.HTTPError as error:
            failed.append(error)

    thread = threading.Thread(target=move)
    thread.start()
    try:
        yield thread
    finally:
        thread.join()
    assert failed == []
