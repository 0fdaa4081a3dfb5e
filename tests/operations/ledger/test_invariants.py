"""Every invariant finds the fault that it is there to find."""

from dataclasses import dataclass

import pytest

from abonent.kernel.money import POINTS
from abonent.ledger.invariants import INVARIANTS, broken
from abonent.store.tx import WriteTx
from tests.fixtures.house import House

AT = 1_790_000_000_000_000
RECORD = (
    "INSERT INTO usage_record VALUES (1, {line}, {account}, 1, 'call', 'out', '', 'national', 60,"
)
INVOICE = (
    "INSERT INTO invoice VALUES"
    " (1, {account}, '2026-10', '2026', 2, 1, 'UAH', 60, 10, 2000, '{{}}')"
)
VOUCHER = "INSERT INTO voucher VALUES ($1, 'b', 500, 'UAH', 1, {entry}, 1)"
PAYMENT = (
    "INSERT INTO payment (id, account_id, line_id, gateway, currency, amount, commission, bonus,"
    " state, language, keep, automatic, created_at, changed_at, paid_at)"
    " VALUES ({}, {{account}}, {{line}}, 'demo', 'UAH', {}, 0, 0, 'paid', 'uk', 0, 0, 1, 1, 1)"
)
PROMISE = "INSERT INTO promise VALUES (80, {account}, {line}, 'UAH', 500, 500, 0, 1, 2, NULL)"
PROMISED_DUE = (
    "INSERT INTO due VALUES (85, {account}, {line}, 'promised_repayment', '80', '', 0, 2, 1, 500)"
)
OTHER = "INSERT INTO account VALUES (2000, 'UAH', 0, 1)"
TRANSFER = (
    "INSERT INTO transfer VALUES (81, 2000, {{line}}, {{account}}, {{line}}, 'UAH', 500, 1,"
    " '{}', {}, {})"
)


@dataclass(frozen=True)
class Fault:
    """A breach of one invariant: what is done to sound books, by hand."""

    invariant: str
    statements: tuple[str, ...]


FAULTS = (
    Fault(
        "every entry sums to zero in every currency",
        ("INSERT INTO posting VALUES ({entry}, 9, 1, 'UAH', 5, 1)",),
    ),
    Fault(
        "every stored balance is the sum of its postings",
        ("UPDATE balance SET amount = amount + 1 WHERE account_id = {account}",),
    ),
    Fault(
        "every posting to a customer has a stored balance",
        ("DELETE FROM balance WHERE account_id = {account}",),
    ),
    Fault(
        "bonuses are never below nothing",
        (f"INSERT INTO balance VALUES ({{account}}, '{POINTS}', -5)",),
    ),
    Fault(
        "the bonuses of an account are what its lots hold",
        (
            f"INSERT INTO balance VALUES ({{account}}, '{POINTS}', 7)",
            f"INSERT INTO posting VALUES ({{entry}}, 7, {{account}}, '{POINTS}', 7, 1)",
            f"INSERT INTO posting VALUES ({{entry}}, 8, 3, '{POINTS}', -7, 1)",
        ),
    ),
    Fault(
        "bonuses in lots are on an account",
        (f"INSERT INTO lot VALUES (1, {{account}}, '{POINTS}', 'point', 3, 3, 1, NULL, 'x')",),
    ),
    Fault("every used voucher has one entry of its own amount", (VOUCHER,)),
    Fault("no entry redeems two vouchers", (VOUCHER, VOUCHER)),
    Fault("every paid payment has one entry of its own amount", (PAYMENT.format("{entry}", 5),)),
    Fault(
        "every top-up by card is a paid payment",
        ("INSERT INTO entry VALUES (77, 'card_top_up', 1, NULL, '{{}}')",),
    ),
    Fault(
        "every payment given back has an entry by which it was",
        (
            PAYMENT.format(78, 500),
            "INSERT INTO entry VALUES (78, 'card_top_up', 1, NULL, '{{}}')",
            "INSERT INTO posting VALUES (78, 0, {account}, 'UAH', 500, 1)",
            "INSERT INTO posting VALUES (78, 1, 6, 'UAH', -500, 1)",
            "UPDATE balance SET amount = amount + 500 WHERE account_id = {account}",
            "UPDATE payment SET return_id = 79, returned = 400 WHERE id = 78",
        ),
    ),
    Fault(
        "what providers owe is what payments brought, less what was given back",
        (
            PAYMENT.format(78, 500),
            "INSERT INTO entry VALUES (78, 'card_top_up', 1, NULL, '{{}}')",
            "INSERT INTO posting VALUES (78, 0, {account}, 'UAH', 500, 1)",
            "INSERT INTO posting VALUES (78, 1, 3, 'UAH', -500, 1)",
            "UPDATE balance SET amount = amount + 500 WHERE account_id = {account}",
        ),
    ),
    Fault(
        "every auto-payment that was paid is a booked payment",
        (
            (
                "INSERT INTO auto_payment_try VALUES (83, {account}, 84, '2026-12-01', 1,"
                " '2026-12', 500, 'paid', 1)"
            ),
        ),
    ),
    Fault(
        "every automatic payment is a try of an auto-payment",
        (PAYMENT.format(78, 500), "UPDATE payment SET automatic = 1 WHERE id = 78"),
    ),
    Fault(
        "every charge of usage is an entry of the same amount",
        (f"{RECORD} 0, 25, 'second', 1)",),
    ),
    Fault(
        "what was drawn from a bucket is what it lacks",
        ("INSERT INTO lot VALUES (1, {line}, 'internet', 'byte', 10, 4, 1, NULL, 'x')",),
    ),
    Fault(
        "what a record took from buckets is what its draws say",
        (f"{RECORD} 60, 0, 'second', 1)",),
    ),
    Fault("every tax invoice is the sum of its lines", (INVOICE,)),
    Fault(
        "numbers of tax invoices have no gaps",
        ("INSERT INTO invoice_series VALUES ('2026', 2)", INVOICE),
    ),
    Fault("what is lent is what the house is owed", (PROMISE, PROMISED_DUE)),
    Fault(
        "what is lent has its day",
        (
            PROMISE,
            "INSERT INTO entry VALUES (80, 'promised_payment', 1, NULL, '{{}}')",
            "INSERT INTO posting VALUES (80, 0, {account}, 'UAH', 500, 1)",
            "INSERT INTO posting VALUES (80, 1, 7, 'UAH', -500, 1)",
            "UPDATE balance SET amount = amount + 500 WHERE account_id = {account}",
        ),
    ),
    Fault(
        "every transfer is an entry of the same amount", (OTHER, TRANSFER.format("sent", 0, "NULL"))
    ),
    Fault(
        "every entry of a transfer is a transfer or its return",
        ("INSERT INTO entry VALUES (77, 'transfer', 1, NULL, '{{}}')",),
    ),
    Fault(
        "what came back of a transfer is an entry of the same amount",
        (
            OTHER,
            TRANSFER.format("returned", 5, 82),
            "INSERT INTO entry VALUES (81, 'transfer', 1, NULL, '{{}}')",
            "INSERT INTO posting VALUES (81, 0, {account}, 'UAH', 500, 1)",
            "INSERT INTO posting VALUES (81, 1, 6, 'UAH', -500, 1)",
            "UPDATE balance SET amount = amount + 500 WHERE account_id = {account}",
        ),
    ),
)


async def test_sound_books_break_no_invariant(house: House) -> None:
    line = await house.subscriber("100.00", "calm")
    await house.done(line, "buy_package", package="internet-1gb")
    await house.books_are_sound()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.invariant.replace(" ", "-"))
async def test_a_fault_is_found(house: House, fault: Fault) -> None:
    line = await house.subscriber("10.00")
    [(entry,)] = await house.rows("SELECT MIN(id) FROM entry")
    ids = {"line": line.id, "account": line.account, "entry": entry}

    async def fn(tx: WriteTx) -> None:
        for n, statement in enumerate(fault.statements):
            digest = (bytes([n]),) if "$1" in statement else ()
            await tx.run(statement.format(**ids), *digest)

    await house.db.write(fn)
    found = await house.db.read(broken)
    assert fault.invariant in [name for name, _ in found]


def test_no_invariant_is_left_untried() -> None:
    assert [fault.invariant for fault in FAULTS] == [each.name for each in INVARIANTS]
