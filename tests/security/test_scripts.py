"""Texts of others that a page shows: never as HTML, whatever the templates are compiled to."""

import pytest

from abonent.channels.web.pages import PAGES
from abonent.operations.identity.sessions import Client, start_session
from tests.security.siege import Browser, Siege

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]

EVIL = "\"'><img src=x onerror=alert(1)>{{ 7*7 }}"


@pytest.fixture
async def browser(siege: Siege) -> Browser:
    """Olena's, whose name, line and device are called something evil; calls and SMS, too."""
    await siege.ground.db.write(lambda tx: tx.run("UPDATE line SET label = $1", EVIL))
    await siege.ground.db.write(lambda tx: tx.run("UPDATE personal SET value = $1", EVIL))
    await start_session(siege.ground.runner, siege.olena, Client("", "web", EVIL))
    return await siege.logged_in(siege.olena)


def assert_harmless(page: str) -> None:
    assert "<img" not in page
    assert "49" not in page.partition("onerror")[2][:40]


@pytest.mark.parametrize("path", [path for path in PAGES if "{" not in path])
async def test_no_page_holds_what_others_wrote_as_html(browser: Browser, path: str) -> None:
    assert_harmless((await browser.get(path)).text)


async def test_what_others_wrote_is_shown_as_it_is(browser: Browser) -> None:
    page = (await browser.get("/profile")).text
    assert page.count("&lt;img src=x onerror=alert(1)&gt;{{ 7*7 }}") >= 3


@pytest.mark.parametrize("page", ["/login", "/register"])
async def test_what_is_typed_comes_back_as_text(siege: Siege, page: str) -> None:
    browser = siege.browser()
    form = {"csrf": await browser.token(page), "number": EVIL, "password": EVIL, "puk": EVIL}
    answer = await browser.client.post(page, data=form)
    assert answer.status_code == 422
    assert_harmless(answer.text)
    assert "&lt;img" in answer.text


async def test_a_wrong_field_comes_back_as_text(browser: Browser) -> None:
    answer = await browser.send("/do/set_forwarding", kind=EVIL, to=EVIL, back="/services")
    assert answer.status_code == 422
    assert_harmless(answer.text)
