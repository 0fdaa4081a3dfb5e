"""The people of the demo and what they have lived through."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from abonent.kernel.time import DAY_US, Instant, day_of, midnight
from abonent.operations.ports import Outgoing
from abonent.profile.load import load
from abonent.profile.model import Password
from abonent.profile.new import new
from abonent.simulator.people import PEOPLE
from abonent.simulator.seeding import cast_of, password_of, people_of, seed
from abonent.simulator.shelf import Shelf
from abonent.store.database import open_database
from tests.fixtures.databases import Engine
from tests.fixtures.house import House
from tests.operations.simulator.conftest import say_of

pytestmark = pytest.mark.anyio

WANTED = {
    "prepaid": 3,
    "prepaid_low": 1,
    "prepaid_new": 1,
    "three_lines": 1,
    "family": 2,
    "company": 1,
    "internet": 1,
    "postpaid": 1,
    "fresh_sim": 1,
}


async def cards(house: House) -> list[Any]:
    return list(await house.db.read(people_of))


async def balance(house: House, login: str, currency: str = "UAH") -> int:
    rows = await house.rows(
        "SELECT b.amount FROM identifier i JOIN line l ON l.id = i.target_id"
        " JOIN balance b ON b.account_id = l.account_id WHERE i.value = $1 AND b.currency = $2",
        login,
        currency,
    )
    return rows[0][0] if rows else 0


def typical(house: House) -> int:
    first = min(cast.came for cast in cast_of(house.env, house.clock.now()))
    env = house.env
    return Shelf(env.operator, env.catalog(first), env.catalog()).typical_fee_minor


async def test_everybody_who_was_promised_is_there(demo: House) -> None:
    kinds = [card["kind"] for card in await cards(demo)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == WANTED
    lines = {card["kind"]: len(card["lines"]) for card in await cards(demo)}
    assert lines["three_lines"] == 3
    assert lines["company"] == 4


async def test_the_books_are_sound(demo: House) -> None:
    await demo.books_are_sound()


async def test_every_balance_is_as_designed(demo: House) -> None:
    fee = typical(demo)
    for card, plan in zip(await cards(demo), PEOPLE, strict=True):
        left = await balance(demo, card["login"])
        if plan.purse.below is not None:
            assert left >= fee * plan.purse.below // 100, plan.name
        if plan.kind == "prepaid_low":
            assert left < 1500
        if plan.kind == "prepaid_new":
            assert left == 0
        if plan.kind == "postpaid":
            assert -10 * fee <= left < 0
        if plan.kind == "fresh_sim":
            assert left == fee * plan.purse.opening // 100


async def test_the_first_person_has_a_rich_history(demo: House) -> None:
    first = (await cards(demo))[0]
    assert first["registered"]
    assert await balance(demo, first["number"], "PTS") >= 15
    rows = await demo.rows(
        "SELECT u.at, u.kind, u.zone FROM usage_record u JOIN identifier i ON"
        " i.target_id = u.line_id WHERE i.value = $1",
        first["number"],
    )
    months = {day_of(at, demo.env.zone).replace(day=1) for at, _, _ in rows}
    assert len(months) == 4
    assert {kind for _, kind, _ in rows} == {"call", "sms", "data"}
    assert {zone for _, _, zone in rows} >= {"onnet", "national", "international", "free"}
    done = await demo.rows(
        "SELECT DISTINCT j.code FROM journal j JOIN identifier i ON i.target_id = j.line_id"
        " WHERE i.value = $1 AND j.result IN ('done', 'accepted')",
        first["number"],
    )
    assert {code for (code,) in done} >= {
        "login",
        "logout",
        "change_tariff",
        "tariff_changed",
        "activate_service",
        "buy_package",
        "set_forwarding",
        "clear_forwarding",
        "order_detail",
        "redeem_gift",
        "top_up_by_voucher",
    }


async def test_no_line_pays_two_monthly_fees_for_one_month(demo: House) -> None:
    twice = await demo.rows(
        "SELECT line_id, at FROM entry WHERE kind = 'tariff_fee' GROUP BY line_id, at"
        " HAVING COUNT(*) > 1"
    )
    assert twice == []


async def test_nothing_happened_before_somebody_came_or_in_the_future(demo: House) -> None:
    now = demo.clock.now()
    early = await demo.rows(
        "SELECT u.id FROM usage_record u JOIN line l ON l.id = u.line_id"
        " WHERE u.at < l.created_at OR u.at >= $1 OR u.arrived_at > $1",
        now,
    )
    assert early == []
    newcomers = {card["login"] for card in await cards(demo) if card["kind"] == "prepaid_new"}
    used = await demo.rows(
        "SELECT i.value FROM usage_record u JOIN identifier i ON i.target_id = u.line_id"
        " GROUP BY i.value"
    )
    assert not newcomers & {number for (number,) in used}


async def test_a_call_within_a_family_is_had_by_both(demo: House) -> None:
    mother, father = [card for card in await cards(demo) if card["kind"] == "family"]
    query = (
        "SELECT u.at, u.amount FROM usage_record u JOIN identifier i ON i.target_id = u.line_id"
        " WHERE i.value = $1 AND u.peer = $2 AND u.direction = $3 AND u.kind = 'call'"
    )
    called = await demo.rows(query, mother["number"], father["number"], "out")
    heard = await demo.rows(query, father["number"], mother["number"], "in")
    assert called
    assert set(called) <= set(heard)


async def test_all_notices_have_arrived_in_their_order(demo: House) -> None:
    assert await demo.rows("SELECT id FROM outbox WHERE state <> 'done'") == []
    sms = await demo.rows("SELECT number, at FROM simulator_sms ORDER BY number, id")
    assert len(sms) > 50
    assert all(a[1] <= b[1] for a, b in pairwise(sms) if a[0] == b[0])


async def test_the_network_forwards_what_the_books_say(demo: House) -> None:
    written = await demo.rows(
        "SELECT i.value, f.kind, f.to_number FROM forwarding f"
        " JOIN identifier i ON i.target_id = f.line_id ORDER BY i.value"
    )
    known = await demo.rows(
        "SELECT number, fact, value FROM simulator_network WHERE fact LIKE 'forwarding:%'"
        " ORDER BY number"
    )
    assert [(number, f"forwarding:{kind}", to) for number, kind, to in written] == known
    assert known


async def test_the_vouchers_on_the_cards_are_good(demo: House) -> None:
    unused = await demo.rows("SELECT COUNT(*) FROM voucher WHERE entry_id IS NULL")
    codes = [code for card in await cards(demo) for code in card["vouchers"]]
    assert unused == [(len(codes),)]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 16 and code.isdigit() for code in codes)


async def test_a_full_store_is_left_alone(empty: House) -> None:
    await empty.subscriber()
    assert not await seed(empty.db, empty.env, say_of(empty))
    assert await cards(empty) == []


async def test_a_seeding_that_breaks_off_leaves_an_empty_store(empty: House) -> None:
    def dumb(_outgoing: Outgoing) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await seed(empty.db, empty.env, dumb)
    for table in ("person", "entry", "usage_record", "voucher", "simulator_person"):
        assert await empty.rows(f"SELECT COUNT(*) FROM {table}") == [(0,)]


def test_both_engines_live_the_same_lives(filled_url: Callable[[Engine], str]) -> None:
    async def lives(engine: Engine) -> list[tuple[Any, ...]]:
        db = open_database(filled_url(engine))
        house = House(db)
        found = await house.rows(
            "SELECT i.value, b.currency, b.amount, (SELECT COUNT(*) FROM usage_record u"
            " WHERE u.line_id = l.id), (SELECT CAST(SUM(remaining) AS BIGINT) FROM lot"
            " WHERE owner_id = l.id) FROM identifier i JOIN line l ON l.id = i.target_id"
            " LEFT JOIN balance b ON b.account_id = l.account_id ORDER BY i.value, b.currency"
        )
        await db.close()
        return found

    urls = [filled_url("sqlite"), filled_url("postgres")]
    assert len(set(urls)) == 2
    assert asyncio.run(lives("sqlite")) == asyncio.run(lives("postgres"))


@pytest.mark.parametrize("days", [0, 1, 14, 30])
def test_history_reaches_back_three_whole_months_on_any_day(days: int) -> None:
    house = House(db=None)  # type: ignore[arg-type]
    house.clock.advance(days * DAY_US)
    now = house.clock.now()
    came = cast_of(house.env, now)[0].came
    first = day_of(came, house.env.zone)
    assert first.day == 1
    assert came == midnight(first, house.env.zone)
    assert 90 <= (day_of(now, house.env.zone) - first) / timedelta(days=1) <= 123
    assert all(cast.came < now for cast in cast_of(house.env, now))


RULES = [
    Password(min_length=8, max_length=64),
    Password(min_length=6, max_length=14, needs=("letter", "digit"), latin_only=True),
    Password(min_length=6, max_length=10, needs=("digit", "lower", "upper")),
    Password(min_length=15, max_length=64, needs=("digit",)),
]


@pytest.mark.parametrize("rules", RULES)
def test_every_password_is_one_that_the_operator_allows(rules: Password) -> None:
    for plan in PEOPLE:
        password = password_of(plan, rules)
        assert rules.min_length <= len(password) <= rules.max_length
        assert password.isascii()
        assert any(map(str.isdigit, password))
        assert any(map(str.islower, password))
        assert any(map(str.isupper, password))


async def test_any_operator_has_people(tmp_path: Path) -> None:
    new(tmp_path / "profile")
    db = open_database(f"sqlite:///{tmp_path / 'abonent.db'}")
    await db.migrate()
    house = House(db, load(tmp_path / "profile"))
    assert await seed(db, replace(house.env), lambda outgoing: outgoing.kind)
    await house.books_are_sound()
    assert len(await cards(house)) == len(PEOPLE)
    await db.close()


def test_somebody_who_came_today_came_before_now() -> None:
    house = House(db=None)  # type: ignore[arg-type]
    start = midnight(day_of(house.clock.now(), house.env.zone), house.env.zone)
    now = Instant(start + 5)
    assert all(cast.came < now for cast in cast_of(house.env, now))
