from typing import Any

import jsonschema_rs

from abonent.channels.api.views import VIEWS
from abonent.kernel.case import Person, Staff
from abonent.ledger import payments
from abonent.ledger.payments import Payment
from abonent.operations.money.payments import receive
from abonent.operations.ports import PaymentEvent
from tests.api.stage import NUMBER, SECOND_NUMBER, STAFF, VOUCHER, Stage

OF_PEOPLE = [view for view in VIEWS if view.reader is Person]
BY_RULE = {"auto-payment", "collect-calls", "invoices", "promised-payment", "transfers"}
"""Views that an operator has only with the rule of their name."""


async def test_home_shows_money_and_what_is_left(olena: Stage) -> None:
    home = (await olena.get("/home")).json()
    assert home["line"]["number"] == NUMBER
    assert home["line"]["id"] == str(olena.line.id)
    assert home["balance"] == {
        "amount": (await olena.balance()).decimal(),
        "currency": "UAH",
    }
    assert home["tariff"] == {"id": "everyday", "name": "Everyday"}
    assert home["buckets"][0].keys() >= {"id", "bucket", "unit", "left", "granted", "expires_at"}


async def test_every_view_answers_as_its_schema_says(ruled_olena: Stage) -> None:
    olena = ruled_olena
    await olena.do("order_detail", **{"from": "2025-11-01", "to": "2025-11-18", "confirm": True})
    await olena.do("activate_service", service="caller-id", confirm=True)
    await olena.do("change_tariff", tariff="calm", confirm=True)
    await in_review(olena)
    described = (await olena.get("/openapi.json")).json()
    for view in sorted(VIEWS, key=lambda view: view.reader is Staff):
        if view.reader is Staff:
            await olena.log_in(STAFF)
        answer = await olena.get(view.path)
        assert answer.status_code == 200, (view.name, answer.text)
        responses = described["paths"][view.path]["get"]["responses"]
        schema = responses["200"]["content"]["application/json"]["schema"]
        whole = schema | {"components": described["components"]}
        jsonschema_rs.Draft202012Validator(whole).validate(answer.json())


async def test_a_view_whose_rule_the_operator_lacks_is_not_found(olena: Stage) -> None:
    await olena.do("order_detail", **{"from": "2025-11-01", "to": "2025-11-18", "confirm": True})
    lacking = {view.name for view in VIEWS if (await olena.get(view.path)).status_code == 404}
    assert "invoices" in lacking
    assert lacking <= BY_RULE


async def test_staff_see_what_payments_they_must_look_at(olena: Stage) -> None:
    payment, before = await in_review(olena), await olena.balance()
    answer = await olena.get("/payment-reviews")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    await olena.log_in(STAFF)
    [row] = await olena.items("/payment-reviews")
    assert (row["id"], row["number"]) == (str(payment), NUMBER)
    assert row["told"][0]["amount"] == {"amount": "99.99", "currency": "UAH"}
    body = {"payment": row["id"], "held": "99.99", "reason": "seen there", "confirm": True}
    settled = await olena.do("resolve_payment", **body)
    assert settled.status_code == 200, settled.text
    assert await olena.items("/payment-reviews") == []
    assert await olena.balance() == before + olena.env.money(99_99)


async def in_review(olena: Stage) -> int:
    """A payment of Olena's for which another sum came than she ordered."""
    env, line = olena.env, olena.line
    at, nothing = env.clock.now(), env.money(0)
    payment = Payment(
        id=env.ids.next(),
        account=line.account,
        line=line.id,
        person=line.person,
        gateway="demo",
        amount=env.money(100_00),
        commission=nothing,
        bonus=nothing,
        language="en",
        created_at=at,
    )
    await olena.runner.db.write(lambda tx: payments.add(tx, payment))
    told = PaymentEvent("e1", payment.id, "paid", env.money(99_99), "ref", at)
    assert await receive(olena.runner.db, env, "demo", told) == "move"
    return payment.id


async def test_names_come_in_the_language_that_is_asked_for(olena: Stage) -> None:
    names = []
    for language in ("en", "uk", "de, uk;q=0.5"):
        headers = {"Accept-Language": language}
        home = (await olena.client.get("/home", headers=headers)).json()
        names.append(home["tariff"]["name"])
    assert names[0] == "Everyday"
    assert names[1] == names[2] != names[0]


async def test_without_a_wish_the_subscribers_own_language_is_spoken(olena: Stage) -> None:
    await olena.do("set_language", language="uk")
    del olena.client.headers["Accept-Language"]
    assert (await olena.get("/home")).json()["tariff"]["name"] != "Everyday"


async def test_a_view_can_be_about_any_line_contract_or_account_of_ones_own(olena: Stage) -> None:
    about = await olena.get("/home", on=str(olena.second.id))
    assert about.json()["line"]["number"] == SECOND_NUMBER
    for own in (olena.line.contract, olena.line.account):
        assert (await olena.get("/home", on=str(own))).json()["line"]["number"] == NUMBER


async def test_what_the_session_may_not_touch_is_not_found(olena: Stage) -> None:
    stranger = olena.stranger
    for foreign in (
        stranger.id,
        stranger.contract,
        stranger.account,
        stranger.person,
        0,
        2**63 - 1,
    ):
        for view in OF_PEOPLE:
            if not view.public:
                answer = await olena.get(view.path, on=str(foreign))
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_guest_sees_the_contacts_and_nothing_else(guest: Stage) -> None:
    statuses = {view.name: (await guest.get(view.path)).status_code for view in VIEWS}
    assert statuses.pop("contacts") == 200
    assert set(statuses.values()) == {401}


async def everything(olena: Stage, path: str, limit: int) -> list[list[dict[str, Any]]]:
    pages: list[list[dict[str, Any]]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = (await olena.get(path, limit=str(limit), **cursor)).json()
        pages.append(answer["items"])
        if answer["next"] is None:
            return pages
        cursor = {"cursor": answer["next"]}


async def test_lists_are_read_page_by_page(olena: Stage) -> None:
    for service in ("caller-id", "hidden-number", "call-waiting"):
        answer = await olena.do("activate_service", service=service, confirm=True)
        assert answer.status_code == 200, answer.text
    for path in (
        "/movements",
        "/due",
        "/journal",
        "/services",
        "/tariffs",
        "/notices",
        "/contacts",
    ):
        whole = (await everything(olena, path, 200))[0]
        pages = await everything(olena, path, 2)
        assert len(whole) > 2, path
        assert all(len(page) == 2 for page in pages[:-1])
        assert [item["id"] for page in pages for item in page] == [item["id"] for item in whole]


async def test_what_lists_name_is_what_operations_take(olena: Stage) -> None:
    packages = await olena.items("/packages")
    bought = await olena.do("buy_package", package=packages[0]["id"], confirm=True)
    assert bought.status_code == 200
    services = [item for item in await olena.items("/services") if item["state"] == "off"]
    on = await olena.do("activate_service", service=services[0]["id"], confirm=True)
    assert on.status_code == 200
    tariffs = (await olena.get("/tariffs")).json()
    other = next(item for item in tariffs["items"] if item["id"] != tariffs["current"])
    assert (await olena.do("change_tariff", tariff=other["id"], confirm=True)).status_code == 200
    assert (await olena.get("/tariffs")).json()["pending"]["to_tariff"] == other["name"]


async def test_payments_are_what_came_in(olena: Stage) -> None:
    assert (await olena.do("top_up_by_voucher", code=VOUCHER)).status_code == 200
    every, came = await olena.items("/movements"), await olena.items("/payments")
    shared = [{name: item[name] for name in ("id", "at", "what", "amount")} for item in came]
    assert shared == [item for item in every if not item["amount"]["amount"].startswith("-")]
    assert {item["state"] for item in came} == {"paid"}
    assert [item["amount"]["amount"] for item in came] == ["50.00", "500.00"]


async def test_usage_is_of_this_month_unless_a_period_is_given(olena: Stage) -> None:
    usage = (await olena.get("/usage")).json()
    assert (usage["first_day"], usage["last_day"]) == ("2025-11-01", "2025-11-18")
    assert len(usage["days"]) == 18
    period = {"from": "2025-10-01", "to": "2025-10-31"}
    usage = (await olena.get("/usage", **period)).json()
    assert (usage["first_day"], usage["last_day"]) == ("2025-10-01", "2025-10-31")


async def test_usage_is_grouped_by_kind_and_day_or_by_one_of_them(olena: Stage) -> None:
    both, by_kind, by_day = [
        (await olena.get("/usage", **group)).json()
        for group in ({}, {"group": "kind"}, {"group": "day"})
    ]
    assert (by_kind["kinds"], by_kind["days"]) == (both["kinds"], [])
    assert (by_day["kinds"], by_day["days"]) == ([], both["days"])


async def test_a_period_that_makes_no_sense_is_refused(olena: Stage) -> None:
    for first, last, code in (
        ("2025-11-02", "2025-11-01", "period_reversed"),
        ("2025-11-01", "2025-11-19", "period_future"),
        ("2015-01-01", "2025-01-01", "period_too_long"),
        ("2025-11-01", "2025-13-01", "query_invalid"),
    ):
        answer = await olena.get("/usage", **{"from": first, "to": last})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["message"]


async def test_a_detail_can_be_read_once_it_was_ordered(olena: Stage) -> None:
    assert (await olena.get("/detail")).status_code == 404
    ordered = await olena.do(
        "order_detail", **{"from": "2025-11-01", "to": "2025-11-18", "confirm": True}
    )
    receipt = ordered.json()["receipt"]
    for query in ({}, {"order": receipt["id"]}):
        detail = (await olena.get("/detail", **query)).json()
        assert detail["order"]["id"] == receipt["id"]
        assert detail["items"] == []
    assert (await olena.get("/detail", order=str(olena.line.id))).status_code == 404
    await olena.start_session(olena.stranger)
    assert (await olena.get("/detail", order=receipt["id"])).status_code == 404


async def test_unknown_and_broken_parameters_are_refused_everywhere(olena: Stage) -> None:
    for view in OF_PEOPLE:
        for query in (
            "limit=-1",
            "limit=0",
            "limit=201",
            "cursor=x",
            "colour=red",
            "on=",
            "on=1&on=1",
        ):
            answer = await olena.client.get(f"{view.path}?{query}")
            assert answer.status_code == 422, (view.path, query)
            assert answer.json()["code"].startswith("query_")
