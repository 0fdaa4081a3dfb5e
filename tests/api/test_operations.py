import asyncio

from abonent.kernel.money import Money
from tests.api.stage import (
    FRESH,
    NUMBER,
    PASSWORD,
    PUK,
    STAFF,
    STRANGER,
    VOUCHER,
    Stage,
)


async def test_an_operation_is_proposed_and_confirmed(olena: Stage) -> None:
    proposed = await olena.do("activate_service", service="caller-id")
    assert proposed.status_code == 202
    body = proposed.json()
    assert body["outcome"] == "confirm"
    assert body["quote"].keys() == {"price", "effective_at", "terms", "text"}
    assert body["quote"]["price"]["currency"] == "UAH"
    confirmed = await olena.client.post(f"/proposals/{body['proposal']}/confirm")
    assert confirmed.status_code == 200
    receipt = confirmed.json()["receipt"]
    assert (receipt["id"], receipt["state"]) == (body["proposal"], "done")
    on = {item["id"]: item["state"] for item in await olena.items("/services")}
    assert on["caller-id"] == "on"


async def test_a_confirmation_given_twice_does_it_once(olena: Stage) -> None:
    proposed = (await olena.do("buy_package", package=await package(olena))).json()
    before = await olena.balance()
    path = f"/proposals/{proposed['proposal']}/confirm"
    first, second = await asyncio.gather(olena.client.post(path), olena.client.post(path))
    assert first.json() == second.json()
    assert first.status_code == 200
    price = proposed["quote"]["price"]["amount"]
    assert (before - await olena.balance()).decimal() == price


async def package(olena: Stage) -> str:
    return str((await olena.items("/packages"))[0]["id"])


async def test_propose_and_confirm_can_be_one_call(olena: Stage) -> None:
    answer = await olena.do("top_up_by_voucher", code=VOUCHER, confirm=True)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "done")


async def test_an_operation_can_be_about_another_line_of_ones_own(olena: Stage) -> None:
    on = str(olena.second.id)
    answer = await olena.client.post(f"/operations/block_line?on={on}", json={"confirm": True})
    assert answer.status_code == 200
    assert (await olena.get("/home", on=on)).json()["line"]["blocked"]
    assert not (await olena.get("/home")).json()["line"]["blocked"]
    answer = await olena.do("unblock_line", on=on, confirm=True)
    assert answer.status_code == 200
    assert not (await olena.get("/home", on=on)).json()["line"]["blocked"]


async def test_a_proposal_about_another_line_is_confirmed_by_its_id_alone(olena: Stage) -> None:
    proposed = (await olena.do("block_line", on=str(olena.second.id))).json()
    confirmed = await olena.client.post(f"/proposals/{proposed['proposal']}/confirm", json={})
    assert confirmed.status_code == 200
    assert (await olena.get("/home", on=str(olena.second.id))).json()["line"]["blocked"]


async def test_what_is_not_ones_own_is_not_found(olena: Stage) -> None:
    for foreign in (str(olena.stranger.id), str(olena.stranger.account), "1"):
        in_body = await olena.do("block_line", on=foreign, confirm=True)
        in_query = await olena.client.post(f"/operations/block_line?on={foreign}", json={})
        assert in_body.status_code == in_query.status_code == 404


async def test_a_strangers_proposal_is_unknown(olena: Stage) -> None:
    proposal = (await olena.do("block_line")).json()["proposal"]
    await olena.start_session(olena.stranger)
    for path in (f"/proposals/{proposal}/confirm", "/proposals/7/confirm"):
        answer = await olena.client.post(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "proposal_unknown")
    olena.log_out()
    answer = await olena.client.post(f"/proposals/{proposal}/confirm")
    assert (answer.status_code, answer.json()["code"]) == (404, "proposal_unknown")


async def test_an_id_that_is_none_is_not_found(olena: Stage) -> None:
    for id in ("x", "-1", "1e3", "9223372036854775808", "9" * 40, "%00", "١"):
        for step in ("confirm", "prove"):
            answer = await olena.client.post(f"/proposals/{id}/{step}", json={"code": "123456"})
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), id


async def test_a_repeated_request_gets_the_stored_answer(olena: Stage) -> None:
    before = await olena.balance()
    first = await olena.do_once("key-1", "top_up_by_voucher", code=VOUCHER, confirm=True)
    again = await olena.do_once("key-1", "top_up_by_voucher", code=VOUCHER, confirm=True)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert await olena.balance() - before == Money(50_00, "UAH")


async def test_a_key_used_for_something_else_is_refused(olena: Stage) -> None:
    await olena.do_once("key-1", "activate_service", service="caller-id")
    for answer in (
        await olena.do_once("key-1", "activate_service", service="call-waiting"),
        await olena.do_once("key-1", "deactivate_service", service="caller-id"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_an_idempotency_key_is_short_and_plain(olena: Stage) -> None:
    for key in ("", " ", "a b", "x" * 101):
        answer = await olena.do_once(key, "block_line")
        assert (answer.status_code, answer.json()["code"]) == (422, "key_invalid"), key


async def test_wrong_input_is_explained_field_by_field(olena: Stage) -> None:
    answer = await olena.do("set_forwarding", kind="sideways", to="12", colour="red")
    assert (answer.status_code, answer.json()["outcome"]) == (422, "input")
    fields = {field["name"]: field for field in answer.json()["fields"]}
    assert fields.keys() == {"kind", "to", "colour"}
    assert fields["colour"]["code"] == "unknown_field"
    assert all(field["message"] for field in fields.values())


async def test_a_day_from_the_ends_of_the_calendar_is_no_date(olena: Stage) -> None:
    for day in ("0001-01-01", "1969-07-20", "9999-12-31", "20251101", "2025-02-30"):
        answer = await olena.do("order_detail", **{"from": day, "to": day})
        assert answer.status_code == 422, day
        assert [field["code"] for field in answer.json()["fields"]] == ["date_invalid"] * 2


async def test_consent_is_true_or_false_and_nothing_else(olena: Stage) -> None:
    wrong: list[object] = ["true", 1, None, [], "yes"]
    for consent in wrong:
        answer = await olena.do("block_line", confirm=consent)
        assert answer.status_code == 422
        assert [field["name"] for field in answer.json()["fields"]] == ["confirm"]


async def test_a_code_is_needed_only_where_one_was_sent(olena: Stage) -> None:
    proposal = (await olena.do("block_line")).json()["proposal"]
    path = f"/proposals/{proposal}/prove"
    for body in ({}, {"code": 123456}, {"code": ""}):
        answer = await olena.client.post(path, json=body)
        assert (answer.status_code, answer.json()["outcome"]) == (422, "input")
    answer = await olena.client.post(path, json={"code": "123456"})
    assert answer.json()["outcome"] == "refused"


async def test_an_operation_that_nobody_knows_is_not_found(olena: Stage) -> None:
    for name in ("give_me_money", "%00", "block_line%0A", "x" * 5000):
        answer = await olena.client.post(f"/operations/{name}", json={})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_guest_registers_and_logs_in(guest: Stage) -> None:
    fields = {"number": FRESH, "password": "Нова ластівка 7", "puk": PUK}
    answer = await guest.do("register", **fields, password_again=fields["password"])
    assert answer.status_code == 200, answer.text
    await guest.log_in(FRESH, "Нова ластівка 7")
    assert (await guest.get("/home")).json()["line"]["number"] == FRESH


async def test_a_guest_may_do_nothing_else(guest: Stage) -> None:
    for operation in (await guest.get("/operations")).json()["items"]:
        if "guest" not in operation["askers"]:
            answer = await guest.do(operation["name"])
            assert (answer.status_code, answer.json()["code"]) == (401, "session_needed")


async def test_staff_tell_a_puk_and_say_why(guest: Stage) -> None:
    await guest.log_in(STAFF)
    unexplained = await guest.do("reveal_puk", number=NUMBER)
    assert unexplained.status_code == 422
    assert [field["name"] for field in unexplained.json()["fields"]] == ["reason"]
    answer = await guest.do("reveal_puk", number=NUMBER, reason="Identity card shown, call 4711")
    assert answer.status_code == 200, answer.text
    assert answer.json()["receipt"]["secret"] == PUK
    await guest.start_session(guest.line)
    assert "staff" in {line["who"] for line in await guest.items("/journal")}


async def test_nobody_else_tells_a_puk(olena: Stage) -> None:
    for body in ({}, {"reason": "because"}):
        answer = await olena.do("reveal_puk", number=STRANGER, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_staff_may_not_act_for_a_subscriber(guest: Stage) -> None:
    await guest.log_in(STAFF)
    answer = await guest.do("block_line", reason="asked to by phone", confirm=True)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    answer = await guest.do("block_line", reason="asked to", on=str(guest.line.id))
    assert answer.status_code == 404


async def test_too_little_money_is_a_conflict_that_says_how_much_is_missing(olena: Stage) -> None:
    await olena.start_session(olena.second)
    dear = max(await olena.items("/packages"), key=lambda item: float(item["price"]["amount"]))
    answer = await olena.do("buy_package", package=dear["id"], confirm=True)
    while answer.status_code == 200:
        answer = await olena.do("buy_package", package=dear["id"], confirm=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "balance_low")
    assert "UAH" in answer.json()["message"] or "₴" in answer.json()["message"]


async def test_a_password_change_keeps_nothing_of_the_password(olena: Stage) -> None:
    answer = await olena.do(
        "set_password",
        old_password=PASSWORD,
        password="Ще одна 2026",
        password_again="Ще одна 2026",
    )
    assert answer.status_code in (200, 422), answer.text
    assert PASSWORD not in answer.text
