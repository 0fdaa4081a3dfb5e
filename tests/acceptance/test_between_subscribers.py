"""B16, E9 and E11: money lent to subscribers and moved between them, and calls paid by others."""

import re
from decimal import Decimal
from typing import Any

import httpx
from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet, flat, hryvnias
from tests.fixtures.chromium import at_both_widths
from tests.fixtures.demo import Demo, Session, Somebody, eventually
from tests.fixtures.program import with_all_rules

pytestmark = with_all_rules

CODE = re.compile(r"\b[0-9]{6}\b")


def newest_code(demo: Demo, number: str, amount: str) -> str:
    """The code of the newest message that says the sum, too."""

    def texts() -> list[str]:
        return [text for each in demo.inbox(number) if amount in (text := each["text"])]

    told = eventually(texts, lambda found: any(map(CODE.search, found)))
    return next(code[0] for code in map(CODE.search, told) if code)


def transferred(demo: Demo, sender: Somebody, to: str, amount: str) -> str:
    """By the API, with the code that came by SMS; the receipt's id."""
    api = demo.session(sender)
    asked = api.ask("transfer_money", to=to, amount=amount)
    assert asked.status_code == 202, asked.text
    assert asked.json()["outcome"] == "prove"
    proposal = asked.json()["proposal"]
    code = newest_code(demo, sender.number, amount.removesuffix(".00").replace(".", ","))
    post(api, f"proposals/{proposal}/prove", code=code)
    done = post(api, f"proposals/{proposal}/confirm")
    assert done["outcome"] == "done"
    receipt: str = done["receipt"]["id"]
    return receipt


def post(api: Session, path: str, **body: object) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {api.token}"}
    answer = api.client.post(f"/api/v1/{path}", json=body, headers=headers)
    shown: dict[str, Any] = answer.raise_for_status().json()
    return shown


def agreed(answer: httpx.Response) -> dict[str, Any]:
    shown: dict[str, Any] = answer.raise_for_status().json()
    assert shown["outcome"] == "done"
    return shown


@at_both_widths
def test_b16_money_is_transferred_with_a_code_for_that_sum_and_that_number(
    home: Cabinet, demo: Demo, somebody: Somebody
) -> None:
    receiver = demo.person("company")
    api, theirs = demo.session(somebody), demo.session(receiver)
    before, had = api.balance, theirs.balance
    home.open("/topup")
    home.main.get_by_role("link", name=home.say("op.transfer_money")).click()
    home.page.wait_for_url("**/topup/transfer")
    home.fill("to", receiver.number)
    home.fill("amount", "1e308")
    home.press(home.say("web.transfer.do"))
    expect(home.main.locator(".error")).to_have_text(home.say("problem.amount_invalid"))

    home.fill("to", receiver.number)
    home.fill("amount", "7.31")
    home.press(home.say("web.transfer.do"))
    sheet = home.sheet("prove")
    home.fill("code", newest_code(demo, somebody.number, "7"), sheet)
    home.press(home.say("web.prove.do"), sheet)
    quote = flat(home.sheet("quote").inner_text())
    assert home.money("8.38") in quote
    assert home.say("term.transfer_fee", fee=hryvnias("1.07")) in quote
    assert home.money("7.31") in home.confirm()
    home.go_on()
    assert api.balance == before - Decimal("8.38")
    assert theirs.balance == had + Decimal("7.31")
    told = eventually(
        lambda: [m for m in demo.inbox(receiver.number) if somebody.number in m["text"]]
    )
    assert "7" in told[0]["text"]
    row = home.main.locator("section[aria-labelledby=latest] li").first
    expect(row).to_contain_text(home.say("op.ask_transfer_back"))


def test_e11_a_transfer_to_a_wrong_number_comes_back_if_its_receiver_agrees(demo: Demo) -> None:
    sender, stranger = demo.person("prepaid", 1), demo.person("family", 1)
    api, theirs = demo.session(sender), demo.session(stranger)
    before, had = api.balance, theirs.balance
    id = transferred(demo, sender, stranger.number, "12.00")
    assert theirs.balance == had + 12
    agreed(api.ask("ask_transfer_back", transfer=id, confirm=True))
    asked = eventually(
        lambda: [m for m in demo.inbox(stranger.number) if f"+{sender.number}" in m["text"]]
    )
    assert asked
    [mine] = [row for row in theirs.get("transfers")["items"] if row["id"] == id]
    assert (mine["state"], mine["direction"]) == ("asked", "in")
    agreed(theirs.ask("return_transfer", transfer=id, confirm=True))
    assert theirs.balance == had
    assert api.balance == before - Decimal("1.12")
    again = theirs.ask("return_transfer", transfer=id, confirm=True)
    assert again.json()["code"] == "transfer_not_asked"


def test_e11_whatever_is_wrong_with_the_receiver_is_said_alike(demo: Demo) -> None:
    api = demo.session(demo.person("prepaid", 0))
    postpaid = demo.person("postpaid").number
    for to in (postpaid, "380948880001", "380671112233"):
        answer = api.ask("transfer_money", to=to, amount="5.00")
        assert (answer.status_code, answer.json()["code"]) == (409, "transfer_not_accepted")
    for amount in ("-5", "0", "1.005", "NaN", "٥", "1e308"):
        answer = api.ask("transfer_money", to=postpaid, amount=amount)
        assert answer.status_code == 422, amount


def test_e9_a_promised_payment_is_lent_and_taken_back_from_the_next_money(
    cabinet: Cabinet, demo: Demo
) -> None:
    poor = demo.person("prepaid_low")
    cabinet.log_in(poor)
    api = demo.session(poor)
    before = api.balance
    largest = api.get("home")["promised"]
    offer = cabinet.say("web.promised.have", amount=hryvnias(largest))
    cabinet.main.get_by_role("link", name=offer).click()
    cabinet.page.wait_for_url("**/topup/promised")
    cabinet.main.locator("input[name=amount]").first.check()
    quote = cabinet.ask(cabinet.say("web.promised.do"))
    for term in ("promised_first", "promised_own_use", "promised_barred"):
        assert cabinet.say(f"term.{term}") in quote
    assert cabinet.money("2.00") in quote
    cabinet.confirm()
    cabinet.go_on()
    assert api.balance == before + 23
    owed = cabinet.main.locator("section[aria-labelledby=owed] .figure")
    expect(owed).to_contain_text("25")
    refused = api.ask("take_promised_payment", amount="25.00", confirm=True)
    assert refused.json()["code"] == "promised_open"
    kept = api.ask("transfer_money", to=demo.person("family").number, amount="20.00")
    assert kept.json()["code"] in {"transfer_too_much", "transfer_nothing_free"}

    api.ask("top_up_by_voucher", code=poor.vouchers[0]).raise_for_status()
    assert api.balance == before + 23 - 25 + poor.voucher_amount
    assert api.get("promised-payment")["owed"] is None
    moves = [move["what"] for move in api.get("movements")["items"][:4]]
    assert cabinet.say("entry.promised_repaid") in moves


def test_e9_what_is_not_given_back_on_its_day_bars_calls_until_it_is(own_demo: Demo) -> None:
    poor = own_demo.person("prepaid_low")
    shown = own_demo.dial(poor.number, "*111*123#")
    assert "25" in shown
    api = own_demo.session(poor)
    agreed(api.ask("take_promised_payment", amount="25.00", confirm=True))
    own_demo.use(poor.number, "call", 900, "380501234567")
    own_demo.move_by(4 * 86_400)
    eventually(lambda: own_demo.network(poor.number)["bars"])
    api = own_demo.session(poor)
    for code in poor.vouchers:
        api.ask("top_up_by_voucher", code=code)
    eventually(lambda: not own_demo.network(poor.number)["bars"])
    assert api.get("promised-payment")["owed"] is None


def test_e9_a_call_is_paid_by_the_other_side_once_it_has_agreed(demo: Demo) -> None:
    caller, payer = demo.person("prepaid", 0), demo.person("family", 0)
    ours, theirs = demo.session(caller), demo.session(payer)
    agreed(ours.ask("request_collect_call", to=payer.number, confirm=True))
    eventually(lambda: [m for m in demo.inbox(payer.number) if f"+{caller.number}" in m["text"]])
    [asked] = [row for row in theirs.get("collect-calls")["items"] if row["state"] == "asked"]
    agreed(theirs.ask("answer_collect_call", request=asked["id"], answer="yes", confirm=True))
    before = ours.balance
    [agreement] = [row for row in ours.get("collect-calls")["items"] if row["state"] == "agreed"]
    assert agreement["number"] == payer.number
    demo.use(caller.number, "call", 600, payer.number)
    assert ours.balance == before
    shown = ours.get("usage")
    assert shown["kinds"]
    agreed(theirs.ask("answer_collect_call", request=asked["id"], answer="no", confirm=True))
    states = {row["state"] for row in theirs.get("collect-calls")["items"]}
    assert "agreed" not in states
