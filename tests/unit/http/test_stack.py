import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from abonent.channels.http.logs import JsonLines
from abonent.channels.http.metrics import Metrics
from abonent.channels.http.observe import request_id
from abonent.channels.http.outage import Outage
from abonent.channels.http.stack import HttpRules, guarded
from abonent.operations.ports import Unavailable


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def cached(_request: Request) -> Response:
    return PlainTextResponse(request_id.get(), headers={"cache-control": "public, max-age=60"})


async def broken(_request: Request) -> Response:
    raise RuntimeError("a bug about 380671234567")


async def away(_request: Request) -> Response:
    raise Unavailable("disk full at /secret")


async def outage_page(_request: Request) -> Response:
    return PlainTextResponse("we are away", 503)


def client_of(rules: HttpRules | None = None, metrics: Metrics | None = None) -> httpx.AsyncClient:
    numbers = Mount("/numbers", routes=[Route("/{number}", cached)])
    routes = [
        Route("/echo", echo, methods=["POST"]),
        Route("/broken", broken),
        Route("/away", away),
        numbers,
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Outage, page=outage_page)])
    transport = httpx.ASGITransport(
        guarded(app, rules or HttpRules(tls=False), metrics or Metrics()),
        raise_app_exceptions=False,
    )
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_every_response_carries_the_headers_of_protection() -> None:
    async with client_of() as client:
        for answer in (await client.get("/numbers/1"), await client.get("/absent")):
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cross-origin-opener-policy"] == "same-origin"
            assert "strict-transport-security" not in answer.headers
            assert len(answer.headers["x-request-id"]) == 16


async def test_browsers_are_told_to_insist_on_tls_where_we_have_it() -> None:
    async with client_of(HttpRules(tls=True)) as client:
        answer = await client.get("/numbers/1")
    assert answer.headers["strict-transport-security"].startswith("max-age=63072000")
    assert "upgrade-insecure-requests" in answer.headers["content-security-policy"]


async def test_only_what_its_route_allows_is_kept_in_caches() -> None:
    async with client_of() as client:
        assert (await client.get("/numbers/1")).headers["cache-control"] == "public, max-age=60"
        assert (await client.get("/absent")).headers["cache-control"] == "no-store"


async def test_an_application_can_name_the_request_that_it_serves() -> None:
    async with client_of() as client:
        answer = await client.get("/numbers/1")
    assert answer.text == answer.headers["x-request-id"]
    assert request_id.get() == ""


async def test_a_body_up_to_the_limit_is_read() -> None:
    async with client_of(HttpRules(tls=False, largest_body_bytes=100)) as client:
        assert (await client.post("/echo", content=b"x" * 100)).text == "100"


async def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    async with client_of(HttpRules(tls=False, largest_body_bytes=100)) as client:
        assert (await client.post("/echo", content=b"x" * 101)).status_code == 413
        lying = {"content-length": "9" * 30}
        assert (await client.post("/echo", content=b"", headers=lying)).status_code == 413


async def test_a_body_without_a_length_is_counted_while_it_arrives() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 40

    async with client_of(HttpRules(tls=False, largest_body_bytes=100)) as client:
        assert (await client.post("/echo", content=endless())).status_code == 413


async def test_a_body_that_dribbles_in_is_given_up() -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(5)
        yield b"x"

    async with client_of(HttpRules(tls=False, slowest_body_s=0.05)) as client:
        assert (await client.post("/echo", content=slow())).status_code == 408


async def test_an_outage_of_the_database_is_503_and_says_when_to_come_back() -> None:
    async with client_of() as client:
        answer = await client.get("/away")
    assert (answer.status_code, answer.text) == (503, "we are away")
    assert answer.headers["retry-after"] == "10"


async def test_the_access_log_has_templates_and_nothing_personal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "abonent.access")
    caplog.handler.setFormatter(JsonLines())
    async with client_of() as client:
        named = await client.get("/numbers/380671234567?puk=12345678")
        await client.get("/secret-380671234567")
        await client.get("/broken")
    told = [json.loads(line) for line in caplog.text.splitlines()]
    assert [line["route"] for line in told if line["event"] == "failed"] == ["/broken"]
    lines = [line for line in told if line["event"] == "request"]
    assert len(told) == len(lines) + 1
    asked = [(line["method"], line["route"], line["status"]) for line in lines]
    assert asked == [
        ("GET", "/numbers/{number}", 200),
        ("GET", "unrouted", 404),
        ("GET", "/broken", 500),
    ]
    assert all(line["ms"] >= 0 for line in lines)
    assert lines[0]["request"] == named.headers["x-request-id"]
    assert "380671234567" not in caplog.text


async def test_requests_are_counted_by_template() -> None:
    metrics = Metrics()
    async with client_of(metrics=metrics) as client:
        await client.get("/numbers/380671234567")
        await client.request("INVENTED", "/numbers")
    page = bytes((await metrics.page(Request({"type": "http"}))).body).decode()
    assert (
        'abonent_http_requests_total{method="GET",route="/numbers/{number}",status="200"} 1.0'
        in page
    )
    assert 'abonent_http_request_seconds_bucket{le="0.5",method="GET"' in page
    assert "INVENTED" not in page
    assert "380671234567" not in page


def test_a_logged_exception_keeps_its_frames_and_not_its_words() -> None:
    try:
        try:
            raise KeyError("380671234567")
        except KeyError as cause:
            raise RuntimeError("puk 12345678") from cause
    except RuntimeError:
        record = logging.LogRecord("abonent", 40, "", 1, "failed", (), sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert [link["type"] for link in line["exception"]] == ["RuntimeError", "KeyError"]
    assert line["exception"][0]["frames"][0].startswith("test_stack.py:")
    assert "12345678" not in json.dumps(line)
