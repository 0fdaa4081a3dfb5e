"""What every test may use, and which tests need a browser."""

from pathlib import Path

import pytest

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.program",
    "tests.fixtures.chromium",
    "tests.fixtures.cabinet",
]

HERE = Path(__file__).parent
IN_A_BROWSER = (HERE / "browser", HERE / "acceptance")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of browser folders, and put them last.

    Playwright keeps an event loop running in the thread that started it, and no async test could
    run after it there.
    """
    for item in items:
        if any(folder in item.path.parents for folder in IN_A_BROWSER):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
