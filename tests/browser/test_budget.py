"""What a first visit weighs: bytes on the wire as the browser counts them, headers included."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.fixtures.cabinet import Cabinet
from tests.fixtures.chromium import DESKTOP, PHONE, Look, new_context
from tests.fixtures.demo import Demo

KB = 1000
MOST_BYTES = 60 * KB
MOST_STYLE_BYTES = 15 * KB
MOST_SCRIPT_BYTES = 20 * KB
MOST_REQUESTS = 15


@dataclass
class Weight:
    """What a page loaded: kinds of resources and bytes by request."""

    kinds: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, page: Page) -> "Weight":
        weight = cls()
        watched = page.context.new_cdp_session(page)
        watched.send("Network.enable")
        watched.on("Network.responseReceived", weight.note_kind)
        watched.on("Network.loadingFinished", weight.note_size)
        return weight

    def note_kind(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]

    def note_size(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def bytes(self, kind: str = "") -> int:
        of_kind = (id for id in self.sizes if kind in {"", self.kinds.get(id)})
        return int(sum(self.sizes[id] for id in of_kind))


@pytest.mark.parametrize("look", [PHONE, DESKTOP, Look(dark=True, language="en")], ids=str)
@pytest.mark.parametrize("kind", ["prepaid", "company"])
def test_a_first_visit_to_home_is_within_its_budget(
    browser: Browser, cabinet: Cabinet, demo: Demo, look: Look, kind: str
) -> None:
    cabinet.log_in(demo.person(kind))
    context = new_context(browser, demo.program.url, look)
    for cookie in cabinet.page.context.cookies():
        name, value = cookie["name"], cookie["value"]
        context.add_cookies([{"name": name, "value": value, "url": demo.program.url}])
    page = context.new_page()
    weight = Weight.of(page)
    page.goto("/home")
    page.wait_for_load_state("networkidle")
    context.close()

    assert 0 < weight.bytes() <= MOST_BYTES
    assert 0 < weight.bytes("Stylesheet") <= MOST_STYLE_BYTES
    assert 0 < weight.bytes("Script") <= MOST_SCRIPT_BYTES
    assert weight.bytes("Font") == 0
    assert len(weight.sizes) <= MOST_REQUESTS


def test_the_next_page_loads_nothing_but_itself(home: Cabinet) -> None:
    home.page.wait_for_load_state("networkidle")
    fetched: list[str] = []
    home.page.on("response", lambda answer: fetched.append(answer.url))
    home.open("/tariffs")
    home.page.wait_for_load_state("networkidle")
    weights = [url for url in fetched if "/static/" in url]
    stored = home.page.evaluate(
        "performance.getEntriesByType('resource').map(entry => entry.transferSize)"
    )
    assert len(stored) >= len(weights) > 0
    assert sum(stored) == 0
