import json

import pytest
from starlette.requests import Request

from abonent.channels.http.bodies import form_body, json_body, read_form, read_object
from abonent.channels.http.problem import HttpProblem


def request_with(body: bytes, **headers: str) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, receive)


def refusal_of(body: bytes) -> str:
    with pytest.raises(HttpProblem) as refusal:
        read_object(body)
    assert refusal.value.status_code == 400
    return refusal.value.code


def test_an_object_is_read() -> None:
    assert read_object('{"to": "Ваня\\n", "n": 1, "list": [true, null, 0.5]}'.encode()) == {
        "to": "Ваня\n",
        "n": 1,
        "list": [True, None, 0.5],
    }


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true", b'[{"a": 1}]'])
def test_anything_but_an_object_is_refused(body: bytes) -> None:
    assert refusal_of(body) == "body_not_object"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 01}',
        b'{"a": "\n"}',
        b'{"a": 1} x',
        b" ",
        b"\xef\xbb\xbf{}",
    ],
)
def test_broken_json_is_refused(body: bytes) -> None:
    assert refusal_of(body) == "body_not_json"


@pytest.mark.parametrize(
    "number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"1" * 20, b"1" * 6000]
)
def test_a_number_beyond_all_bounds_is_refused(number: bytes) -> None:
    assert refusal_of(b'{"amount": ' + number + b"}") == "body_not_json"


def test_a_name_given_twice_is_refused() -> None:
    assert refusal_of(b'{"to": "1", "to": "2"}') == "field_repeated"
    assert refusal_of(b'{"inner": {"to": "1", "to": "2"}}') == "field_repeated"


@pytest.mark.parametrize(
    "bomb", [b"[" * 60_000, b'{"a":' * 10_000, b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"]
)
def test_a_bomb_of_nested_lists_is_refused(bomb: bytes) -> None:
    assert refusal_of(bomb) in ("body_not_json", "body_too_deep")


def test_eight_levels_are_deep_enough() -> None:
    def nested(levels: int) -> bytes:
        return json.dumps({"a": [] if levels == 2 else json.loads(nested(levels - 1))}).encode()

    assert read_object(nested(8))
    assert refusal_of(nested(9)) == "body_too_deep"


@pytest.mark.parametrize("text", ["\\u0000", "\\u001b", "\\u0085", "\\ud800", "\x7f"])
def test_control_characters_and_half_characters_are_refused(text: str) -> None:
    assert refusal_of(f'{{"a": "{text}"}}'.encode()) == "body_characters"
    assert refusal_of(f'{{"a": [{{"{text}": 1}}]}}'.encode()) == "body_characters"


def test_a_body_that_is_no_utf_8_is_refused() -> None:
    assert refusal_of(b'{"a": "\xff"}') == "body_not_utf8"
    assert refusal_of('{"a": "é"}'.encode("latin-1")) == "body_not_utf8"


async def test_an_empty_body_is_the_empty_object() -> None:
    assert await json_body(request_with(b"")) == {}


@pytest.mark.parametrize(
    "kind",
    ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'],
)
async def test_json_is_known_by_its_content_type(kind: str) -> None:
    assert await json_body(request_with(b'{"a": "1"}', content_type=kind)) == {"a": "1"}


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "text/json",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded",
    ],
)
async def test_another_content_type_is_refused(kind: str) -> None:
    with pytest.raises(HttpProblem) as refusal:
        await json_body(request_with(b"{}", content_type=kind))
    assert refusal.value.status_code == 415


async def test_a_compressed_body_is_refused() -> None:
    with pytest.raises(HttpProblem) as refusal:
        await json_body(
            request_with(b"{}", content_type="application/json", content_encoding="gzip")
        )
    assert (refusal.value.status_code, refusal.value.code) == (415, "content_encoding")


def form_refusal_of(body: bytes) -> str:
    with pytest.raises(HttpProblem) as refusal:
        read_form(body)
    return refusal.value.code


def test_a_form_is_read() -> None:
    form = read_form(b"name=%D0%92%D0%B0%D0%BD%D1%8F+P&empty=&kind=login&kind=order")
    assert form["name"] == "Ваня P"
    assert form["empty"] == ""
    assert form.all("kind") == ("login", "order")
    assert form.all("absent") == ()
    assert form.get("absent") is None
    assert set(form) == {"name", "empty", "kind"}
    assert len(form) == 3


def test_a_field_sent_twice_has_no_single_value() -> None:
    with pytest.raises(HttpProblem) as refusal:
        read_form(b"to=1&to=2")["to"]
    assert refusal.value.code == "field_repeated"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"a=%ff", "body_not_utf8"),
        (b"a=\xd0\x92", "body_not_utf8"),
        (b"a=%00", "body_characters"),
        (b"%1b=1", "body_characters"),
        (b"no-equals-sign", "form_broken"),
        (b"&".join(b"a=1" for _ in range(300)), "form_broken"),
    ],
)
def test_a_broken_form_is_refused(body: bytes, code: str) -> None:
    assert form_refusal_of(body) == code


async def test_a_form_is_known_by_its_content_type() -> None:
    kind = "application/x-www-form-urlencoded"
    assert dict(await form_body(request_with(b"a=1", content_type=kind))) == {"a": "1"}
    assert len(await form_body(request_with(b""))) == 0
    with pytest.raises(HttpProblem):
        await form_body(request_with(b"a=1", content_type="multipart/form-data; boundary=x"))
