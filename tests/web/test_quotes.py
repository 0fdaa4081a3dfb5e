"""What is shown before something is confirmed."""

import pytest

from abonent.accounts.model import Line
from tests.web.stage import Browser, text_of

pytestmark = pytest.mark.anyio

CODE = "1234567890123450"


async def quote_of(browser: Browser, line: Line, operation: str, **asked: str) -> str:
    await browser.log_in(line)
    page = await browser.get("/services")
    answer = await browser.post(f"/do/{operation}", page, back="/services", **asked)
    assert answer.status_code == 303, answer.text
    return text_of(await browser.get(answer.headers["location"]))


async def test_the_money_left_is_shown_even_if_it_is_none(browser: Browser) -> None:
    for balance, left in (("60.00", "₴35.00"), ("25.00", "₴0.00")):
        line = await browser.house.subscriber(balance, language="en")
        shown = await quote_of(browser, line, "buy_package", package="sms-50")
        assert f"Left on your account {left}" in shown


async def test_a_gift_shows_the_points_left(browser: Browser) -> None:
    house = browser.house
    line = await house.subscriber(language="en")
    await house.done(line, "top_up_by_voucher", code=await house.voucher(CODE, "200.00"))
    shown = await quote_of(browser, line, "redeem_gift", gift="sms-30")
    assert "Left on your account 5 points" in shown


async def test_what_is_free_shows_no_money(browser: Browser) -> None:
    line = await browser.house.subscriber(language="en")
    assert "Left on" not in await quote_of(browser, line, "block_line")
