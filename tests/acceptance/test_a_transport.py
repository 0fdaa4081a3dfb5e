"""A14: the cabinet as an operator serves it, behind a front that ends TLS."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from tests.fixtures.cabinet import Cabinet
from tests.fixtures.chromium import at_every_look
from tests.fixtures.demo import Somebody
from tests.fixtures.program import Filled, Program, copied, free_port, running_program
from tests.fixtures.tls import tls_front

FEWEST_BITS = 128


@pytest.fixture(scope="module")
def served(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """`abonent serve` with the demo's store."""
    data = copied(filled.data, tmp_path_factory.mktemp("served"))
    port = free_port()
    environment = {
        "ABONENT_DATABASE_URL": f"sqlite:///{data / 'abonent.db'}",
        "ABONENT_SECRET_KEY_FILE": str(data / "secret.key"),
        "ABONENT_PROFILE": "internet-assistant",
        "ABONENT_PUBLIC_URL": "https://localhost",
        "ABONENT_TRUSTED_PROXIES": "127.0.0.1",
    }
    with running_program(["serve", "--port", str(port)], port, data, environment) as program:
        yield program


@pytest.fixture(scope="module")
def front(served: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = urlsplit(served.url).port or 0
    with tls_front(tmp_path_factory.mktemp("front"), port) as front:
        yield front.url


@pytest.fixture
def base_url(front: str) -> str:
    return front


@at_every_look
def test_a14_the_cabinet_is_reached_over_tls_and_its_cookies_stay_there(
    cabinet: Cabinet, somebody: Somebody
) -> None:
    answer = cabinet.page.goto("/login")
    assert answer is not None
    details = answer.security_details()
    assert details is not None
    assert details["protocol"] in {"TLS 1.2", "TLS 1.3"}
    headers = answer.all_headers()
    assert int(headers["strict-transport-security"].split(";")[0].split("=")[1]) >= 31_536_000
    assert "upgrade-insecure-requests" in headers["content-security-policy"]

    cabinet.log_in(somebody)
    cookies = cabinet.page.context.cookies()
    assert "__Host-session" in [cookie["name"] for cookie in cookies]
    for cookie in cookies:
        assert cookie["name"].startswith("__Host-")
        assert cookie["secure"]
        assert cookie["httpOnly"]
        assert cookie["sameSite"] in {"Lax", "Strict"}
    expect(cabinet.page.locator("footer")).to_contain_text("111")


def test_a14_a_connection_has_at_least_128_bits(front: str) -> None:
    address = urlsplit(front)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", address.port or 0)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        cipher = connection.cipher()
    assert cipher is not None
    assert cipher[2] >= FEWEST_BITS


def test_a14_nothing_of_the_demo_is_served_to_the_world(front: str) -> None:
    with httpx.Client(base_url=front, verify=False) as client:  # noqa: S501 (our own front)
        for path in ("/simulator/people", "/simulator/clock", "/phone", "/metrics"):
            assert client.get(path).status_code == httpx.codes.NOT_FOUND
