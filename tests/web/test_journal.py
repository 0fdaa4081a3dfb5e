"""The journal as its subscriber reads it (requirements: A16)."""

import pytest

from abonent.kernel.outcome import Done
from tests.web.stage import Browser, text_of

pytestmark = pytest.mark.anyio


async def test_what_staff_did_is_the_contact_centres_whatever_they_did_it_with(
    browser: Browser,
) -> None:
    house = browser.house
    line = await house.subscriber(language="en")
    asked = await house.runner.propose(house.staff(), "reveal_puk", {"number": line.number})
    assert isinstance(asked, Done)
    await browser.log_in(line)
    shown = text_of(await browser.get("/journal"))
    assert "PUK given out 12:00 · contact centre · at your request" in shown
    assert "Login 12:00 · cabinet" in shown
