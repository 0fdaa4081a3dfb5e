"""Ids and tokens of somebody else, in the cabinet and at the API."""

import re

import pytest

from abonent.operations.identity.sessions import Client, start_session
from tests.security.siege import STRANGER, Browser, Siege

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]

API = "/api/v1"


async def proposed(browser: Browser) -> str:
    """The id of a package that was asked for and not confirmed."""
    answer = await browser.send("/do/buy_package", package="sms-50")
    found = re.match(r"/proposals/([0-9]+)", answer.headers["location"])
    assert found is not None
    return found[1]


async def test_nobody_confirms_or_sees_what_another_proposed(siege: Siege) -> None:
    olena, stranger = await siege.logged_in(siege.olena), await siege.logged_in(siege.stranger)
    id = await proposed(olena)
    assert (await stranger.get(f"/proposals/{id}")).status_code == 409
    assert (await stranger.send(f"/proposals/{id}/confirm")).status_code == 409
    assert (await stranger.send(f"/proposals/{id}/prove", code="123456")).status_code == 409
    assert (await olena.send(f"/proposals/{id}/confirm")).status_code == 303
    assert (await stranger.get(f"/receipts/{id}")).status_code == 404
    assert (await olena.get(f"/receipts/{id}")).status_code == 200


async def test_nobody_reads_the_details_that_another_ordered(siege: Siege) -> None:
    olena, stranger = await siege.logged_in(siege.olena), await siege.logged_in(siege.stranger)
    asked = await olena.send("/do/order_detail", **{"from": "2025-11-01", "to": "2025-11-02"})
    id = asked.headers["location"].partition("?")[0].rpartition("/")[2]
    await olena.send(f"/proposals/{id}/confirm")
    for address in (f"/statistics/detail/{id}", f"/statistics/detail/{id}?format=csv"):
        assert (await olena.get(address)).status_code == 200
        assert (await stranger.get(address)).status_code == 404


async def test_nobody_turns_to_a_line_of_another(siege: Siege) -> None:
    olena = await siege.logged_in(siege.olena)
    assert (await olena.send("/line", line=str(siege.stranger.id))).status_code == 404
    assert STRANGER[-9:] not in (await olena.get("/home")).text.replace(" ", "")
    assert (await olena.send("/line", line=str(siege.second.id))).status_code == 303


async def test_a_form_needs_the_token_of_its_own_session(siege: Siege) -> None:
    olena, stranger = await siege.logged_in(siege.olena), await siege.logged_in(siege.stranger)
    tokens = ("", "x", await siege.browser().token("/login"), await stranger.token("/home"))
    for token in tokens:
        answer = await olena.client.post("/do/set_language", data={"csrf": token, "language": "ru"})
        assert answer.status_code == 403
    own = {"csrf": await olena.token("/home"), "language": "ru"}
    for site in ("cross-site", "same-site"):
        headers = {"Sec-Fetch-Site": site}
        answer = await olena.client.post("/do/set_language", data=own, headers=headers)
        assert answer.status_code == 403
    assert (await olena.client.post("/do/set_language", data=own)).status_code == 303


async def test_a_token_is_good_where_it_was_given_alone(siege: Siege) -> None:
    olena = await siege.logged_in(siege.olena)
    cookie = olena.client.cookies["__Host-session"]
    opened = await start_session(siege.ground.runner, siege.olena, Client("", "api"))
    anybody = siege.browser().client
    bearer = {"Authorization": f"Bearer {cookie}"}
    assert (await anybody.get(f"{API}/home", headers=bearer)).status_code == 401
    anybody.cookies.set("__Host-session", opened.token, domain="cabinet.example")
    assert (await anybody.get("/home")).status_code == 303
    assert (await anybody.get(f"{API}/home")).status_code == 401


async def test_the_cookie_of_a_session_is_no_other_sites(siege: Siege) -> None:
    answer = await siege.browser().get("/login")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-visitor=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize("path", ["/phone", "/simulator/people", "/simulator/clock", "/metrics"])
async def test_what_is_the_demos_is_nowhere_else(siege: Siege, path: str) -> None:
    browser = siege.browser()
    assert (await browser.get(path)).status_code == 404
    assert (await browser.client.post(path, json={})).status_code == 404
