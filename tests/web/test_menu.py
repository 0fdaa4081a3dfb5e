"""A profile may put into its menu what the cabinet has."""

import pytest

from abonent.profile.vocabulary import PAGES
from tests.web.stage import Browser

pytestmark = pytest.mark.anyio


async def test_every_page_that_a_profile_may_name_is_there(browser: Browser) -> None:
    await browser.log_in(await browser.house.subscriber())
    for page in sorted(PAGES):
        assert (await browser.get(f"/{page}")).status_code == 200, page
