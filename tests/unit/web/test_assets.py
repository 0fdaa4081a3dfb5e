"""Static files: names with a digest, kept for ever, compressed for whoever takes that."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from abonent.channels.web.assets import Assets, takes_gzip

LONG = "body { color: black }\n" * 200


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    (tmp_path / "app.css").write_text(LONG)
    (tmp_path / "dot.svg").write_text("<svg/>")
    return Assets((tmp_path,), {"brand.css": LONG})


async def fetched(assets: Assets, name: str, accepted: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=assets.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://cabinet") as client:
        return await client.get(assets.url(name), headers={"accept-encoding": accepted})


async def test_a_file_is_kept_for_ever_under_its_digest(assets: Assets) -> None:
    answer = await fetched(assets, "app.css", "identity")
    assert answer.text == LONG
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("name", ["app.css", "brand.css"])
async def test_a_browser_that_takes_gzip_gets_fewer_bytes(assets: Assets, name: str) -> None:
    answer = await fetched(assets, name, "gzip, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(LONG) / 10
    assert answer.text == LONG


async def test_what_does_not_get_smaller_is_sent_as_it_is(assets: Assets) -> None:
    answer = await fetched(assets, "dot.svg", "gzip")
    assert "content-encoding" not in answer.headers
    assert answer.text == "<svg/>"


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip; q=1.0", True),
        ("", False),
        ("br, deflate", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("xgzip", False),
    ],
)
def test_gzip_is_sent_only_to_those_who_take_it(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken
