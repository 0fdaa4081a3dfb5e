"""The answer to a form has no address of its own; what leads on from it must lead to a page."""

import re

import httpx
import pytest

from tests.web.stage import Browser

pytestmark = pytest.mark.anyio


async def language_leads_to(browser: Browser, page: httpx.Response) -> str:
    form = re.search(r'action="/language".*?name="back" value="([^"]*)"', page.text, re.DOTALL)
    assert form is not None
    back = form[1].replace("&amp;", "&")
    answer = await browser.post("/language", page, back=back, language="uk")
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_the_language_of_a_refusal_is_changed_on_the_page_that_asked(
    browser: Browser,
) -> None:
    await browser.log_in(await browser.house.subscriber())
    page = await browser.get("/topup")
    refused = await browser.post(
        "/do/top_up_by_voucher", page, back="/topup", code="1111222233334440"
    )
    assert refused.status_code == 409
    assert await language_leads_to(browser, refused) == "/topup"


async def test_the_language_of_a_form_with_mistakes_is_changed_on_its_own_page(
    browser: Browser,
) -> None:
    for path in ("/login", "/register"):
        wrong = await browser.post(path, await browser.get(path), back=path, number="12")
        assert wrong.status_code == 422
        assert await language_leads_to(browser, wrong) == path


async def test_the_language_of_a_page_is_changed_with_what_was_asked_of_it_kept(
    browser: Browser,
) -> None:
    await browser.log_in(await browser.house.subscriber())
    page = await browser.get("/statistics?period=week&kind=call")
    assert await language_leads_to(browser, page) == "/statistics?period=week&kind=call"


async def test_a_form_that_is_out_of_date_leads_back_to_its_page(browser: Browser) -> None:
    await browser.log_in(await browser.house.subscriber())
    answer = await browser.client.post("/do/block_line", data={"csrf": "old", "back": "/lost"})
    assert answer.status_code == 403
    assert '<a class="button" href="/lost">' in answer.text


async def test_a_form_of_another_site_leads_nowhere_but_home(browser: Browser) -> None:
    await browser.log_in(await browser.house.subscriber())
    foreign = {"csrf": "", "back": "//elsewhere.example/"}
    answer = await browser.client.post("/do/block_line", data=foreign)
    assert answer.status_code == 403
    assert "elsewhere" not in answer.text
    assert '<a class="button" href="/">' in answer.text
