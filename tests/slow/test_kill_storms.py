"""A hundred times kill -9 in the middle of everything that moves money: nothing lost or doubled.

On PostgreSQL imports and a worker run beside the program and are killed with it. On SQLite one
process writes at a time, so program and import are killed in turn.
"""

import csv
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from abonent.kernel.money import Money, parse_money
from tests.fixtures.databases import Engine, sqlite_url
from tests.fixtures.population import RICH, People, indebt, populate, settings
from tests.fixtures.postgres import running_cluster
from tests.fixtures.program import (
    COMMAND,
    Program,
    clean_environment,
    free_port,
    running_program,
    wait_for_page,
)
from tests.profiles import write_boundless
from tests.slow.books import balances, rows
from tests.slow.debts import Debts
from tests.slow.storm import (
    BONUS_AMOUNT,
    CARD_AMOUNT,
    GIFT_AMOUNT,
    GIFT_POINTS,
    LIQPAY_KEY,
    SENT_AMOUNT,
    Crowd,
    Parties,
    UsageFiles,
)

pytestmark = pytest.mark.slow

STORMS = 100
RESTARTS = 10
PARTY = 12
"""How many people want each kind of thing."""
SAVERS = 3
DEBTORS = 30
"""How many people's fees fall due in each storm."""
VOUCHERS = 3000
COMFORTABLE, POOR, SHORT = (Money(each, "UAH") for each in (5_000_000, 10_000, 8_000))
VOUCHER_MINOR = 500
ENTRY_KINDS = {
    "buy_package": "package",
    "top_up_by_voucher": "top_up",
    "top_up_by_card": "card_top_up",
    "transfer_money": "transfer",
    "take_promised_payment": "promised_payment",
    "return_transfer": "transfer_returned",
    "exchange_bonus": "bonus_exchanged",
    "redeem_gift": "gift",
}
START_S = 4.0
"""How long a program takes to start, about."""
Balance = tuple[int, str]
"""An account and a currency."""


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, str]]:
    """An empty store that keeps its promises about the disk."""
    if request.param == "sqlite":
        yield "sqlite", sqlite_url(tmp_path / "abonent.db")
        return
    with running_cluster(durable=True) as cluster:
        yield "postgres", cluster.create("storm")


def test_no_kill_loses_or_doubles_what_was_acknowledged(
    store: tuple[Engine, str], tmp_path: Path
) -> None:
    engine, url = store
    environment = storm_settings(url, tmp_path)
    parties = populated(url, environment, tmp_path, DEBTORS * STORMS)
    opening = balances(url)
    crowd = Crowd(parties)
    debts = Debts(url, parties.debtors, STORMS)
    usage = UsageFiles(tmp_path, [each.number for each in parties.buyers], environment)
    chance = random.Random(3)
    for _ in range(STORMS):
        if engine == "sqlite":
            debts.fall_due(after_s=START_S)
        with working(environment, engine) as worker, serving(environment, tmp_path) as program:
            importing = usage.begin() if engine == "postgres" else None
            if worker is not None:
                wait_for_page(worker)
                debts.fall_due()
            rage_and_kill(program, crowd, chance)
            if importing is not None:
                kill(importing, usage)
        if engine == "sqlite":
            importing = usage.begin()
            time.sleep(chance.uniform(0.8, 2.5))
            kill(importing, usage)
        verify(environment)
        debts.look()
    with working(environment, engine), serving(environment, tmp_path) as program:
        crowd.settle(program.url)
        debts.wait_until_done()
    usage.finish()
    verify(environment)
    sys.stderr.write(
        f"\n{engine}: {len(crowd.wishes):,} wishes; what was due was half done after"
        f" {debts.split} of {STORMS} storms\n"
    )
    assert len(crowd.wishes) > STORMS, "there was a storm"
    what_was_acknowledged_is_there_once(url, crowd)
    every_record_was_stored_once(url, usage)
    debts.each_was_done_once()
    opening.subtract(debts.taken())
    every_balance_follows(url, crowd, parties, opening)


def test_no_restart_of_the_database_loses_or_doubles_what_was_acknowledged(tmp_path: Path) -> None:
    with running_cluster(durable=True) as cluster:
        url = cluster.create("storm")
        environment = storm_settings(url, tmp_path)
        parties = populated(url, environment, tmp_path)
        opening = balances(url)
        crowd = Crowd(parties)
        with serving(environment, tmp_path) as program:
            over = threading.Event()
            raging = threading.Thread(target=crowd.rage, args=(program.url, over))
            raging.start()
            for _ in range(RESTARTS):
                time.sleep(2)
                cluster.crash()
            over.set()
            raging.join()
            assert not crowd.surprises, crowd.surprises
            crowd.settle(program.url)
        verify(environment)
        what_was_acknowledged_is_there_once(url, crowd)
        every_balance_follows(url, crowd, parties, opening)


def storm_settings(url: str, folder: Path) -> dict[str, str]:
    """The environment of the program: every rule, no limits, and LiqPay as the provider."""
    profile = write_boundless(folder / "profile", "liqpay")
    return settings(url, str(profile)) | {
        "ABONENT_PAYMENT_LIQPAY_PUBLIC_KEY": "storm",
        "ABONENT_PAYMENT_LIQPAY_PRIVATE_KEY": LIQPAY_KEY,
    }


def populated(url: str, environment: Mapping[str, str], folder: Path, debtors: int = 0) -> Parties:
    profile = environment["ABONENT_PROFILE"]
    openings = (
        (PARTY, RICH, 0),
        (PARTY, COMFORTABLE, 0),
        (PARTY, POOR, 0),
        (SAVERS, POOR, 3 * GIFT_POINTS),
        (PARTY, SHORT, 0),
    )
    buyers, senders, redeemers, savers, borrowers = (
        populate(url, People(count, opening, first=n * PARTY, points=points), profile)
        for n, (count, opening, points) in enumerate(openings)
    )
    owing = indebt(url, debtors, profile, first=len(openings) * PARTY)
    codes = issued_vouchers(environment, folder)
    return Parties(buyers, senders, redeemers, savers, borrowers, owing, codes)


@contextmanager
def working(environment: Mapping[str, str], engine: Engine) -> Iterator[str | None]:
    """A worker that is killed in the end, by the address of its metrics.

    On SQLite the program that serves is the worker, too.
    """
    if engine == "sqlite":
        yield None
        return
    port = free_port()
    worker = subprocess.Popen(
        [str(COMMAND), "worker", "--metrics-port", str(port)],
        env=clean_environment() | dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}/metrics"
    finally:
        worker.kill()
        worker.wait()


def serving(environment: Mapping[str, str], folder: Path) -> AbstractContextManager[Program]:
    port = free_port()
    return running_program(["serve", "--port", str(port)], port, folder, environment)


def rage_and_kill(program: Program, crowd: Crowd, chance: random.Random) -> None:
    """Let everybody at the program, and kill it at some moment."""
    over = threading.Event()
    raging = threading.Thread(target=crowd.rage, args=(program.url, over))
    raging.start()
    time.sleep(chance.uniform(0.2, 2.5))
    program.process.kill()
    over.set()
    raging.join()
    assert not crowd.surprises, crowd.surprises


def kill(importing: "subprocess.Popen[bytes]", usage: UsageFiles) -> None:
    importing.kill()
    usage.ended(importing)


def command(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a command of the program on the store; it must succeed."""
    done = subprocess.run(
        [str(COMMAND), *arguments],
        env=clean_environment() | dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def verify(environment: Mapping[str, str]) -> None:
    command(environment, "ledger", "verify")


def issued_vouchers(environment: Mapping[str, str], folder: Path) -> list[str]:
    path = folder / "vouchers.csv"
    amount = Money(VOUCHER_MINOR, "UAH").decimal()
    issue = ("vouchers", "issue", "--count", str(VOUCHERS), "--amount", amount)
    command(environment, *issue, "--out", str(path))
    with path.open(encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)]


def what_was_acknowledged_is_there_once(url: str, crowd: Crowd) -> None:
    """Each receipt is an entry of its kind, and there are no entries beside them."""
    kinds = ", ".join(f"'{kind}'" for kind in ENTRY_KINDS.values())
    entries = dict(rows(url, f"SELECT id, kind FROM entry WHERE kind IN ({kinds})"))
    granted = [wish for operation in ENTRY_KINDS for wish in crowd.granted(operation)]
    told = {wish.receipt: ENTRY_KINDS[wish.operation] for wish in granted}
    assert len(told) == len(granted), "no receipt was given twice"
    assert all(crowd.granted(operation) for operation in ENTRY_KINDS), "all was tried"
    assert entries == told


def every_record_was_stored_once(url: str, usage: UsageFiles) -> None:
    assert rows(url, "SELECT COUNT(*) FROM usage_record") == [(usage.records,)]


def every_balance_follows(
    url: str, crowd: Crowd, parties: Parties, opening: Counter[Balance]
) -> None:
    """What everybody has is what they began with and what they were told; but for borrowers.

    What was lent comes back by itself, and the invariants of the ledger look after that.
    """
    expected = opening.copy()
    expected.subtract(taken_for_usage(url))
    for operation, gains in gains_of(url).items():
        for wish in crowd.granted(operation):
            expected.update({(wish.visitor.account, of): gain for of, gain in gains.items()})
    receivers = {each.number: each.account for each in parties.senders}
    for wish in crowd.granted("transfer_money"):
        expected[receivers[str(wish.body["to"])], "UAH"] += minor(SENT_AMOUNT)
    senders = {wish.receipt: wish.visitor.account for wish in crowd.granted("transfer_money")}
    for wish in crowd.granted("return_transfer"):
        expected[senders[int(str(wish.body["transfer"]))], "UAH"] += minor(SENT_AMOUNT)
    payers = {wish.receipt: wish.visitor.account for wish in crowd.granted("top_up_by_card")}
    for payment, back in crowd.given_back.items():
        expected.subtract({(payers[payment], of): gain for of, gain in card(back).items()})
    borrowers = {borrower.account for borrower in parties.borrowers}
    assert without(balances(url), borrowers) == without(expected, borrowers)


def gains_of(url: str) -> dict[str, dict[str, int]]:
    """What each operation brings to who asks for it, in minor units by currency."""
    return {
        "buy_package": {"UAH": only(url, "package")},
        "top_up_by_voucher": {"UAH": VOUCHER_MINOR, "B2C": cashback(VOUCHER_MINOR)},
        "top_up_by_card": card(CARD_AMOUNT),
        "transfer_money": {"UAH": only(url, "transfer_fee") - minor(SENT_AMOUNT)},
        "return_transfer": {"UAH": -minor(SENT_AMOUNT)},
        "exchange_bonus": {"B2C": -minor(BONUS_AMOUNT), "UAH": minor(BONUS_AMOUNT)},
        "redeem_gift": {"PTS": -GIFT_POINTS, "UAH": minor(GIFT_AMOUNT)},
    }


def card(amount: str) -> dict[str, int]:
    """What so much of a payment by card brings; the same goes when it is given back."""
    paid = minor(amount)
    return {"UAH": paid, "B2C": cashback(paid), "PTS": paid // 1000}


def cashback(paid_minor: int) -> int:
    return paid_minor * 3 // 100


def taken_for_usage(url: str) -> Counter[Balance]:
    charged = rows(
        url, "SELECT account_id, SUM(charge_minor) FROM usage_record GROUP BY account_id"
    )
    return Counter({(account, "UAH"): int(charge) for account, charge in charged})


def only(url: str, kind: str) -> int:
    """What an entry of the kind took from a customer, which was the same each time."""
    [(amount,)] = rows(
        url,
        "SELECT DISTINCT p.amount FROM posting p JOIN entry e ON e.id = p.entry_id"
        f" WHERE e.kind = '{kind}' AND p.account_id > 1000",
    )
    return int(amount)


def minor(amount: str) -> int:
    return parse_money(amount, "UAH").amount_minor


def without(amounts: Mapping[Balance, int], accounts: set[int]) -> dict[Balance, int]:
    return {of: amount for of, amount in amounts.items() if of[0] not in accounts and amount}
