"""A10, B7, B21, D9, D10, E4 and E11: bonuses, the fee of detail, and what moved on the account."""

import re
from datetime import date, timedelta
from decimal import Decimal

from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet, flat
from tests.fixtures.demo import Demo, Session, demo_of, eventually
from tests.fixtures.program import Program, with_all_rules

pytestmark = with_all_rules

FRIEND = "380948001122"


def bonus(session: Session, id: str) -> Decimal:
    """How much there is of it; what a line neither earns nor has is not listed."""
    listed = {each["id"]: each["amount"]["amount"] for each in session.get("loyalty")["bonuses"]}
    return Decimal(listed.get(id, 0))


def top_up(demo: Demo, session: Session, code: str) -> None:
    done = session.ask("top_up_by_voucher", code=code)
    assert done.status_code == 200, done.text


def test_a10_a_gift_is_a_discount_and_another_is_sent_to_an_address(
    cabinet: Cabinet, demo: Demo
) -> None:
    somebody = demo.person("prepaid", 1)
    api = demo.session(somebody)
    cabinet.log_in(somebody)
    cabinet.open("/loyalty")
    before = api.get("loyalty")
    name = cabinet.name("gift", "cup")
    tile = cabinet.main.locator("li", has=cabinet.page.get_by_role("heading", name=name)).first
    tile.locator("details.opens > summary").click()
    cabinet.press(cabinet.say("web.loyalty.order"), tile)
    expect(cabinet.main.locator(".error").first).to_be_visible()
    tile = cabinet.main.locator("li", has=cabinet.page.get_by_role("heading", name=name)).first
    cabinet.fill("receiver", "Олена Коваль", tile)
    cabinet.fill("address", "04070, Київ, Поділ, 7", tile)
    quote = cabinet.ask(cabinet.say("web.loyalty.order"), tile)
    assert flat(cabinet.say("term.parcel")) in quote
    cabinet.confirm()
    after = api.get("loyalty")
    assert after["points"] == before["points"] - 40
    assert [parcel["state"]["id"] for parcel in after["parcels"]] == ["ordered"]
    said = str(api.get("journal")) + str(api.get("movements"))
    assert "Поділ" not in said


def test_d9_bonuses_of_home_internet_are_passed_to_a_mobile_number(
    cabinet: Cabinet, demo: Demo
) -> None:
    home, mobile = demo.person("internet"), demo.person("prepaid")
    api, theirs = demo.session(home), demo.session(mobile)
    top_up(demo, api, home.vouchers[0])
    had, begun = bonus(api, "home-internet"), bonus(theirs, "home-internet")
    assert had > 0
    cabinet.log_in(home)
    cabinet.open("/loyalty")
    tile = cabinet.main.locator("#bonus-home-internet")
    cabinet.fill("to", mobile.number, tile)
    cabinet.fill("amount", "3", tile)
    quote = cabinet.ask(cabinet.say("web.loyalty.pass"), tile)
    assert mobile.number in quote
    cabinet.confirm()
    assert bonus(api, "home-internet") == had - 3
    assert bonus(theirs, "home-internet") == begun + 3
    eventually(lambda: [s for s in demo.inbox(mobile.number) if "3" in s["text"]])


def test_d10_detail_costs_more_once_a_month_after_the_first_months(
    own_program: Program,
) -> None:
    with demo_of(own_program) as demo:
        new = demo.person("prepaid_new")
        theirs = demo.session(new)
        top_up(demo, theirs, new.vouchers[0])
        assert [_paid_for_detail(theirs) for _ in range(2)] == ["1.06", "1.06"]

        month = date.fromisoformat(demo.now[:10]).replace(day=1)
        following = (month + timedelta(days=32)).replace(day=2)
        demo.move_to(f"{following}T12:00:00Z")
        somebody = demo.person("three_lines")
        known = demo.session(somebody)
        for code in somebody.vouchers[:2]:
            top_up(demo, known, code)
        assert [_paid_for_detail(known) for _ in range(3)] == ["5.31", "1.06", "1.06"]
        assert known.get("usage")["detail_price"]["amount"] == "1.06"
        assert len(known.get("usage")["orders"]) >= 3
        assert known.get("detail")["order"]["price"]["amount"] == "1.06"


def test_e4_cashback_is_shown_at_home_and_exchanged_for_money(cabinet: Cabinet, demo: Demo) -> None:
    somebody = demo.person("prepaid", 2)
    api = demo.session(somebody)
    top_up(demo, api, somebody.vouchers[0])
    had, money = bonus(api, "cashback"), api.balance
    assert had > 0
    cabinet.log_in(somebody)
    cabinet.see(cabinet.name("bonus", "cashback"))
    cabinet.open("/loyalty")
    tile = cabinet.main.locator("#bonus-cashback")
    cabinet.fill("amount", "1.50", tile)
    cabinet.ask(cabinet.say("web.loyalty.exchange"), tile)
    cabinet.confirm()
    assert bonus(api, "cashback") == had - Decimal("1.50")
    assert api.balance == money + Decimal("1.50")


def test_e11_points_are_seen_and_spent(cabinet: Cabinet, demo: Demo) -> None:
    somebody = demo.person("family")
    api = demo.session(somebody)
    seen = api.get("loyalty")
    gift = min((g for g in seen["gifts"] if g["points"]), key=lambda g: int(g["points"]))
    cabinet.log_in(somebody)
    cabinet.open("/loyalty")
    cabinet.see(cabinet.say("unit.point", n=seen["points"]))
    cabinet.has_asked_and_done(
        f"{cabinet.say('web.loyalty.take')} {cabinet.name('gift', gift['id'])}"
    )
    assert api.get("loyalty")["points"] == seen["points"] - gift["points"]


def test_b7_movements_and_payments_have_a_history_and_a_future(
    cabinet: Cabinet, demo: Demo
) -> None:
    somebody = demo.person("prepaid")
    api = demo.session(somebody)
    top_up(demo, api, somebody.vouchers[1])
    newest = api.get("movements")["items"]
    assert any(Decimal(item["amount"]["amount"]) == somebody.voucher_amount for item in newest[:5])
    ahead = api.get("due")
    assert {"items", "next", "days_left", "top_up", "top_up_by"} <= ahead.keys()
    cabinet.log_in(somebody)
    cabinet.open("/payments")
    cabinet.see(cabinet.say("web.due.title"))
    rows = cabinet.main.locator("#ahead li")
    assert rows.count() == len(ahead["items"])
    cabinet.open("/payments?show=received")
    expect(cabinet.main.locator(".rows li").first).to_be_visible()


def test_b21_money_buckets_and_counts_are_live(cabinet: Cabinet, demo: Demo) -> None:
    somebody = demo.person("prepaid", 1)
    api = demo.session(somebody)
    cabinet.log_in(somebody)
    figure = cabinet.main.locator(".hero .figure .money")
    before = api.get("home")
    demo.use(somebody.number, "sms", 5, FRIEND)
    demo.use(somebody.number, "call", 600, "00491701234567")
    after = api.get("home")
    assert after["balance"] != before["balance"] or after["buckets"] != before["buckets"]
    cabinet.page.reload()
    assert flat(figure.inner_text()) == cabinet.money(after["balance"], exact=True)
    usage = api.get("usage")
    assert sum(kind["count"] for kind in usage["kinds"] if kind["kind"] == "sms") >= 1
    assert re.fullmatch(r"-?[0-9]+\.[0-9]{2}", after["balance"]["amount"])


def _paid_for_detail(api: Session) -> str:
    """What today's detail cost, which was shown before."""
    seen, held = api.get("usage"), api.balance
    days = {"from": seen["last_day"], "to": seen["last_day"]}
    done = api.ask("order_detail", confirm=True, **days)
    assert done.status_code == 200, done.text
    spent = held - api.balance
    assert spent == Decimal(seen["detail_price"]["amount"])
    return str(spent)
