"""Filling an empty store with the demo's people and their history: one transaction, all or nothing.

The people are the same in every demo of a profile; what day it is decides how far they have come.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from abonent.accounts.model import Line
from abonent.kernel.time import Instant
from abonent.operations.env import Env
from abonent.operations.identity import provision
from abonent.operations.identity.provision import LineOrder, NewPerson
from abonent.operations.identity.sessions import STAFF_PREFIX
from abonent.operations.registry import OPERATIONS
from abonent.operations.runner import Runner
from abonent.profile.model import Numbering, Password
from abonent.simulator import sql
from abonent.simulator.diary import Cast, arrival, diary, records_of
from abonent.simulator.habits import drawing
from abonent.simulator.history import Life
from abonent.simulator.network import Network, Say
from abonent.simulator.past import OneTransaction, PastClock, World
from abonent.simulator.people import PEOPLE, STAFF, LinePlan, PersonPlan
from abonent.simulator.shelf import Shelf
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx

_UNUSED_VOUCHERS = 3
_UNUSED_FACE = 2
_CREDIT_FEES = 10
"""Postpaid accounts may go so many middling monthly fees below nothing."""


@dataclass(frozen=True, slots=True)
class LineCard:
    number: str | None
    """None for a line of home internet, which has no number."""
    login: str
    label: str
    kind: str
    puk: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """All that whoever tries the demo must know of somebody, secrets included."""

    kind: str
    name: str
    note: str
    number: str | None
    login: str
    password: str | None
    """None for somebody who has not registered yet."""
    puk: str | None
    billing: str
    registered: bool
    lines: tuple[LineCard, ...]
    vouchers: tuple[str, ...]
    """Codes that nobody has used."""
    voucher_amount: str


async def seed(db: Database, env: Env, say: Say) -> bool:
    """Fill an empty store up to the present of `env`; False, and nothing done, for another one.

    `say` words the notices that people got on the way.
    """
    if not await db.read(sql.is_empty):
        return False
    now = env.clock.now()
    people = cast_of(env, now)
    rules, hashed = env.operator.password, env.secrets.hash_password
    hashes = await asyncio.gather(*(hashed(password_of(cast.plan, rules)) for cast in people))
    staff = await asyncio.gather(*(hashed(member.watchword) for member in STAFF))

    async def fn(tx: WriteTx) -> bool:
        if not await sql.is_empty(tx):
            return False
        world = _world(tx, env, say, people)
        records = records_of(people, env.operator.numbering, env.zone, now)
        for member, kept in zip(STAFF, staff, strict=True):
            await provision.add_staff(tx, env, member.name, kept)
        for cast, kept in zip(people, hashes, strict=True):
            life, lines = await _arrive(world, cast, kept)
            await life.live(diary(cast, records, env.zone, now))
            await _keep_card(world, cast, life, lines)
        return True

    return await db.write(fn)


async def people_of(tx: ReadTx) -> list[Mapping[str, Any]]:
    """The cards of the demo's people, in their order."""
    return [json.loads(card) for card in await sql.cards(tx)]


def staff_of() -> list[Mapping[str, str]]:
    """How the demo's contact centre logs in to the API."""
    return [
        {
            "login": f"{STAFF_PREFIX}{member.name}",
            "password": member.watchword,
            "note": member.note,
        }
        for member in STAFF
    ]


def cast_of(env: Env, now: Instant) -> tuple[Cast, ...]:
    """Everybody with their numbers: the same ones for the same numbering plan."""
    numbering = env.operator.numbering
    free = iter(_own_numbers(numbering, sum(len(plan.lines) for plan in PEOPLE)))
    return tuple(
        Cast(
            plan,
            tuple(_identifier(line, next(free)) for line in plan.lines),
            arrival(plan, now, env.zone),
        )
        for plan in PEOPLE
    )


def password_of(plan: PersonPlan, rules: Password) -> str:
    """The person's password, cut or lengthened to what the operator allows."""
    letters = plan.watchword.rstrip("0123456789")
    digits = plan.watchword.removeprefix(letters)
    cut = letters[: rules.max_length - len(digits)] + digits
    return cut.ljust(rules.min_length, "7")


def puk_of(number: str) -> str:
    return f"{drawing(number, 'puk').randrange(10**8):08d}"


def _world(tx: WriteTx, env: Env, say: Say, people: Sequence[Cast]) -> World:
    now = env.clock.now()
    clock = PastClock(now)
    past = replace(env, clock=clock)
    db = OneTransaction(tx)
    first = min(cast.came for cast in people)
    return World(
        tx=tx,
        db=db,
        env=past,
        clock=clock,
        runner=Runner(db, past, OPERATIONS),
        peers=Network(db, env.operator.sms_sender, say).peers(),
        shelf=Shelf(env.operator, env.catalog(first), env.catalog(now)),
        now=now,
    )


async def _arrive(world: World, cast: Cast, password_hash: str) -> tuple[Life, list[Line]]:
    """Put somebody on the books at the time when they came."""
    tx, env, plan = world.tx, world.env, cast.plan
    world.clock.rewind(cast.came)
    fee_minor = world.shelf.typical_fee_minor
    languages = env.operator.languages
    new = NewPerson(
        name=plan.name,
        language=plan.language if plan.language in languages else languages[0],
        holder=plan.holder,
        billing=plan.billing,
        credit_minor=fee_minor * _CREDIT_FEES if plan.billing == "postpaid" else 0,
    )
    holding = await provision.add_person(tx, env, new)
    lines = []
    for number, wanted in zip(cast.numbers, plan.lines, strict=True):
        puk = puk_of(number) if wanted.kind == "mobile" else None
        order = LineOrder(wanted.kind, number, _tariff(world, wanted), wanted.label, puk)
        line = await provision.add_line(tx, env, holding, order)
        assert line is not None, "nobody else is on the books yet"
        lines.append(line)
    if plan.purse.opening:
        opening = env.money(fee_minor * plan.purse.opening // 100)
        await provision.opening_balance(tx, env, lines[0], (opening,))
    if plan.registered:
        await provision.register_with(tx, holding.person, password_hash, cast.came)
    return Life(world, plan, lines), lines


def _tariff(world: World, line: LinePlan) -> str:
    return world.shelf.oldest_tariff() if line.old_tariff else world.shelf.tariff(line.place)


async def _keep_card(world: World, cast: Cast, life: Life, lines: Sequence[Line]) -> None:
    plan, env = cast.plan, world.env
    codes, amount = await life.issue_vouchers(_UNUSED_FACE, _UNUSED_VOUCHERS)
    first, *_ = cards = tuple(
        LineCard(
            number=line.number if wanted.kind == "mobile" else None,
            login=line.number,
            label=line.label,
            kind=wanted.kind,
            puk=puk_of(line.number) if wanted.kind == "mobile" else None,
        )
        for line, wanted in zip(lines, plan.lines, strict=True)
    )
    card = Card(
        kind=plan.kind,
        name=plan.name,
        note=plan.note,
        number=first.number,
        login=first.login,
        password=password_of(plan, env.operator.password) if plan.registered else None,
        puk=first.puk,
        billing=plan.billing,
        registered=plan.registered,
        lines=cards,
        vouchers=tuple(codes),
        voucher_amount=amount.decimal(),
    )
    text = json.dumps(asdict(card), ensure_ascii=False)
    await sql.add_card(world.tx, env.ids.next(), text)


def _identifier(line: LinePlan, number: str) -> str:
    """The number of a mobile line; of an internet line, a login made of its digits."""
    return number if line.kind == "mobile" else f"dim-{number[-5:]}"


def _own_numbers(numbering: Numbering, count: int) -> list[str]:
    """Different numbers of the operator in E.164."""
    draw = drawing("numbers", numbering.country_code)
    prefix = numbering.own_prefixes[0] if numbering.own_prefixes else ""
    rest = numbering.national_length - len(prefix)
    drawn = draw.sample(range(10 ** (rest - 1), 10**rest), count)
    return [f"{numbering.country_code}{prefix}{digits}" for digits in drawn]
