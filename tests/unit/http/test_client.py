import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from abonent.channels.http.client import ClientAddress, client_address, trusted_networks

TRUSTED = trusted_networks("10.0.0.0/8, ::1,127.0.0.1")


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert client_address("198.51.100.7", ["203.0.113.1"], ()) == "198.51.100.7"


def test_a_stranger_cannot_give_himself_another_address() -> None:
    assert client_address("198.51.100.7", ["127.0.0.1, 10.0.0.1"], TRUSTED) == "198.51.100.7"


def test_what_a_trusted_proxy_appended_is_believed() -> None:
    assert client_address("10.1.2.3", ["203.0.113.1"], TRUSTED) == "203.0.113.1"


def test_the_list_is_read_from_the_right() -> None:
    forwarded = ["6.6.6.6, 203.0.113.1", "10.9.9.9"]
    assert client_address("127.0.0.1", forwarded, TRUSTED) == "203.0.113.1"


def test_where_all_are_trusted_the_farthest_is_the_client() -> None:
    assert client_address("127.0.0.1", ["10.0.0.5, 10.0.0.6"], TRUSTED) == "10.0.0.5"


@pytest.mark.parametrize(
    "broken", ["", "unknown", "_hidden", "1.2.3.4.5", "203.0.113.1, ", "999.1.1.1"]
)
def test_reading_stops_at_what_is_no_address(broken: str) -> None:
    assert client_address("127.0.0.1", [broken], TRUSTED) == "127.0.0.1"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("203.0.113.1:4711", "203.0.113.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
    ],
)
def test_addresses_are_known_however_they_are_written(written: str, meant: str) -> None:
    assert client_address("::ffff:10.1.1.1", [written], TRUSTED) == meant


def test_a_peer_without_an_address_keeps_its_name() -> None:
    assert client_address("testclient", ["203.0.113.1"], TRUSTED) == "testclient"


def test_trusted_networks_are_read_strictly() -> None:
    assert trusted_networks("") == ()
    with pytest.raises(ValueError):
        trusted_networks("10.0.0.0/8, everybody")
    with pytest.raises(ValueError):
        trusted_networks("10.0.0.1/8")


async def test_the_application_sees_the_address_of_the_client() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        client = Request(scope).client
        await PlainTextResponse(client.host if client else "")(scope, receive, send)

    transport = httpx.ASGITransport(ClientAddress(app, TRUSTED), client=("10.0.0.2", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/", headers={"X-Forwarded-For": "203.0.113.1"})
    assert answer.text == "203.0.113.1"
