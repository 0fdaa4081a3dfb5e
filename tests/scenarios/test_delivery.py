"""The outbox reaches its peers: in order, at least once, and not for ever."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from abonent.accounts.model import Line
from abonent.kernel.text import Text
from abonent.kernel.time import DAY_US, SECOND_US, Instant, MovableClock
from abonent.operations.delivery import deliver
from abonent.operations.due_work import tidy
from abonent.operations.messages import code_sms, notice
from abonent.operations.ports import Outgoing, Undeliverable
from abonent.operations.secrets import KeyedSecrets
from abonent.store.tx import WriteTx
from abonent.worker.loop import Worker
from tests.fixtures.house import House

CODE = "135790"


@dataclass
class Peer:
    """Keeps what it takes; `fails` says which are refused, and how."""

    taken: list[Outgoing] = field(default_factory=list)
    fails: Callable[[Outgoing], BaseException | None] = lambda _: None

    async def __call__(self, outgoing: Outgoing) -> None:
        await asyncio.sleep(0)
        error = self.fails(outgoing)
        if error is not None:
            raise error
        self.taken.append(outgoing)

    @property
    def kinds(self) -> list[str]:
        return [outgoing.kind for outgoing in self.taken]


@dataclass
class Post:
    """A house with a peer for texts and one for orders, and real time of its own."""

    house: House
    sms: Peer = field(default_factory=Peer)
    network: Peer = field(default_factory=Peer)

    def __post_init__(self) -> None:
        self.real = MovableClock(base=lambda: Instant(5_000 * SECOND_US))

    async def deliver(self) -> int:
        peers = {"sms": self.sms, "network": self.network}
        return await deliver(self.house.db, self.house.env, peers, self.real)

    async def all(self) -> None:
        peers = {"sms": self.sms, "network": self.network}
        await Worker(self.house.db, self.house.env, peers, self.real).catch_up()

    def wait(self, seconds: float) -> None:
        self.real.advance(int(seconds * SECOND_US))

    async def states(self) -> list[str]:
        rows = await self.house.rows("SELECT state FROM outbox ORDER BY id")
        return [str(row[0]) for row in rows]

    async def tell(self, line: Line, *kinds: str) -> None:
        async def fn(tx: WriteTx) -> None:
            for kind in kinds:
                await notice(tx, self.house.env, line, kind, {})

        await self.house.db.write(fn)

    async def send_code(self, line: Line) -> None:
        await self.house.db.write(
            lambda tx: code_sms(tx, self.house.env, line, (Text("code"), CODE))
        )


@pytest.fixture
def post(house: House) -> Post:
    return Post(house)


def broken(kind: str) -> Callable[[Outgoing], Exception | None]:
    return lambda outgoing: ConnectionError("no answer") if outgoing.kind == kind else None


async def test_it_works(post: Post) -> None:
    line = await post.house.subscriber()
    await post.house.done(line, "block_line")
    await post.house.done(line, "unblock_line")
    await post.all()
    assert post.network.kinds == ["bar", "unbar"]
    assert post.sms.kinds == ["unblock_line"]
    text = post.sms.taken[0]
    assert (text.peer, text.number, text.language, text.secret) == ("sms", line.number, "uk", None)
    assert text.at == post.house.clock.now()
    assert await post.states() == ["done"] * 3
    assert await post.deliver() == 0


async def test_what_belongs_together_goes_in_order(post: Post) -> None:
    one, other = await post.house.subscriber(), await post.house.subscriber()
    await post.tell(one, "login", "register", "set_password")
    await post.tell(other, "login", "register")
    post.sms.fails = lambda o: ConnectionError() if o.number == one.number else None
    await post.all()
    assert [o.number for o in post.sms.taken] == [other.number] * 2
    post.sms.fails = lambda _: None
    post.wait(1)
    await post.all()
    assert post.sms.kinds[2:] == ["login", "register", "set_password"]


async def test_what_failed_is_tried_again_later_and_later(post: Post) -> None:
    line = await post.house.subscriber()
    await post.tell(line, "login")
    post.sms.fails = broken("login")
    waits = []
    for _ in range(11):
        assert await post.deliver() == 1
        waited = 0
        while not await ready(post):
            post.wait(1)
            waited += 1
        waits.append(waited)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    post.sms.fails = lambda _: None
    await post.deliver()
    assert await post.states() == ["done"]


async def ready(post: Post) -> bool:
    rows = await post.house.rows("SELECT not_before FROM outbox")
    return int(str(rows[0][0])) <= post.real.now()


async def test_what_comes_too_late_is_not_sent_and_the_next_one_goes(post: Post) -> None:
    line = await post.house.subscriber()
    await post.tell(line, "login")
    post.house.clock.advance(DAY_US - 1)
    await post.tell(line, "register")
    post.house.clock.advance(1)
    await post.all()
    assert post.sms.kinds == ["register"]
    assert await post.states() == ["expired", "done"]


async def test_what_a_peer_will_never_take_leaves_and_the_next_one_goes(post: Post) -> None:
    line = await post.house.subscriber()
    await post.tell(line, "login", "register")
    post.sms.fails = lambda o: Undeliverable() if o.kind == "login" else None
    await post.all()
    assert post.sms.kinds == ["register"]
    assert await post.states() == ["permanent", "done"]


@pytest.mark.parametrize("end", ["done", "expired", "permanent", "never claimed"])
async def test_a_secret_is_sealed_while_it_waits_and_erased_at_the_end(
    post: Post, end: str
) -> None:
    line = await post.house.subscriber()
    await post.send_code(line)
    rows = await post.house.rows("SELECT sealed FROM outbox")
    assert CODE.encode() not in bytes(rows[0][0])
    if end == "permanent":
        post.sms.fails = lambda _: Undeliverable()
    if end in {"expired", "never claimed"}:
        post.house.clock.advance(5 * 60 * SECOND_US)
    if end == "never claimed":
        await tidy(post.house.db, post.house.env)
    else:
        await post.all()
    assert [o.secret for o in post.sms.taken] == ([CODE] if end == "done" else [])
    assert await post.house.rows("SELECT sealed, details FROM outbox") == [(None, None)]


async def test_codes_overtake_notices(post: Post) -> None:
    line = await post.house.subscriber()
    await post.tell(line, "login")
    await post.send_code(line)
    await post.all()
    assert post.sms.kinds == ["code", "login"]


async def test_two_workers_at_once_hand_over_each_message_once(post: Post) -> None:
    lines = [await post.house.subscriber() for _ in range(4)]
    for line in lines:
        await post.tell(line, "login", "register", "set_password")
    await asyncio.gather(*(post.all() for _ in range(4)))
    await post.all()
    assert len(post.sms.taken) == 12
    for line in lines:
        mine = [o.kind for o in post.sms.taken if o.number == line.number]
        assert mine == ["login", "register", "set_password"]


async def test_what_a_dead_worker_had_taken_is_handed_over_by_another(post: Post) -> None:
    class Dead(BaseException):
        pass

    line = await post.house.subscriber()
    await post.tell(line, "login")
    post.sms.fails = lambda _: Dead()
    with pytest.raises(Dead):
        await post.deliver()
    post.sms.fails = lambda _: None
    assert await post.deliver() == 0
    post.wait(60)
    assert await post.deliver() == 1
    assert post.sms.kinds == ["login"]


async def test_a_secret_that_cannot_be_read_any_more_stops_nobody(post: Post) -> None:
    one, other = await post.house.subscriber(), await post.house.subscriber()
    await post.send_code(one)
    secrets = KeyedSecrets("another key, put in place overnight")
    post.house.env = replace(post.house.env, secrets=secrets)
    await post.tell(other, "login")
    await post.all()
    assert post.sms.kinds == ["login"]
    post.house.clock.advance(5 * 60 * SECOND_US)
    post.wait(1)
    await post.all()
    assert await post.states() == ["expired", "done"]


async def test_what_is_for_a_peer_that_we_do_not_have_waits(post: Post) -> None:
    line = await post.house.subscriber()
    await post.house.done(line, "block_line")
    await Worker(post.house.db, post.house.env, {}, post.real).catch_up()
    peers = {"sms": post.sms}
    assert await deliver(post.house.db, post.house.env, peers, post.real) == 0
    assert await post.states() == ["waiting"]
    await post.all()
    assert post.network.kinds == ["bar"]
