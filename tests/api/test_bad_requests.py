"""Bodies, methods and addresses that no honest client sends."""

import httpx
import pytest

from abonent.operations.ports import Unavailable
from tests.api.stage import Stage
from tests.fixtures.databases import Engine

JSON = {"Content-Type": "application/json"}
POSTS = ("/sessions", "/operations/block_line", "/operations/register", "/proposals/1/confirm")


@pytest.fixture
def engine() -> Engine:
    """Nothing here gets as far as the database."""
    return "sqlite"


def failure(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json", answer.text
    assert answer.json().keys() == {"code", "message"}
    assert answer.json()["message"]
    return answer.status_code, answer.json()["code"]


async def test_bodies_that_are_no_strict_json_are_refused(olena: Stage) -> None:
    bodies = {
        b"{": "body_not_json",
        b'{"amount": NaN}': "body_not_json",
        b'{"amount": 1e999}': "body_not_json",
        b'{"amount": -Infinity}': "body_not_json",
        b'{"amount": ' + b"9" * 400 + b"}": "body_not_json",
        b"[]": "body_not_object",
        b'"text"': "body_not_object",
        b"null": "body_not_object",
        b'{"to": "1", "to": "2"}': "field_repeated",
        b"[" * 60_000: "body_not_json",
        b'{"a":' * 20 + b"1" + b"}" * 20: "body_too_deep",
        b'{"a": "\\u0000"}': "body_characters",
        b'{"a": "\\ud800"}': "body_characters",
        b'{"a": "\xff"}': "body_not_utf8",
    }
    for path in POSTS:
        for body, code in bodies.items():
            answer = await olena.client.post(path, content=body, headers=JSON)
            assert failure(answer) == (400, code), body[:40]


async def test_numbers_where_texts_belong_are_wrong_input_and_no_more(olena: Stage) -> None:
    for value in ("1e308", "-1", "12.5", "true", "null", "[]", "{}", '[{"a": 1}]'):
        body = f'{{"code": {value}}}'
        answer = await olena.client.post(
            "/operations/top_up_by_voucher", content=body, headers=JSON
        )
        assert (answer.status_code, answer.json()["outcome"]) == (422, "input"), value


async def test_another_content_type_is_refused(olena: Stage) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        for path in POSTS:
            answer = await olena.client.post(
                path, content=b'{"confirm": true}', headers={"Content-Type": kind}
            )
            assert failure(answer) == (415, "content_type")


async def test_a_body_that_is_too_large_is_refused(olena: Stage) -> None:
    body = b'{"a": "' + b"x" * 70_000 + b'"}'
    for path in POSTS:
        answer = await olena.client.post(path, content=body, headers=JSON)
        assert failure(answer) == (413, "body_too_large")


async def test_an_address_that_does_not_exist_is_not_found(olena: Stage) -> None:
    for path in ("", "/", "/nothing", "/home/", "/Home", "/operations/", "/proposals/1", "/%00"):
        assert failure(await olena.get(path)) == (404, "not_found"), path


async def test_a_method_that_is_not_taken_says_which_are(olena: Stage) -> None:
    for method, path, allowed in (
        ("POST", "/home", "GET, HEAD"),
        ("DELETE", "/operations", "GET, HEAD"),
        ("GET", "/operations/block_line", "POST"),
        ("PUT", "/sessions", "POST"),
        ("OPTIONS", "/sessions/current", "DELETE"),
        ("TRACE", "/openapi.json", "GET, HEAD"),
        ("INVENTED", "/proposals/1/confirm", "POST"),
    ):
        answer = await olena.client.request(method, path)
        assert failure(answer) == (405, "method_not_allowed")
        assert sorted(answer.headers["allow"].split(", ")) == allowed.split(", ")


async def test_head_is_get_without_a_body(olena: Stage) -> None:
    answer = await olena.client.head("/home")
    assert answer.status_code == 200


async def test_failures_come_in_the_language_of_the_request(guest: Stage) -> None:
    messages = set()
    for language in ("uk", "ru", "en"):
        headers = {"Accept-Language": language}
        messages.add((await guest.client.get("/home", headers=headers)).json()["message"])
    assert len(messages) == 3


async def test_a_database_that_is_away_is_503_and_says_when_to_come_back(
    olena: Stage,
) -> None:
    async def away(*_args: object) -> object:
        raise Unavailable("the disk of the machine is full")

    olena.runner.db.read = away  # type: ignore[method-assign,assignment]
    for answer in (await olena.get("/home"), await olena.do("block_line")):
        assert failure(answer) == (503, "unavailable")
        assert answer.headers["retry-after"] == "10"
        assert "disk" not in answer.text


async def test_a_bug_is_500_and_tells_nothing(olena: Stage) -> None:
    async def broken(*_args: object) -> object:
        raise RuntimeError("380675550100 has no account")

    olena.runner.db.read = broken  # type: ignore[method-assign,assignment]
    answer = await olena.get("/home")
    assert failure(answer) == (500, "internal")
    assert "380675550100" not in answer.text
