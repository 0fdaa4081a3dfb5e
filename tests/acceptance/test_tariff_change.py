"""B11: the current tariff in detail; a change begins on the 1st and can be withdrawn before."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet, flat, hryvnias
from tests.fixtures.chromium import at_both_widths
from tests.fixtures.demo import Demo, Session, Somebody
from tests.fixtures.program import Program

KYIV = ZoneInfo("Europe/Kyiv")
WANTED = "calm"
CHANGE = Decimal("20.00")


@pytest.fixture
def base_url(own_program: Program) -> str:
    return own_program.url


@pytest.fixture
def resident(own_demo: Demo) -> Somebody:
    """Somebody with money for a change and for the next month, on the 17th of a month."""
    somebody = own_demo.person("prepaid")
    today = datetime.fromisoformat(own_demo.now).astimezone(KYIV)
    month = today if today.day < 17 else first_after(today)
    own_demo.move_to(month.replace(day=17, hour=12, minute=0, second=0).isoformat())
    for code in somebody.vouchers[:2]:
        done = own_demo.session(somebody).ask("top_up_by_voucher", code=code)
        done.raise_for_status()
    return somebody


def first_after(day: datetime) -> datetime:
    """When the next month begins, by the same clock."""
    following = day.replace(day=28) + timedelta(days=4)
    return following.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@at_both_widths
def test_b11_the_current_tariff_is_shown_in_detail(
    cabinet: Cabinet, own_demo: Demo, resident: Somebody
) -> None:
    api = own_demo.session(resident)
    now = api.get("tariffs")
    mine = next(card for card in now["items"] if card["id"] == now["current"])
    cabinet.log_in(resident)
    cabinet.open("/tariffs")
    shown = cabinet.main.locator("section[aria-labelledby=mine]")
    expect(shown.locator("#mine")).to_have_text(cabinet.name("tariff", mine["id"]))
    expect(shown.locator(".figure")).to_have_text(cabinet.money(mine["monthly_fee"], exact=True))
    for row in mine["included"]:
        expect(shown).to_contain_text(cabinet.name("bucket", row["bucket"]["id"]))
    shown.locator("details > summary").click()
    prices = flat(shown.locator("dl").inner_text())
    paid = [rate["price"] for rate in mine["rates"] if Decimal(rate["price"]["amount"])]
    assert paid
    for price in paid:
        assert cabinet.money(price) in prices


@at_both_widths
def test_b11_a_change_of_the_17th_is_seen_and_withdrawn_and_its_price_comes_back(
    cabinet: Cabinet, own_demo: Demo, resident: Somebody
) -> None:
    api = own_demo.session(resident)
    before, first = api.balance, first_after(moment(own_demo))
    cabinet.log_in(resident)
    quote = changes(cabinet)
    assert flat(cabinet.words.format.day(first, with_year=False)) in quote
    assert cabinet.money(CHANGE) in quote
    assert api.balance == before - CHANGE
    is_seen_to_come(cabinet, first)

    back = cabinet.ask(cabinet.say("web.tariffs.withdraw"))
    assert cabinet.say("term.fee_returned", amount=hryvnias(CHANGE)) in back
    cabinet.confirm()
    cabinet.go_on()
    expect(cabinet.main.locator(".notice")).to_have_count(0)
    assert api.balance == before
    moved = [item["amount"]["amount"] for item in api.get("movements")["items"][:2]]
    assert moved == [str(CHANGE), str(-CHANGE)]
    own_demo.move_to(first.isoformat())
    assert tariff(own_demo.session(resident)) != WANTED


@at_both_widths
def test_b11_a_change_of_the_17th_begins_on_the_1st_of_the_next_month(
    cabinet: Cabinet, own_demo: Demo, resident: Somebody
) -> None:
    cabinet.log_in(resident)
    old, first = tariff(own_demo.session(resident)), first_after(moment(own_demo))
    changes(cabinet)

    own_demo.move_to((first - timedelta(minutes=2)).isoformat())
    assert tariff(own_demo.session(resident)) == old
    cabinet.log_in(resident)
    is_seen_to_come(cabinet, first)

    own_demo.move_to(first.isoformat())
    cabinet.open("/tariffs")
    expect(cabinet.main.locator("#mine")).to_have_text(cabinet.name("tariff", WANTED))
    expect(cabinet.main.locator(".notice")).to_have_count(0)
    late = own_demo.session(resident).ask("withdraw_tariff_change", confirm=True)
    assert late.json()["code"] == "no_pending_change"


def changes(cabinet: Cabinet) -> str:
    """Ask for the other tariff and go on; what the quote said."""
    cabinet.open("/tariffs")
    wanted = cabinet.name("tariff", WANTED)
    quote = cabinet.ask(f"{cabinet.say('web.tariffs.change')} {wanted}")
    cabinet.confirm()
    cabinet.go_on()
    return quote


def is_seen_to_come(cabinet: Cabinet, first: datetime) -> None:
    """Home and the page of tariffs say which tariff comes; the latter, when."""
    wanted = cabinet.name("tariff", WANTED)
    cabinet.open("/home")
    expect(cabinet.main.locator(".notice").first).to_contain_text(wanted)
    cabinet.open("/tariffs")
    notice = cabinet.main.locator(".notice")
    expect(notice).to_contain_text(wanted)
    expect(notice).to_contain_text(cabinet.words.format.day(first, with_year=False))


def moment(demo: Demo) -> datetime:
    return datetime.fromisoformat(demo.now).astimezone(KYIV)


def tariff(api: Session) -> str:
    return str(api.get("home")["tariff"]["id"])
