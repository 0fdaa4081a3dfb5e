"""A6–A13: what the sections of the cabinet are for."""

import csv
import io
from decimal import Decimal

import httpx
import pytest
from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet, flat, hryvnias
from tests.fixtures.chromium import at_every_look
from tests.fixtures.demo import Demo, Somebody, eventually

FRIEND = "380948001122"
"""A number of the same operator that is nobody's in the demo."""


def balance_on(cabinet: Cabinet) -> str:
    return flat(cabinet.main.locator(".hero .figure .money").inner_text())


@at_every_look
def test_a06_home_shows_the_money_and_what_is_left_in_every_bucket(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    seen = demo.session(somebody).get("home")
    assert balance_on(home) == home.money(seen["balance"], exact=True)
    left: dict[str, int] = {}
    for lot in seen["buckets"]:
        name = home.name("bucket", lot["bucket"]["id"])
        left[name] = left.get(name, 0) + lot["left"]
    meters = home.main.get_by_role("meter")
    assert meters.count() == len(left) > 0
    for name, amount in left.items():
        meter = home.main.get_by_role("meter", name=home.say("web.home.left_of", name=name))
        expect(meter).to_have_attribute("aria-valuenow", str(amount))

    minutes = home.main.get_by_role("meter").first
    before = int(minutes.get_attribute("aria-valuenow") or 0)
    demo.use(somebody.number, "call", 60, FRIEND)
    home.page.reload()
    expect(minutes).to_have_attribute("aria-valuenow", str(before - 60))


@at_every_look
def test_a07_a_detail_is_ordered_for_a_period_and_charges_have_a_history(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    api = demo.session(somebody)
    before = api.balance
    home.open("/statistics?period=week")
    price = home.main.locator("#detail dd")
    expect(price).to_have_text(home.money("1.06"))
    quote = home.ask(home.say("web.statistics.order"))
    assert home.money("1.06") in quote
    assert api.balance == before
    home.confirm()
    home.go_on()
    assert api.balance == before - Decimal("1.06")

    home.main.locator("#orders a.row").first.click()
    home.page.wait_for_url("**/statistics/detail/*")
    expect(home.main.locator("h1")).to_have_text(home.say("page.detail"))
    records = api.get("detail", limit="100")
    shown = home.main.locator("details.record")
    expect(shown).to_have_count(len(records["items"]))
    with home.page.expect_download() as download:
        link = home.say("web.papers.as", what=home.say("page.detail"), format="CSV")
        home.main.get_by_role("link", name=link).click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert len(rows) - 1 >= len(records["items"]) > 0

    home.open("/payments")
    first = home.main.locator(".day + .rows li").first
    expect(first).to_contain_text(flat(home.words.signed(-hryvnias("1.06"))))
    assert api.get("movements")["items"][0]["amount"]["amount"] == "-1.06"


@at_every_look
def test_a08_a_tariff_is_changed_and_earlier_changes_are_listed(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    api = demo.session(somebody)
    before = api.balance
    talk = home.name("tariff", "talk")
    home.open("/tariffs")
    expect(home.main.locator("#mine")).to_have_text(
        home.name("tariff", api.get("home")["tariff"]["id"])
    )
    quote = home.ask(f"{home.say('web.tariffs.change')} {talk}")
    assert home.say("quote.change_tariff", tariff=talk) in quote
    assert home.money("20.00") in quote
    home.confirm()
    home.go_on()
    expect(home.main.locator(".notice")).to_contain_text(talk)
    assert api.balance == before - 20
    assert api.get("home")["pending_tariff"]["id"] == "talk"

    home.has_asked_and_done(home.say("web.tariffs.withdraw"))
    expect(home.main.locator(".notice")).to_have_count(0)
    assert api.get("home")["pending_tariff"] is None
    assert api.balance == before

    changes = api.get("tariff-changes")["items"]
    listed = home.main.locator("section[aria-labelledby=history] li")
    expect(listed).to_have_count(len(changes))
    home.see(home.say("web.tariffs.first", tariff=first_tariff(home, changes)))


def first_tariff(home: Cabinet, changes: list[dict[str, dict[str, str]]]) -> str:
    return home.name("tariff", changes[-1]["to_tariff"]["id"])


@at_every_look
def test_a09_a_service_is_switched_on_and_off(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    api = demo.session(somebody)
    before = api.balance
    service = home.name("service", "hidden-number")
    home.open("/services")
    quote = home.ask(f"{home.say('web.services.on')} {service}")
    assert home.money("0.80") in quote
    home.confirm()
    home.go_on()
    expect(home.main.locator("section#mine")).to_contain_text(service)
    assert api.balance == before - Decimal("0.80")
    number = somebody.number
    eventually(lambda: demo.network(number)["services"], lambda on: "hidden-number" in on)

    home.has_asked_and_done(f"{home.say('web.services.off')} {service}")
    expect(home.main.locator("section#available")).to_contain_text(service)
    eventually(lambda: demo.network(number)["services"], lambda on: "hidden-number" not in on)


@at_every_look
def test_a09_calls_are_forwarded_to_a_number(home: Cabinet, demo: Demo, somebody: Somebody) -> None:
    home.open("/services")
    section = home.main.locator("section#forwarding")
    busy = section.locator("li").filter(has=home.page.locator("input[name=kind][value=busy]"))
    busy.locator("summary").filter(has_text=home.say("web.services.forward_set")).click()
    home.fill("to", "094 800 11", busy)
    home.press(home.say("web.services.forward"), busy)
    expect(busy.locator(".error")).to_be_visible()

    home.fill("to", FRIEND, busy)
    home.has_asked_and_done(home.say("web.services.forward"), busy)
    number = somebody.number
    facts = eventually(lambda: demo.network(number)["forwarding"])
    assert facts == [{"kind": "busy", "to": FRIEND}]

    home.has_done(f"{home.say('web.services.off')} {home.say('forwarding.busy')}")
    eventually(lambda: demo.network(number)["forwarding"], lambda facts: not facts)


@at_every_look
def test_a10_points_are_exchanged_for_a_gift(home: Cabinet, demo: Demo, somebody: Somebody) -> None:
    api = demo.session(somebody)
    seen = api.get("loyalty")
    gift = min(seen["gifts"], key=lambda gift: int(gift["points"]))
    name = home.name("gift", gift["id"])
    home.open("/loyalty")
    home.see(home.say("unit.point", n=seen["points"]))
    home.has_asked_and_done(f"{home.say('web.loyalty.take')} {name}")
    expect(home.main.locator("section[aria-labelledby=moves] li").first).to_contain_text(name)
    after = api.get("loyalty")
    assert after["points"] == seen["points"] - gift["points"]
    earned = [move for move in after["history"] if move["points"] > 0]
    assert len(earned) > 0


@at_every_look
def test_a11_settings_are_kept_and_a_lost_sim_is_blocked(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    api = demo.session(somebody)
    home.open("/profile")
    notice = home.say("notice.buy_package")
    switch = home.main.locator("form", has=home.page.locator("[value=buy_package]"))
    pressed = switch.get_by_role("button", pressed=True)
    home.has_done(notice, switch)
    expect(switch.get_by_role("button", pressed=False)).to_be_visible()
    settings = {item["id"]: item["on"] for item in api.get("notices")["items"]}
    assert settings["buy_package"] is False
    home.has_done(notice, switch)
    expect(pressed).to_be_visible()

    home.has_asked_and_done(home.say("web.lost.block"))
    number = somebody.number
    eventually(lambda: demo.network(number)["bars"])
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        api.get("home")  # whoever else was logged in, perhaps on the lost phone, is so no more
    assert demo.session(somebody).get("home")["line"]["blocked"] is True
    home.open("/home")
    home.see(home.say("web.home.blocked"))
    home.has_asked_and_done(home.say("web.home.unblock"))
    eventually(lambda: not demo.network(number)["bars"])


@at_every_look
def test_a12_help_answers_what_is_asked_most(home: Cabinet) -> None:
    home.open("/help")
    questions = home.main.locator(".prose h2")
    assert questions.count() >= 5
    assert all(text.strip().endswith("?") for text in questions.all_inner_texts())
    sections = home.main.get_by_role("navigation", name=home.say("web.help.sections"))
    for address in sections.get_by_role("link").evaluate_all("links => links.map(a => a.pathname)"):
        home.open(address)
        expect(home.main.locator(".prose h1")).to_be_visible()


@at_every_look
def test_a13_a_voucher_tops_up_once_and_one_sees_that_it_arrived(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    api = demo.session(somebody)
    before = api.balance
    code, amount = somebody.vouchers[0], somebody.voucher_amount
    do = home.say("web.home.top_up")
    home.open("/topup")
    home.fill("code", "12345")
    home.press(do)
    expect(home.main.locator(".error")).to_have_text(home.say("problem.code_format", digits=16))
    home.fill("code", " ".join(code[at : at + 4] for at in range(0, 16, 4)))
    home.has_done(do)
    assert api.balance == before + amount
    assert balance_on(home) == home.money(api.balance, exact=True)

    home.main.get_by_role("link", name=home.say("page.payments")).click()
    home.page.wait_for_url("**/payments?show=received")
    first = home.main.locator(".rows li").first
    expect(first).to_contain_text(home.say("entry.top_up"))
    expect(first).to_contain_text(flat(home.words.signed(hryvnias(amount))))

    home.open("/topup")
    home.fill("code", code)
    home.press(do)
    home.is_refused("voucher_used")
    assert api.balance == before + amount
