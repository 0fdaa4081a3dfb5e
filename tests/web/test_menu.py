"""A profile may put into its menu what the cabinet has."""

import pytest

from abonent.profile.vocabulary import PAGES, PAGES_BY_RULE
from tests.web.stage import Browser

pytestmark = pytest.mark.anyio


async def test_every_page_that_a_profile_may_name_is_there(ruled_browser: Browser) -> None:
    await ruled_browser.log_in(await ruled_browser.house.subscriber())
    for page in sorted(PAGES):
        assert (await ruled_browser.get(f"/{page}")).status_code == 200, page


async def test_a_page_whose_rule_the_operator_lacks_is_not_there(browser: Browser) -> None:
    await browser.log_in(await browser.house.subscriber())
    for page in PAGES_BY_RULE:
        assert (await browser.get(f"/{page}")).status_code == 404, page
