"""Refusals at moments that the operations of today hardly meet."""

from dataclasses import replace
from typing import Any

from abonent.kernel.case import Case
from abonent.kernel.money import Money
from abonent.kernel.outcome import NeedsConfirm, Quote, Receipt, Refused, refused
from abonent.kernel.text import Text
from abonent.kernel.time import Instant
from abonent.ledger import sql as ledger
from abonent.ledger.model import House as Account
from abonent.ledger.model import charge
from abonent.operations.env import Env
from abonent.operations.model import Ask, Doing, Operation, own_account
from abonent.operations.runner import Runner
from abonent.store.database import Database
from abonent.store.tx import ReadTx, WriteTx
from tests.fixtures.house import House

PRICE = Money(500, "UAH")


async def quote(_tx: ReadTx, _case: Case, _ask: Ask, _env: Env) -> Quote:
    return Quote(Text("quote.end_sessions"), PRICE)


async def apply_and_refuse(
    tx: WriteTx, case: Case, _ask: Ask, _quote: Quote, doing: Doing
) -> Receipt | Refused:
    """Takes the money, and only then finds that the thing cannot be done."""
    subject = case.subject
    entry = (doing.id, "package", Instant(doing.env.clock.now()), subject.line)
    await ledger.post(tx, charge(entry, subject.account, Account.REVENUE_FEES, PRICE, {}))
    return refused("gift_unknown")


async def prepare_and_refuse(_db: Database, _case: Case, _ask: Any, _env: Env) -> Refused:
    return refused("puk_wrong")


async def about_nobody(_tx: ReadTx, _ask: Any, _env: Env) -> Refused:
    return refused("not_found")


TRY_IT = Operation(
    name="try_it",
    section="services",
    ask=Ask,
    touches=own_account,
    quote=quote,
    apply=apply_and_refuse,
)
"""Charges, and then refuses."""


def runner_of(house: House, operation: Operation = TRY_IT) -> Runner:
    return Runner(house.db, house.env, {operation.name: operation})


async def test_what_apply_did_before_it_refused_is_undone(house: House) -> None:
    line = await house.subscriber("10.00")
    outcome = await runner_of(house).propose(house.case(line), "try_it", {}, confirm=True)
    assert isinstance(outcome, Refused)
    assert outcome.code == "gift_unknown"
    assert await house.balance(line) == "10.00"
    assert await house.journal(line) == [("try_it", "gift_unknown")]
    await house.books_are_sound()


async def test_a_refusal_after_consent_is_the_stored_answer(house: House) -> None:
    line = await house.subscriber("10.00")
    runner = runner_of(house)
    asked = await runner.propose(house.case(line), "try_it", {})
    assert isinstance(asked, NeedsConfirm)
    first = await runner.confirm(house.case(line), asked.proposal)
    again = await runner.confirm(house.case(line), asked.proposal)
    assert isinstance(first, Refused)
    assert again == first
    assert await house.journal(line) == [("try_it", "gift_unknown")]


async def test_what_is_refused_while_it_is_prepared_is_journalled(house: House) -> None:
    line = await house.subscriber()
    runner = runner_of(house, replace(TRY_IT, prepare=prepare_and_refuse))
    outcome = await runner.propose(house.case(line), "try_it", {})
    assert isinstance(outcome, Refused)
    assert outcome.code == "puk_wrong"
    assert await house.journal(line) == [("try_it", "puk_wrong")]


async def test_a_subject_that_is_not_found_is_refused_before_a_quote(house: House) -> None:
    of_staff = replace(TRY_IT, about=about_nobody, askers=frozenset({"staff"}))
    runner = runner_of(house, of_staff)
    for confirm in (False, True):
        outcome = await runner.propose(house.staff(), "try_it", {}, confirm=confirm)
        assert isinstance(outcome, Refused)
        assert outcome.code == "not_found"
