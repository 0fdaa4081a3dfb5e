"""Looking up whether a payment has arrived."""

import pytest

from tests.web.stage import Browser, text_of

pytestmark = pytest.mark.anyio

CODE = "1234567890123450"


async def test_a_payment_that_arrived_is_among_what_was_received(browser: Browser) -> None:
    house = browser.house
    line = await house.subscriber("50.00")
    await house.done(line, "top_up_by_voucher", code=await house.voucher(CODE, "70.00"))
    await house.done(line, "buy_package", package="sms-50")
    await browser.log_in(line)
    topup = await browser.get("/topup")
    assert 'href="/payments?show=received"' in topup.text
    everything = text_of(await browser.get("/payments"))
    assert "+70" in everything
    assert "−25" in everything
    received = text_of(await browser.get("/payments?show=received"))
    assert "+70" in received
    assert "−25" not in received


async def test_what_was_received_is_downloaded_alone(browser: Browser) -> None:
    house = browser.house
    line = await house.subscriber("50.00")
    await house.done(line, "buy_package", package="sms-50")
    await browser.log_in(line)
    page = await browser.get("/payments?show=received")
    assert "/payments?show=received&amp;format=csv" in page.text
    rows = (await browser.get("/payments?show=received&format=csv")).text.splitlines()
    assert [row.split(",")[-2] for row in rows[1:]] == ["50.00"]
    assert len((await browser.get("/payments?format=csv")).text.splitlines()) == 3


async def test_nothing_else_can_be_shown(browser: Browser) -> None:
    await browser.log_in(await browser.house.subscriber())
    assert (await browser.get("/payments?show=secrets")).status_code == 404
