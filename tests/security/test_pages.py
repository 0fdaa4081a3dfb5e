"""Addresses and forms that no page of ours would send."""

from typing import Any

import httpx
import pytest

from tests.security.siege import Siege

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]

LONGEST_PATH = 60_000


async def test_addresses_that_do_not_exist_take_up_no_memory(siege: Siege) -> None:
    browser = siege.browser()
    kept: Any = siege.application.templates.environment("en").globals["kept"]
    await browser.get("/nothing")
    before = len(kept)
    for n in range(20):
        assert (await browser.get(f"/{n}{'x' * LONGEST_PATH}")).status_code == 404
    assert len(kept) == before


async def test_a_page_leads_back_to_itself(siege: Siege) -> None:
    browser = await siege.logged_in(siege.olena)
    page = (await browser.get("/statistics?period=week&kind=call")).text
    assert 'name="back" value="/statistics?period=week&amp;kind=call"' in page


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/\\evil.example", "/%22%3E%3Cscript%3E", "/x?%22%3E%3Cscript%3E"]
)
async def test_no_page_leads_to_another_site_or_holds_a_script(siege: Siege, path: str) -> None:
    page = await siege.browser().client.get(
        httpx.URL("https://cabinet.example", raw_path=path.encode())
    )
    assert page.status_code == 404
    assert 'value="//' not in page.text
    assert 'href="//' not in page.text
    assert "<script>" not in page.text
    assert '"><script' not in page.text


@pytest.mark.parametrize("query", ["kind=gossip", "kind=<b>", f"period={'x' * 3000}&kind=a.b"])
async def test_what_no_page_asks_for_is_no_fault(siege: Siege, query: str) -> None:
    browser = await siege.logged_in(siege.olena)
    assert (await browser.get(f"/statistics?{query}")).status_code in {200, 422}


@pytest.mark.parametrize("back", ["/statistics/detail/{id}", "/help/{section}"])
async def test_a_wrong_form_is_not_shown_on_a_page_that_has_none(siege: Siege, back: str) -> None:
    browser = await siege.logged_in(siege.olena)
    answer = await browser.send("/do/set_forwarding", kind="busy", to="12", back=back)
    assert answer.status_code == 400


@pytest.mark.parametrize("line", ["9223372036854775808", "9999999999999999999", "-1", "１", ""])
async def test_a_line_that_cannot_be_one_is_not_found(siege: Siege, line: str) -> None:
    browser = await siege.logged_in(siege.olena)
    assert (await browser.send("/line", line=line)).status_code == 404


async def test_a_slash_too_many_leads_nowhere_else(siege: Siege) -> None:
    answer = await siege.browser().client.get("/login/", headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert "evil.example" not in answer.text


async def test_a_form_has_no_endless_key(siege: Siege) -> None:
    browser = await siege.logged_in(siege.olena)
    answer = await browser.send("/do/set_language", language="en", key="k" * 5000)
    assert answer.status_code == 400
    assert await siege.rows("SELECT id FROM execution") == []
