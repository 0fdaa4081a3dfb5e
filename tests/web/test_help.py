"""Help on every section (requirements: A12)."""

import pytest

from tests.web.stage import Browser

pytestmark = pytest.mark.anyio

PAGES = {
    "/home": "home",
    "/statistics": "statistics",
    "/tariffs": "tariffs",
    "/services": "services",
    "/loyalty": "loyalty",
    "/profile": "profile",
    "/topup": "topup",
    "/payments": "payments",
    "/journal": "journal",
    "/contacts": "contacts",
    "/safety": "safety",
    "/lost": "phone-lost",
}


async def test_every_section_leads_to_the_help_on_it(browser: Browser) -> None:
    await browser.log_in(await browser.house.subscriber())
    for path, section in PAGES.items():
        page = await browser.get(path)
        main = page.text.partition("<main")[2].partition("</main>")[0]
        assert f'href="/help/{section}"' in main, path
        assert (await browser.get(f"/help/{section}")).status_code == 200
