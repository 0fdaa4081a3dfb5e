"""From the top-up page to a provider and back, for guests and for those who are logged in."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from abonent.main.compose import Application, Ground, Site
from abonent.operations.money.payments import pay_path
from abonent.operations.money.providers import MOST_OPENED
from abonent.operations.ports import Checkout, PaymentOrder
from abonent.store.database import Database
from tests.fixtures.house import House
from tests.fixtures.payments import VISA, Till, till
from tests.profiles import SHIPPED
from tests.web.stage import Browser, said, text_of, wordings

pytestmark = pytest.mark.anyio

NOBODY = "380949999999"
SIGNED = {"signature": "right"}


@dataclass
class Counter:
    """A browser, and the provider that the program is connected to."""

    browser: Browser
    till: Till

    async def pays(self, amount: str, to: str = "") -> str:
        """Through the forms of a guest or a person; the link that the receipt gives."""
        page = await self.browser.get("/topup")
        fields = {"amount": amount, "to": to, "back": "/topup"}
        asked = await self.browser.post("/do/top_up_by_card", page, **fields)
        assert asked.status_code == 303, text_of(asked)
        quote = await self.browser.get(asked.headers["location"])
        confirm = asked.headers["location"].partition("?")[0] + "/confirm"
        done = await self.browser.post(confirm, quote, back="/topup")
        receipt = await self.browser.get(done.headers["location"])
        assert 'href="/pay/' in receipt.text
        return "/pay/" + receipt.text.partition('href="/pay/')[2].partition('"')[0]


@pytest.fixture
async def counter(db: Database) -> AsyncIterator[Counter]:
    house = House(db)
    at = till(house)
    ground = Ground(db, house.env, house.runner, wordings(SHIPPED))
    application = Application(ground, Site(tls=False)).asgi()
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        client.headers["Accept-Language"] = "en"
        yield Counter(Browser(client, house), at)


async def test_a_guest_tops_up_a_number(counter: Counter) -> None:
    line = await counter.till.house.subscriber("1.00")
    link = await counter.pays("100", line.number)
    gone = await counter.browser.get(link)
    id = int(link.rsplit("/", 1)[1])
    assert (gone.status_code, gone.headers["location"]) == (303, f"https://pay.example/{id}")
    assert counter.till.provider.opened[0].language == "en"
    waiting = await counter.browser.get(f"{link}/back")
    assert waiting.headers["refresh"]
    assert "Waiting for the payment" in text_of(waiting)
    await counter.till.told(await counter.till.payment(id))
    arrived = await counter.browser.get(f"{link}/back")
    assert "refresh" not in arrived.headers
    assert "The payment arrived" in text_of(arrived)
    assert line.number not in text_of(arrived).replace(" ", "")
    again = await counter.browser.get(link)
    assert again.headers["location"] == f"{link}/back"


async def test_a_person_tops_up_the_own_account(counter: Counter) -> None:
    line = await counter.till.house.subscriber("1.00", language="en")
    await counter.browser.log_in(line)
    link = await counter.pays("100")
    payment = await counter.till.payment(int(link.rsplit("/", 1)[1]))
    assert payment.account == line.account
    unfinished = await counter.browser.get("/payments?show=received")
    assert f'href="{link}"' in unfinished.text
    assert "not paid yet" in text_of(unfinished)
    await counter.till.told(payment, "failed", reason="no_funds")
    assert "too little money on the card" in text_of(await counter.browser.get(f"{link}/back"))
    listed = await counter.browser.get("/payments?show=received")
    assert f'href="{link}"' not in listed.text
    assert "did not go through" in text_of(listed)


async def test_strangers_see_the_same_whatever_the_number_is(counter: Counter) -> None:
    line = await counter.till.house.subscriber("1.00")
    seen = []
    for number in (line.number, NOBODY):
        link = await counter.pays("100", number)
        gone = await counter.browser.get(link)
        back = await counter.browser.get(f"{link}/back")
        id = link.rsplit("/", 1)[1]
        seen.append((gone.status_code, text_of(back).replace(id, "")))
    assert seen[0] == seen[1]


async def test_who_is_logged_in_learns_no_more_of_a_number_before_it_is_paid(
    counter: Counter,
) -> None:
    """Otherwise a try without paying would say which numbers there are."""
    house = counter.till.house
    payer, friend = await house.subscriber(), await house.subscriber()
    await counter.browser.log_in(payer)
    listed = []
    for number in (friend.number, NOBODY):
        await counter.pays("100", number)
        page = text_of(await counter.browser.get("/payments?show=received"))
        listed.append(page.replace(" ", "").count(number[3:]))
    assert listed == [0, 0]
    first = await house.rows("SELECT id FROM payment ORDER BY id")
    await counter.till.told(await counter.till.payment(first[0][0]))
    page = text_of(await counter.browser.get("/payments?show=received"))
    assert friend.number[3:] in page.replace(" ", "")


async def test_guests_at_one_address_do_not_see_each_other_s_quotes(counter: Counter) -> None:
    line = await counter.till.house.subscriber()
    page = await counter.browser.get("/topup")
    fields = {"amount": "100", "to": line.number, "back": "/topup"}
    asked = await counter.browser.post("/do/top_up_by_card", page, **fields)
    quote = asked.headers["location"]
    assert (await counter.browser.get(quote)).status_code == 200
    counter.browser.client.cookies.clear()
    assert (await counter.browser.get(quote)).headers["location"] == "/login"
    other = await counter.browser.get("/topup")
    confirm = quote.partition("?")[0] + "/confirm"
    taken = await counter.browser.post(confirm, other, back="/topup")
    assert taken.status_code in (303, 404)
    assert await counter.till.house.rows("SELECT id FROM payment") == []


async def test_the_receipt_of_a_payment_says_what_was_paid(counter: Counter) -> None:
    house = counter.till.house
    payer, friend = await house.subscriber(language="en"), await house.subscriber()
    await counter.browser.log_in(payer)
    link = await counter.pays("100", friend.number)
    payment = await counter.till.payment(int(link.rsplit("/", 1)[1]))
    receipt = f"/receipts/{payment.id}?format=pdf"
    assert "Paid by card" not in said(await counter.browser.get(receipt))
    await counter.till.told(payment)
    assert "Paid by card ₴100.00" in said(await counter.browser.get(receipt))


async def test_what_a_stranger_began_is_not_listed_until_it_is_paid(counter: Counter) -> None:
    house = counter.till.house
    line = await house.subscriber()
    payment = await counter.till.begun_by_guest(line.number, "77")
    await counter.browser.log_in(line)
    assert "77" not in text_of(await counter.browser.get("/payments?show=received"))
    await counter.till.told(payment)
    assert "+77" in text_of(await counter.browser.get("/payments?show=received"))


async def test_a_link_that_is_not_ours_leads_nowhere(counter: Counter) -> None:
    line = await counter.till.house.subscriber()
    link = await counter.pays("100", line.number)
    signature, id = link.split("/")[2:]
    for wrong in (
        f"/pay/{'0' * 32}/{id}",
        f"/pay/{signature}/{int(id) + 1}",
        f"/pay/{signature}/x",
        f"/pay/{signature}/{id}0",
    ):
        for path in (wrong, f"{wrong}/back"):
            assert (await counter.browser.get(path)).status_code == 404, path
    assert counter.till.provider.opened == []


async def test_a_provider_that_fails_is_asked_again(counter: Counter) -> None:
    link = await counter.pays("100", NOBODY)
    counter.till.provider.faults = [ConnectionError("500"), TimeoutError()]
    for _ in range(2):
        page = await counter.browser.get(link)
        assert page.status_code == 503
        assert "The provider does not answer" in text_of(page)
        assert f'href="{link}"' in page.text
    assert (await counter.browser.get(link)).status_code == 303


async def test_whose_card_would_be_kept_for_another_is_told_and_it_is_not(
    counter: Counter,
) -> None:
    house, client = counter.till.house, counter.browser.client
    line = await house.subscriber()
    payment = await counter.till.begun(line, keep="yes")
    link = pay_path(house.env, payment.id)
    page = await counter.browser.get(link)
    assert page.status_code == 200
    assert "Your card is not kept" in text_of(page)
    assert counter.till.provider.opened == []
    assert (await client.post(link, data={})).status_code == 403
    gone = await counter.browser.post(link, page, back=link)
    assert gone.headers["location"] == link
    assert (await counter.browser.get(link)).headers["location"].startswith("https://pay.example/")
    await counter.till.told(payment, means=VISA)
    assert await house.rows("SELECT id FROM payment_means") == []
    own = await counter.till.begun(line, keep="yes")
    await counter.browser.log_in(line)
    assert (await counter.browser.get(pay_path(house.env, own.id))).status_code == 303
    assert counter.till.provider.opened[-1].keep_means


async def test_a_page_that_is_opened_without_end_asks_the_provider_no_more(
    counter: Counter,
) -> None:
    link = await counter.pays("100", NOBODY)
    for _ in range(MOST_OPENED):
        assert (await counter.browser.get(link)).status_code == 303
    page = await counter.browser.get(link)
    assert page.status_code == 429
    assert "Too many tries" in page.text
    assert len(counter.till.provider.opened) == MOST_OPENED


async def test_a_provider_that_wants_a_form_gets_one_with_one_button(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def form(order: PaymentOrder) -> Checkout:
        fields = {"data": f"<{order.payment}>", "signature": "abc"}
        return Checkout("https://pay.example/checkout", fields)

    monkeypatch.setattr(counter.till.provider, "open", form)
    link = await counter.pays("100", NOBODY)
    page = await counter.browser.get(link)
    assert '<form method="post" action="https://pay.example/checkout">' in page.text
    assert 'name="data" value="&lt;' in page.text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://pay.example" in policy


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example", "x"])
async def test_nobody_is_led_to_where_the_provider_does_not_live(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    async def elsewhere(_order: PaymentOrder) -> Checkout:
        return Checkout(url)

    monkeypatch.setattr(counter.till.provider, "open", elsewhere)
    page = await counter.browser.get(await counter.pays("100", NOBODY))
    assert page.status_code == 503


async def test_a_provider_may_send_the_payer_back_by_a_form(counter: Counter) -> None:
    link = await counter.pays("100", NOBODY)
    back = await counter.browser.client.post(f"{link}/back", data={"status": "success"})
    assert (back.status_code, back.headers["location"]) == (303, f"{link}/back")
    assert (await counter.browser.client.post(f"/pay/x{link[5:]}/back")).status_code == 404


async def test_what_is_wrong_is_said_beside_the_fields(counter: Counter) -> None:
    page = await counter.browser.get("/topup")
    fields = {"amount": "1", "to": NOBODY, "back": "/topup"}
    again = await counter.browser.post("/do/top_up_by_card", page, **fields)
    assert again.status_code == 422
    assert "5" in text_of(again)
    assert f'value="{NOBODY}"' in again.text


async def test_a_suggested_amount_is_put_into_the_field(counter: Counter) -> None:
    assert 'value="150.00"' in (await counter.browser.get("/topup?amount=150.00")).text


async def test_a_guest_without_a_proposal_has_to_log_in(counter: Counter) -> None:
    for path in ("/proposals/1", "/receipts/1"):
        answer = await counter.browser.get(path)
        assert answer.headers["location"] == "/login", path


async def test_kept_cards_are_listed_and_forgotten(counter: Counter) -> None:
    house = counter.till.house
    line = await house.subscriber()
    await counter.till.told(await counter.till.begun(line, keep="yes"), means=VISA)
    [(means,)] = await house.rows("SELECT id FROM payment_means")
    await counter.browser.log_in(line)
    page = await counter.browser.get("/topup")
    assert f'name="means" value="{means}"' in page.text
    fields = {"means": str(means), "back": "/topup"}
    asked = await counter.browser.post("/do/remove_payment_means", page, **fields)
    confirm = asked.headers["location"].partition("?")[0] + "/confirm"
    await counter.browser.post(confirm, page, back="/topup")
    assert VISA.label not in (await counter.browser.get("/topup")).text


async def test_without_a_provider_the_page_says_so(browser: Browser) -> None:
    assert "Cards are not taken right now" in text_of(await browser.get("/topup"))


async def test_a_webhook_is_believed_when_it_is_signed(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    house, client = counter.till.house, counter.browser.client
    line = await house.subscriber()
    payment = await counter.till.begun(line)
    body = json.dumps({"id": "evt-secret", "payment": payment.id, "amount": 100_00}).encode()
    path = "/webhooks/payments/demo"
    for headers in ({}, {"signature": "wrong"}):
        refused = await client.post(path, content=body, headers=headers)
        assert (refused.status_code, refused.json()) == (400, {"code": "refused"})
    assert await house.balance(line) == "0.00"
    for _ in range(2):
        assert (await client.post(path, content=body, headers=SIGNED)).status_code == 200
    assert await house.balance(line) == "100.00"
    assert (await client.post("/webhooks/payments/nobody", content=body)).status_code == 404
    assert (await client.get(path)).status_code == 405
    assert "evt-secret" not in caplog.text


async def test_a_webhook_may_not_be_long(counter: Counter) -> None:
    body = b"x" * 70_000
    answer = await counter.browser.client.post("/webhooks/payments/demo", content=body)
    assert answer.status_code == 413
