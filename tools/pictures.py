"""Pictures of the demo for the documents: `python -m tools.pictures`.

Five pages as the first person of the demo sees them, on a phone and on a desk, light and dark, into
docs/pictures/PAGE-WIDTH-THEME.png.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.fixtures.chromium import DESKTOP, PHONE, Look, new_context, running_chromium
from tests.fixtures.program import running_demo

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PAGES = ("home", "statistics", "tariffs", "services", "phone")
SCALES = {PHONE: 2.0, DESKTOP: 1.0}
SETTLE_MS = 300


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        running_demo(Path(data)) as program,
        running_chromium() as chromium,
    ):
        for screen, scale in SCALES.items():
            for dark in (False, True):
                look = replace(screen, dark=dark)
                take(chromium, program.url, program.people[0], (look, scale))


def take(chromium: Browser, url: str, person: Mapping[str, Any], seen: tuple[Look, float]) -> None:
    """All pages with one look, in a browser profile of its own."""
    look, scale = seen
    context = new_context(chromium, url, look, scale)
    page = context.new_page()
    log_in(page, person)
    for name in PAGES:
        answer = page.goto(f"/{name}")
        assert answer is not None, name
        assert answer.ok, f"/{name}: {answer.status}"
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(SETTLE_MS)
        theme = "dark" if look.dark else "light"
        path = FOLDER / f"{name}-{look.width}-{theme}.png"
        page.screenshot(path=path)
        print(path.relative_to(FOLDER.parent.parent), flush=True)
    context.close()


def log_in(page: Page, person: Mapping[str, Any]) -> None:
    page.goto("/login")
    page.fill("input[name=number]", person["login"])
    page.fill("input[name=password]", person["password"])
    page.click("main button.button")
    page.wait_for_url("**/home")


if __name__ == "__main__":
    main()
