"""The keys of the drawn telephone, as plain forms send them."""

import json

import pytest

from abonent.kernel.text import Amount
from abonent.kernel.time import SECOND_US
from abonent.simulator.handset import Handset
from abonent.simulator.phone import PhoneView
from abonent.simulator.sql import add_card
from abonent.simulator.telephony import parts_of
from tests.operations.simulator.conftest import Stage, internet_line

pytestmark = pytest.mark.anyio

ELSEWHERE = "+380751234567"


def left(hand: Handset) -> dict[str, str]:
    """The hidden fields of the form in which the telephone lies."""
    fields = {"session": hand.session, "step": str(hand.step), "typed": hand.typed}
    if hand.waits:
        fields["waits"] = "yes"
    if hand.peer:
        fields |= {"peer": hand.peer, "since": str(hand.since)}
    return fields


async def test_digits_are_typed_and_taken_back(stage: Stage) -> None:
    line = await stage.house.subscriber()
    hand = (await stage.press(line.number, key="*")).handset
    hand = (await stage.press(line.number, key="1", **left(hand))).handset
    assert hand.typed == "*1"
    hand = (await stage.press(line.number, key="back", **left(hand))).handset
    assert hand.typed == "*"


async def test_a_code_is_dialled_answered_and_closed(stage: Stage) -> None:
    line = await stage.house.subscriber("100.00", language="en")
    hand = (await stage.press(line.number, key="call", typed="*111#")).handset
    assert hand.waits
    menu = hand.said
    hand = (await stage.press(line.number, **left(hand) | {"key": "2"})).handset
    assert (hand.said, hand.typed) == (menu, "2")
    hand = (await stage.press(line.number, **left(hand) | {"key": "call"})).handset
    assert hand.said != menu
    hand = (await stage.press(line.number, **left(hand) | {"key": "end"})).handset
    assert (hand.said, hand.waits) == ("", False)


async def test_an_answer_that_is_sent_twice_is_given_once(stage: Stage) -> None:
    line = await stage.house.subscriber("100.00", language="en")
    hand = (await stage.press(line.number, key="call", typed="*111#")).handset
    form = left(hand) | {"key": "call", "typed": "2"}
    first = (await stage.press(line.number, **form)).handset
    again = (await stage.press(line.number, **form)).handset
    assert (first.said, first.step) == (again.said, again.step)


async def test_a_call_lasts_until_the_red_key_and_is_charged_once(stage: Stage) -> None:
    line = await stage.house.subscriber("50.00", "second")
    talking = (await stage.press(line.number, key="call", typed=ELSEWHERE)).handset
    assert talking.peer == ELSEWHERE
    stage.house.clock.advance(90 * SECOND_US)
    form = left(talking) | {"key": "end"}
    ended = (await stage.press(line.number, **form)).handset.ended
    assert ended is not None
    assert (ended.seconds, ended.charge.decimal()) == (90, "2.40")
    await stage.press(line.number, **form)
    assert await stage.house.balance(line) == "47.60"


async def test_a_forged_beginning_of_a_call_is_bounded(stage: Stage) -> None:
    line = await stage.house.subscriber("500.00", "second")
    for since in ("", "-1", "x", "9" * 18, "0"):
        form = {"key": "end", "peer": ELSEWHERE, "since": since, "session": f"s{since}"}
        ended = (await stage.press(line.number, **form)).handset.ended
        assert ended is not None
        assert 1 <= ended.seconds <= 4 * 3600, since


async def test_a_blocked_line_cannot_call(stage: Stage) -> None:
    line = await stage.house.subscriber("50.00")
    await stage.house.done(line, "block_line")
    hand = (await stage.press(line.number, key="call", typed=ELSEWHERE)).handset
    assert hand.fault == "line_blocked"


async def lever(stage: Stage, path: str, **form: str) -> tuple[PhoneView, int]:
    await stage.client.post(f"/phone/{path}", data=form)
    return stage.shown[-1]


async def test_a_message_is_charged_and_arrives_once(stage: Stage) -> None:
    house = stage.house
    line, other = await house.subscriber("50.00", "second"), await house.subscriber()
    form = {"line": line.number, "to": f"+{other.number}", "text": "Привіт", "once": "k"}
    view, status = await lever(stage, "sms", **form)
    await lever(stage, "sms", **form)
    assert status == 200
    assert view.used is not None
    assert view.used.charge.decimal() == "1.00"
    (sms,) = await stage.network.inbox(other.number)
    assert (sms.sender, sms.text) == (line.number, "Привіт")
    assert await house.balance(line) == "49.00"


async def test_minutes_and_megabytes_are_used_at_once(stage: Stage) -> None:
    line = await stage.house.subscriber("50.00", "second")
    form = {"line": line.number, "kind": "call", "peer": ELSEWHERE, "amount": "5", "once": "a"}
    view, _ = await lever(stage, "use", **form)
    assert view.used is not None
    assert (view.used.amount, view.used.charge.decimal()) == (Amount(300, "second"), "8.00")
    form = {"line": line.number, "kind": "data", "amount": "10", "once": "b"}
    view, _ = await lever(stage, "use", **form)
    assert view.used is not None
    assert view.used.charge.decimal() == "3.00"


async def test_an_amount_that_is_none_is_said_on_the_page(stage: Stage) -> None:
    line = await stage.house.subscriber("50.00")
    for amount in ("", "0", "-1", "1.5", "1e3", "51201", "٣", "9" * 30):
        form = {"line": line.number, "kind": "data", "amount": amount}
        view, status = await lever(stage, "use", **form)
        assert (view.fault, status) == ("input_invalid", 422), amount
    assert await stage.house.balance(line) == "50.00"


async def test_the_clock_goes_to_the_first_of_the_next_month(stage: Stage) -> None:
    line = await stage.house.subscriber()
    answer = await stage.client.post("/phone/clock", data={"line": line.number, "to": "month"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/phone?line={line.number}")
    await stage.client.get("/phone", params={"line": line.number})
    view, _ = stage.shown[-1]
    assert view.now == stage.house.clock.now()
    assert stage.house.env.zone.key == "Europe/Kyiv"
    clock = await stage.client.get("/simulator/clock")
    assert clock.json()["now"] == "2026-11-30T22:00:00Z"


async def test_a_form_of_another_site_does_nothing(stage: Stage) -> None:
    line = await stage.house.subscriber()
    own = {"login": line.number}
    card = json.dumps({**own, "lines": [own]})
    await stage.house.db.write(lambda tx: add_card(tx, 1, card))
    await stage.client.post(
        "/phone/clock",
        data={"line": line.number, "to": "day"},
        headers={"sec-fetch-site": "cross-site"},
    )
    view, status = stage.shown[-1]
    assert (view.fault, status) == ("from_elsewhere", 403)
    assert stage.house.clock.offset_us == 0


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, 1), ("a" * 161, 2), ("я" * 70, 1), ("я" * 71, 2), ("я" * 135, 3)],
)
def test_a_long_text_takes_several_messages(text: str, parts: int) -> None:
    assert parts_of(text) == parts


async def test_home_internet_has_no_keys_to_press(stage: Stage) -> None:
    await internet_line(stage.house, "dim-7")
    for typed in ("*100#", ELSEWHERE):
        hand = (await stage.press("dim-7", key="call", typed=typed)).handset
        assert hand.fault == "no_telephone"
