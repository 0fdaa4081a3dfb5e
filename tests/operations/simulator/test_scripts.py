"""The JSON by which scripts use the demo's network."""

from datetime import datetime
from itertools import product

import httpx
import pytest

from abonent.kernel.time import SECOND_US, instant
from abonent.simulator.clock import load_clock
from tests.operations.simulator.conftest import Stage, internet_line

pytestmark = pytest.mark.anyio

ELSEWHERE = "+380751234567"


async def test_a_code_is_dialled_and_answered(stage: Stage) -> None:
    line = await stage.house.subscriber("100.00", language="en")
    opened = (await stage.post("/simulator/ussd", line=line.number, text="*111#")).json()
    assert not opened["end"]
    assert "1 " in opened["text"]
    body = {"line": line.number, "text": "1", "session": opened["session"]}
    answered = (await stage.post("/simulator/ussd", **body)).json()
    assert answered["session"] == opened["session"]
    assert "100" in answered["text"]


async def test_what_a_code_did_has_reached_the_network_when_it_answers(stage: Stage) -> None:
    line = await stage.house.subscriber("100.00", language="en")
    await stage.house.done(line, "activate_service", service="roaming")
    await stage.post("/simulator/ussd", line=line.number, text="*100#")
    answer = await stage.client.get("/simulator/network", params={"line": line.number})
    assert answer.json() == {
        "line": line.number,
        "forwarding": [],
        "bars": [],
        "services": ["roaming"],
    }


async def test_a_message_reaches_the_inbox_newest_first(stage: Stage) -> None:
    line = await stage.house.subscriber()
    for text in ("перше", "друге"):
        sent = await stage.post("/simulator/sms", from_="Мама", to=line.number, text=text)
        assert sent.status_code == 201
        stage.house.clock.advance(SECOND_US)
    got = await stage.client.get("/simulator/sms", params={"line": f"+{line.number}"})
    texts = [(item["from"], item["text"]) for item in got.json()["items"]]
    assert texts == [("Мама", "друге"), ("Мама", "перше")]
    assert got.json()["items"][0]["at"] == "2026-11-17T10:00:01Z"


async def test_nobody_reads_messages_to_a_short_number(stage: Stage) -> None:
    line = await stage.house.subscriber()
    said = await stage.fault("/simulator/sms", from_=line.number, to="2772", text="123456")
    assert said == (404, "short_number")


async def test_a_blocked_line_can_neither_write_nor_talk(stage: Stage) -> None:
    line, other = await stage.house.subscriber("50.00"), await stage.house.subscriber()
    await stage.house.done(line, "block_line")
    said = await stage.fault("/simulator/sms", from_=line.number, to=other.number, text="hi")
    assert said == (409, "line_blocked")
    said = await stage.fault("/simulator/usage", line=line.number, kind="data", amount=1)
    assert said == (409, "line_blocked")
    assert await stage.house.balance(line) == "50.00"


async def test_a_call_is_charged_at_once_by_the_tariff(stage: Stage) -> None:
    line = await stage.house.subscriber("50.00", "second")
    body = {"line": line.number, "kind": "call", "peer": ELSEWHERE, "amount": 90}
    answer = (await stage.post("/simulator/usage", **body)).json()
    assert answer == {"charge": {"amount": "2.40", "currency": "UAH"}, "buckets": []}
    assert await stage.house.balance(line) == "47.60"
    await stage.house.books_are_sound()


async def test_a_package_pays_and_says_what_is_left(stage: Stage) -> None:
    line = await stage.house.subscriber("50.00", "everyday")
    body = {"line": line.number, "kind": "data", "amount": 1_048_576}
    answer = (await stage.post("/simulator/usage", **body)).json()
    assert answer["charge"] == {"amount": "0.00", "currency": "UAH"}
    internet = next(left for left in answer["buckets"] if left["bucket"] == "internet")
    assert internet["unit"] == "byte"
    assert internet["granted"] - internet["left"] >= 1_048_576
    assert internet["expires_at"].endswith("Z")


async def test_what_happened_before_is_rated_by_its_own_date(stage: Stage) -> None:
    line = await stage.house.subscriber("50.00", "second")
    for at in ("2026-09-01T10:00:00+03:00", "2026-11-01T10:00:00+02:00"):
        body = {"line": line.number, "kind": "call", "peer": ELSEWHERE, "amount": 60, "at": at}
        await stage.post("/simulator/usage", **body)
    charges = await stage.house.rows("SELECT charge_minor FROM usage_record ORDER BY at")
    assert charges == [(150,), (160,)]


async def test_the_clock_moves_and_the_first_of_the_month_does_what_it_should(
    stage: Stage,
) -> None:
    line = await stage.house.subscriber("200.00", "everyday")
    await stage.house.done(line, "activate_service", service="missed-calls")
    moved = await stage.post("/simulator/clock", now="2026-12-17T12:00:00+02:00")
    assert moved.json() == {"now": "2026-12-17T10:00:00Z", "ahead_s": 30 * 86_400}
    assert await stage.house.balance(line) == "30.00"
    seen = await stage.client.get("/simulator/clock")
    assert seen.json() == moved.json()


async def test_a_restart_keeps_the_clock(stage: Stage) -> None:
    await stage.post("/simulator/clock", advance_s=90)
    await stage.post("/simulator/clock", advance_s=10)
    assert (await load_clock(stage.house.db)).offset_us == 100 * SECOND_US


async def test_the_clock_never_goes_back(stage: Stage) -> None:
    assert await stage.fault("/simulator/clock", advance_s=-1) == (409, "clock_back")
    said = await stage.fault("/simulator/clock", now="2026-11-17T11:59:59+02:00")
    assert said == (409, "clock_back")
    start = instant(datetime.fromisoformat("2026-11-17T12:00:00+02:00"))
    assert stage.house.clock.now() == start


async def test_people_are_listed_with_the_contact_centre(stage: Stage) -> None:
    answer = (await stage.client.get("/simulator/people")).json()
    assert answer["items"] == []
    assert all(member["login"].startswith("staff:") for member in answer["staff"])


BAD_INPUTS = [
    ("/simulator/ussd", {"line": "380941999999", "text": "*100#"}, 404, "line_unknown"),
    ("/simulator/ussd", {"line": "", "text": "*100#"}, 422, "input_invalid"),
    ("/simulator/ussd", {"line": "1", "text": "x" * 183}, 422, "input_invalid"),
    ("/simulator/ussd", {"line": "1", "text": "\x00"}, 422, "input_invalid"),
    ("/simulator/ussd", {"text": "*100#"}, 422, "input_invalid"),
    ("/simulator/ussd", {"line": 1, "text": "*100#"}, 422, "input_invalid"),
    ("/simulator/sms", {"from": "a", "to": "380941999999", "text": "x"}, 404, "line_unknown"),
    ("/simulator/sms", {"from": "a", "to": "b", "text": ""}, 422, "input_invalid"),
    ("/simulator/sms", {"from": "a", "to": "b", "text": "x", "c": 1}, 422, "input_invalid"),
    ("/simulator/usage", {"line": "1", "kind": "call", "amount": 0}, 422, "input_invalid"),
    ("/simulator/usage", {"line": "1", "kind": "call", "amount": -5}, 422, "input_invalid"),
    ("/simulator/usage", {"line": "1", "kind": "call", "amount": 1.5}, 422, "input_invalid"),
    ("/simulator/usage", {"line": "1", "kind": "call", "amount": 86_401}, 422, "input_invalid"),
    ("/simulator/usage", {"line": "1", "kind": "fax", "amount": 1}, 422, "input_invalid"),
    ("/simulator/clock", {}, 422, "input_invalid"),
    ("/simulator/clock", {"advance_s": 1, "now": "2027-01-01T00:00:00Z"}, 422, "input_invalid"),
    ("/simulator/clock", {"now": "2027-01-01T00:00:00"}, 422, "input_invalid"),
    ("/simulator/clock", {"now": "tomorrow"}, 422, "input_invalid"),
    ("/simulator/clock", {"advance_s": 500 * 86_400}, 422, "clock_far"),
    ("/simulator/clock", {"now": "9999-12-31T23:59:59Z"}, 422, "clock_far"),
]


async def test_a_bad_input_is_said_cleanly(stage: Stage) -> None:
    for path, body, status, code in BAD_INPUTS:
        answer = await stage.client.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (path, body)


BROKEN = [b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b'{"line": NaN}', b"[" * 100_000]


async def test_a_broken_body_is_said_cleanly(stage: Stage) -> None:
    headers = {"content-type": "application/json"}
    for body in BROKEN:
        answer = await stage.client.post("/simulator/ussd", content=body, headers=headers)
        assert answer.status_code in {400, 422}, body[:20]
        assert set(answer.json()) == {"code", "message"}


async def test_a_form_of_another_site_is_no_json(stage: Stage) -> None:
    answer: httpx.Response = await stage.client.post("/simulator/clock", data={"advance_s": "1"})
    assert (answer.status_code, answer.json()["code"]) == (415, "content_type")


async def test_what_has_not_happened_yet_cannot_be_rated(stage: Stage) -> None:
    line = await stage.house.subscriber("50.00")
    for at in ("2026-11-17T12:00:01+02:00", "1999-12-31T23:59:59Z"):
        body = {"line": line.number, "kind": "sms", "amount": 1, "at": at}
        assert (await stage.post("/simulator/usage", **body)).status_code == 422
    assert await stage.house.balance(line) == "50.00"


async def test_an_unknown_line_has_nothing(stage: Stage) -> None:
    queries: tuple[dict[str, str], ...] = ({"line": "380941999999"}, {"line": "\x00"}, {})
    for path, query in product(("/simulator/sms", "/simulator/network"), queries):
        answer = await stage.client.get(path, params=query)
        assert (answer.status_code, answer.json()["code"]) == (404, "line_unknown")


async def test_home_internet_has_no_telephone(stage: Stage) -> None:
    await internet_line(stage.house, "dim-7")
    assert await stage.fault("/simulator/ussd", line="dim-7", text="*100#") == (422, "no_telephone")
    call = {"line": "dim-7", "kind": "call", "amount": 60}
    assert await stage.fault("/simulator/usage", **call) == (422, "no_telephone")
    answer = await stage.post("/simulator/usage", line="dim-7", kind="data", amount=1_048_576)
    assert answer.json()["charge"]["amount"] == "0.30"
