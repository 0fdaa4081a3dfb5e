"""The same of what only the menu with every rule offers."""

from collections.abc import Mapping

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.outcome import Done
from abonent.kernel.time import DAY_US
from abonent.ledger import sql as ledger
from abonent.operations.identity import provision
from abonent.store.tx import WriteTx
from tests.fixtures.house import House
from tests.fixtures.payments import auto_payment
from tests.matrix.cases import Asked, Fields, points

NEIGHBOUR = "ru"
"""The language by which the one neighbour of every test is found again."""


async def neighbour(house: House) -> Line:
    """Somebody else, who is the same for every channel."""
    rows = await house.rows(
        "SELECT l.id FROM line l JOIN contract c ON c.id = l.contract_id"
        " JOIN person p ON p.id = c.person_id WHERE p.language = $1",
        NEIGHBOUR,
    )
    if rows:
        return await house.db.read(lambda tx: lines.known(tx, rows[0][0]))
    return await house.subscriber("5000.00", language=NEIGHBOUR)


async def old_and_poor(house: House, line: Line) -> None:
    """A contract of some weeks, and next to nothing on the account."""
    begun = house.clock.now() - 40 * DAY_US

    async def fn(tx: WriteTx) -> None:
        await tx.run("UPDATE contract SET opened_at = $2 WHERE id = $1", line.contract, begun)
        await ledger.lock(tx, [line.account])
        balance = await ledger.balance(tx, line.account, "UAH")
        less = house.env.money(1_00) - balance
        await provision.opening_balance(tx, house.env, line, (less,))

    await house.db.write(fn)


async def to_neighbour(house: House, _line: Line) -> Fields:
    return {"to": (await neighbour(house)).number}


async def transfer(house: House, sender: Line, receiver: Line) -> Fields:
    """As by USSD, where no code is asked for."""
    raw = {"to": receiver.number, "amount": "20.00"}
    case = house.case(sender, "ussd", 0)
    outcome = await house.runner.propose(case, "transfer_money", raw, confirm=True)
    assert isinstance(outcome, Done), outcome
    return {"transfer": str(outcome.receipt.id)}


async def sent(house: House, line: Line) -> Fields:
    return await transfer(house, line, await neighbour(house))


async def asked_back(house: House, line: Line) -> Fields:
    sender = await neighbour(house)
    found = await transfer(house, sender, line)
    await house.done(sender, "ask_transfer_back", **found)
    return found


async def asked_to_pay(house: House, line: Line) -> Fields:
    caller = await neighbour(house)
    receipt = await house.done(caller, "request_collect_call", to=line.number)
    return {"request": str(receipt.id)}


async def topped_up_by_itself(house: House, line: Line) -> None:
    await house.db.write(lambda tx: auto_payment(tx, house.env, line))


async def cashback(house: House, line: Line) -> Fields:
    """What a top-up brings besides points: 15.00, all of which the page offers to exchange."""
    await points(house, line)
    return {"bonus": "cashback"}


async def student(house: House) -> Line:
    """Somebody whose tariff has the package that renews itself."""
    return await house.subscriber("900.00", tariff="student", language="en")


async def renewed_package(house: House, line: Line) -> None:
    await house.done(line, "buy_package", package="week-gigabytes")


_TRANSFER = frozenset({"transfer"})

MORE: Mapping[str, Asked] = {
    "stop_package_renewal": Asked(
        "/services", {"package": "week-gigabytes"}, prepare=renewed_package, who=student
    ),
    "cancel_auto_payment": Asked("/topup/auto", prepare=topped_up_by_itself),
    "exchange_bonus": Asked(
        "/loyalty", {}, {"amount": "15.00"}, prepare=cashback, first=frozenset({"bonus"})
    ),
    "take_promised_payment": Asked(
        "/topup/promised", {"amount": "25.00"}, prepare=old_and_poor, first=frozenset({"amount"})
    ),
    "transfer_money": Asked("/topup/transfer", {}, {"amount": "20.50"}, prepare=to_neighbour),
    "ask_transfer_back": Asked("/topup/transfer", prepare=sent, first=_TRANSFER),
    "return_transfer": Asked("/topup/transfer", prepare=asked_back, first=_TRANSFER),
    "keep_transfer": Asked("/topup/transfer", prepare=asked_back, first=_TRANSFER),
    "request_collect_call": Asked("/services/collect-call", prepare=to_neighbour),
    "answer_collect_call": Asked(
        "/services/collect-call",
        {"answer": "yes"},
        prepare=asked_to_pay,
        first=frozenset({"request"}),
    ),
}
