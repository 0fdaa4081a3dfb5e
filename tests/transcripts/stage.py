"""Puts a transcript's subscriber on the books, holds the conversation, and reads what it left."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from abonent.accounts.model import Line
from abonent.channels.ussd import Ussd, open_ussd
from abonent.channels.wording import Wording, Wordings
from abonent.kernel.case import Case, Person
from abonent.kernel.ids import CountingIds
from abonent.kernel.money import Money, parse_money
from abonent.kernel.outcome import Done
from abonent.kernel.text import Item, values_from_json
from abonent.kernel.time import DAY_US, SECOND_US, Clock, Instant, MovableClock, instant
from abonent.ledger import sql as ledger
from abonent.ledger import vouchers
from abonent.ledger.model import HOUSE_LAST, House
from abonent.operations.env import Env
from abonent.operations.identity import provision
from abonent.operations.money.voucher_codes import voucher_digest
from abonent.operations.registry import OPERATIONS
from abonent.operations.runner import Runner
from abonent.operations.secrets import KeyedSecrets
from abonent.operations.settlement import settle
from abonent.profile.model import Profile
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx
from tests.fixtures.payments import auto_payment
from tests.profiles import profile_named
from tests.transcripts.transcript import Exchange, Transcript

NUMBER = "380941112233"
NEIGHBOUR = "380942223344"
LINK = "smsc-1"
PLENTY = "5000.00"
SECRETS = KeyedSecrets("a key for tests, which is long enough")
UNTIL_US = 365 * 24 * 3600 * SECOND_US

PREPARED_BY = {
    "service": ("activate_service", ("service",)),
    "package": ("buy_package", ("package",)),
    "forwarding": ("set_forwarding", ("kind", "to")),
    "pending": ("change_tariff", ("tariff",)),
    "topped_up": ("top_up_by_voucher", ("code",)),
}
"""Settings that are done by an operation: its name, and its fields in the order of the words."""


@dataclass
class Stage:
    """Everything that a conversation needs. `real` is the clock of timeouts."""

    db: Database
    runner: Runner
    wording: Wording
    ussd: Ussd
    real: MovableClock
    line: Line

    async def hold(self, asked: list[Exchange]) -> list[Exchange]:
        """Type what was typed; what was answered."""
        session, held = 1, []
        for exchange in asked:
            self.real.advance(exchange.wait_s * SECOND_US)
            reply = await self.ussd.handle(LINK, NUMBER, f"s{session}", exchange.typed)
            answer = reply.text.split("\n")
            held.append(replace(exchange, answer=answer, end=reply.end))
            session += reply.end
        return held


async def play(written: Transcript, db: Database) -> Transcript:
    """The transcript as it really went."""
    stage = await set_up(written, db)
    before = await db.read(lambda tx: traces(tx, stage))
    exchanges = await stage.hold(written.exchanges)
    after = Counter(await db.read(lambda tx: traces(tx, stage)))
    after.subtract(before)
    return replace(written, exchanges=exchanges, traces=list(after.elements()))


async def set_up(written: Transcript, db: Database) -> Stage:
    profile, clock, wordings = operator(written.setting("profile"), written.setting("clock"))
    real = MovableClock(base=clock.now)
    env = Env(profile, clock, CountingIds(100_000), SECRETS)
    runner = Runner(db, env, OPERATIONS)
    ussd = open_ussd(runner, wordings, real)
    assert ussd is not None, "the profile has no USSD menu"
    line = await db.write(lambda tx: subscribe(tx, env, written))
    case = Case(Person(line.person), line.subject, 1, "web")
    for setting, value in written.settings:
        if setting in PREPARED_BY:
            await prepare(runner, case, setting, value)
    if written.setting("neighbour"):
        await live_next_door(runner, line, written)
    if written.setting("promised"):
        await db.write(lambda tx: leave_on_account(tx, env, line, env.money(0)))
        await asked(runner, line, "take_promised_payment", {"amount": written.setting("promised")})
    if written.setting("auto_payment") == "yes":
        await db.write(lambda tx: auto_payment(tx, env, line))
    wanted = parse_money(written.setting("balance"), env.operator.currency)
    await db.write(lambda tx: leave_on_account(tx, env, line, wanted))
    if written.setting("blocked") == "yes":
        await runner.propose(case, "block_line", {}, confirm=True)
    wording = wordings.for_language(written.setting("language"))
    return Stage(db, runner, wording, ussd, real, line)


@cache
def operator(name: str, now: str) -> tuple[Profile, Clock, Wordings]:
    """A profile and its wording at a local time at which the business clock stands still."""
    profile = profile_named(name)
    at = instant(datetime.fromisoformat(now).replace(tzinfo=profile.operator.zone))
    clock = MovableClock(base=lambda: at)
    return profile, clock, Wordings(profile, clock)


async def subscribe(tx: WriteTx, env: Env, written: Transcript) -> Line:
    """A subscriber whose first fee is paid, and the vouchers of the transcript."""
    person = provision.NewPerson("Олена Тест", written.setting("language"))
    if written.setting("billing") == "postpaid":
        person = replace(person, billing="postpaid")
    holding = await provision.add_person(tx, env, person)
    order = provision.LineOrder("mobile", NUMBER, written.setting("tariff"))
    line = await provision.add_line(tx, env, holding, order)
    assert line is not None
    begun = env.clock.now() - int(written.setting("days_old", "0")) * DAY_US
    await tx.run("UPDATE contract SET opened_at = $2 WHERE id = $1", line.contract, begun)
    plenty = parse_money(PLENTY, env.operator.currency)
    await provision.opening_balance(tx, env, line, (plenty,))
    await settle(tx, env, line.account, env.clock.now())
    for words in (*written.all_settings("voucher"), *written.all_settings("topped_up")):
        code, amount = words.split()
        money = parse_money(amount, env.operator.currency)
        digest = voucher_digest(env, code)
        until = Instant(env.clock.now() + UNTIL_US)
        await vouchers.issue(tx, vouchers.Batch("tests", money, until), [digest])
    return line


async def prepare(runner: Runner, case: Case, setting: str, value: str) -> None:
    operation, fields = PREPARED_BY[setting]
    raw = dict(zip(fields, value.split(), strict=False))
    outcome = await runner.propose(case, operation, raw, confirm=True)
    assert isinstance(outcome, Done), f"{setting}: {value}: {outcome}"


async def live_next_door(runner: Runner, line: Line, written: Transcript) -> None:
    """Somebody else, and what has been between the two."""
    env = runner.env
    money = parse_money(written.setting("neighbour"), env.operator.currency)

    async def move_in(tx: WriteTx) -> Line:
        holding = await provision.add_person(tx, env, provision.NewPerson("Іван Сусід", "uk"))
        order = provision.LineOrder("mobile", NEIGHBOUR, "second")
        other = await provision.add_line(tx, env, holding, order)
        assert other is not None
        await provision.opening_balance(tx, env, other, (money,))
        await settle(tx, env, other.account, env.clock.now())
        return other

    other = await runner.db.write(move_in)
    for amount in written.all_settings("sent"):
        await transferred(runner, line, other, amount)
    for amount in written.all_settings("asked_back"):
        id = await transferred(runner, other, line, amount)
        await asked(runner, other, "ask_transfer_back", {"transfer": id})
    if written.setting("asked_to_pay"):
        await asked(runner, other, "request_collect_call", {"to": line.number})


async def transferred(runner: Runner, sender: Line, receiver: Line, amount: str) -> str:
    return await asked(runner, sender, "transfer_money", {"to": receiver.number, "amount": amount})


async def asked(runner: Runner, who: Line, name: str, raw: Mapping[str, object]) -> str:
    """An operation that is done by USSD; the id of its receipt."""
    case = Case(Person(who.person), who.subject, 0, "ussd")
    outcome = await runner.propose(case, name, raw, confirm=True)
    assert isinstance(outcome, Done), f"{name}: {outcome}"
    return str(outcome.receipt.id)


async def leave_on_account(tx: WriteTx, env: Env, line: Line, wanted: Money) -> None:
    balance = await ledger.balance(tx, line.account, wanted.currency)
    if balance != wanted:
        await provision.opening_balance(tx, env, line, (wanted - balance,))


async def traces(tx: ReadTx, stage: Stage) -> list[str]:
    """What ledger, journal and outbox hold: postings, journal, messages, orders to the network."""
    return [
        *[f"posting: {line}" for line in await postings(tx)],
        *[f"journal: {line}" for line in await journal(tx, stage)],
        *[f"sms: {line}" for line in await told(tx, stage, "sms")],
        *[f"network: {line}" for line in await told(tx, stage, "network")],
    ]


async def postings(tx: ReadTx) -> list[str]:
    rows = await tx.rows(
        "SELECT e.id, e.kind, p.account_id, p.amount, p.currency FROM entry e"
        " JOIN posting p ON p.entry_id = e.id ORDER BY e.id, p.n"
    )
    entries: dict[int, list[str]] = {}
    for id, kind, account, amount, currency in rows:
        where = "account" if account > HOUSE_LAST else House(account).name.lower()
        parts = entries.setdefault(id, [kind])
        parts.append(f"{where} {Money(amount, currency).decimal()} {currency}")
    return [", ".join(parts) for parts in entries.values()]


async def journal(tx: ReadTx, stage: Stage) -> list[str]:
    rows = await tx.rows("SELECT channel, code, result, details FROM journal ORDER BY id")
    return [
        ": ".join(filter(None, (f"{code} {result}", spoken(stage, f"journal.{code}", details))))
        for channel, code, result, details in rows
        if channel == "ussd"
    ]


async def told(tx: ReadTx, stage: Stage, peer: str) -> list[str]:
    rows = await tx.rows("SELECT kind, details FROM outbox WHERE peer = $1 ORDER BY id", peer)
    if peer == "sms":
        return [spoken(stage, f"sms.{kind}", details) for kind, details in rows]
    return [f"{kind} {bare(details)}".strip() for kind, details in rows]


def spoken(stage: Stage, key: str, details: str) -> str:
    """The sentence that the subscriber reads; empty for what was refused, which has no values."""
    values = values_from_json(details)
    if not stage.wording.placeholders(key) <= values.keys():
        return ""
    return stage.wording.t(key, **values).replace("\u00a0", " ")


def bare(details: str) -> str:
    values = values_from_json(details)
    return " ".join(f"{n}={v.id if isinstance(v, Item) else v}" for n, v in values.items())
