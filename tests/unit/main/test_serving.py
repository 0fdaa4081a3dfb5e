"""How clients are waited for, spoken to by the byte."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from starlette.types import Receive, Scope, Send

from abonent.main import serving
from abonent.main.failure import Failure
from abonent.main.serving import Server, listening, server
from tests.fixtures.program import free_port

HOST = "127.0.0.1"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
SHORT_S = 0.8
"""How long the head of a request may take here."""
PATIENCE_S = 5.0
"""After so long the server waits without end."""
ANSWERS = 50


class Application:
    """Answers with the method as soon as it is let; reads the body if it is asked at /read."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.let.set()
        self.asked = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.set()
        await self.let.wait()
        body = scope["method"].encode()
        if scope["path"] == "/read":
            body = (await receive())["body"]
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@dataclass
class Client:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hears(self, body: bytes) -> None:
        """An answer with this body, and nothing before it."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
        assert head.startswith(b"HTTP/1.1 200 OK\r\n"), head
        assert await self.reader.readexactly(len(body)) == body

    async def is_let_go(self) -> None:
        """The server closes the connection and says nothing more."""
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(self.reader.read(), PATIENCE_S) == b""


@dataclass
class House:
    """A server with its application, and whoever speaks to it."""

    app: Application
    server: Server
    port: int
    clients: list[Client] = field(default_factory=list)

    async def client(self) -> Client:
        self.clients.append(Client(*await asyncio.open_connection(HOST, self.port)))
        return self.clients[-1]


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(serving, "HEAD_TIMEOUT_S", SHORT_S)
    app, port = Application(), free_port()
    running = server(app, HOST, port)
    task = asyncio.create_task(running.run_until_stopped())
    house = House(app, running, port)
    yield house
    for client in house.clients:
        client.writer.close()
    running.stop()
    await task


async def test_it_works(house: House) -> None:
    client = await house.client()
    for _ in range(2):
        await client.say(GET)
        await client.hears(b"GET")
    await client.say(b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
    await client.hears(b"hi")


async def test_who_says_nothing_is_let_go(house: House) -> None:
    await (await house.client()).is_let_go()


async def test_who_says_nothing_more_is_let_go(house: House) -> None:
    client = await house.client()
    await client.say(GET)
    await client.hears(b"GET")
    await client.is_let_go()


@pytest.mark.parametrize("before", [b"", GET], ids=["first", "second"])
async def test_who_says_it_byte_by_byte_is_let_go(house: House, before: bytes) -> None:
    client = await house.client()
    if before:
        await client.say(before)
        await client.hears(b"GET")
    trickling = asyncio.create_task(trickle(client, GET[:-1]))
    await client.is_let_go()
    trickling.cancel()


async def trickle(client: Client, data: bytes) -> None:
    with suppress(ConnectionError):
        for byte in data * 100:
            await client.say(bytes([byte]))
            await asyncio.sleep(SHORT_S / 10)


async def test_who_says_too_much_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_TIMEOUT_S", PATIENCE_S * 10)
    client = await house.client()
    with suppress(ConnectionError):
        await client.say(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        for _ in range(serving.LARGEST_HEAD_BYTES // 1024 + 1):
            await client.say(b"x" * 1024)
    await client.is_let_go()
    assert not house.app.asked.is_set()


async def test_a_long_answer_is_waited_for(house: House) -> None:
    house.app.let.clear()
    client = await house.client()
    await client.say(GET)
    await asyncio.sleep(SHORT_S * 2)
    house.app.let.set()
    await client.hears(b"GET")
    await client.say(GET)
    await client.hears(b"GET")


async def test_the_rest_of_an_answered_request_counts_with_the_next(house: House) -> None:
    client = await house.client()
    await client.say(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
    await client.hears(b"POST")
    await client.say(b"x" * 1000 + GET)
    await client.hears(b"GET")
    await client.say(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
    await client.hears(b"POST")
    trickling = asyncio.create_task(trickle(client, b"x" * 1000))
    await client.is_let_go()
    trickling.cancel()


async def test_requests_that_are_not_waited_for_are_answered_in_turn(house: House) -> None:
    client = await house.client()
    await client.say(GET + b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" + GET[:9])
    await client.hears(b"GET")
    await client.hears(b"POST")
    await client.is_let_go()


async def test_what_was_asked_is_answered_before_the_end(house: House) -> None:
    house.app.let.clear()
    idle, client = await house.client(), await house.client()
    await client.say(GET)
    await house.app.asked.wait()
    house.server.stop()
    await idle.is_let_go()
    house.app.let.set()
    await client.hears(b"GET")
    await client.is_let_go()


async def test_an_answer_does_not_wait_for_what_follows_it(house: House) -> None:
    """Otherwise the second part of each answer waits 40 ms until the first is acknowledged."""
    client = await house.client()
    begun = time.monotonic()
    for _ in range(ANSWERS):
        await client.say(GET)
        await client.hears(b"GET")
    assert time.monotonic() - begun < ANSWERS * 0.04


def test_a_port_is_shared_by_those_who_agree() -> None:
    port = free_port()
    with (
        listening(HOST, port, shared=True),
        listening(HOST, port, shared=True),
        pytest.raises(Failure, match="cannot listen: Address already in use"),
    ):
        listening(HOST, port, shared=False)


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(Failure, match="cannot listen"):
        listening("no-such-host.invalid", free_port(), shared=False)
