"""Payments come in: an operation of the system, without a channel, done when a provider tells.

One transaction under the account's lock books or gives back, and leaves the journal line and the
SMS. An event counts once by its provider's id, and a payment is booked once by its own.
"""

import logging
from dataclasses import replace
from hmac import compare_digest
from typing import cast

from abonent.accounts import lines
from abonent.accounts.model import Line
from abonent.kernel.case import Case, by_itself
from abonent.kernel.ids import AccountId, OperationId
from abonent.kernel.money import Money, is_bonus, round_half_up
from abonent.kernel.outcome import Done, Receipt
from abonent.kernel.text import Text, Value
from abonent.kernel.time import Instant
from abonent.ledger import lots, payment_events, payment_means, payments, sql
from abonent.ledger.model import Entry, House, Posting
from abonent.ledger.payment_events import Told
from abonent.ledger.payment_means import KeptMeans
from abonent.ledger.payments import Payment
from abonent.operations import proposals
from abonent.operations.env import Env
from abonent.operations.loyalty import bonus as bonuses
from abonent.operations.loyalty.bonus import Earned
from abonent.operations.messages import Deed, journal_line, notice
from abonent.operations.model import Doing
from abonent.operations.money.auto_payments import followed
from abonent.operations.money.credit import Income, arrived, credit
from abonent.operations.money.payment_events import Verdict, decide, judge
from abonent.operations.ports import PaymentEvent, PaymentState
from abonent.operations.settlement import settle
from abonent.store.database import Database
from abonent.store.tx import WriteTx

_SIGNATURE_CHARACTERS = 32
_BATCH = 200

_log = logging.getLogger("abonent.payments")


def pay_path(env: Env, payment: int) -> str:
    """Where the payer pays, for whoever holds the link: it is signed, so it cannot be guessed."""
    return f"/pay/{_signature(env, payment)}/{payment}"


def is_signed(env: Env, payment: int, signature: str) -> bool:
    """Whether the signature is the one that `pay_path` gave to this payment."""
    return compare_digest(signature.encode(), _signature(env, payment).encode())


async def receive(db: Database, env: Env, gateway: str, event: PaymentEvent) -> str:
    """Take note of what a provider told; its verdict: repeated, unknown, or a step of a `Verdict`.

    The event must have been proved to be the provider's.
    """
    return await db.write(lambda tx: received(tx, env, gateway, event))


async def received(tx: WriteTx, env: Env, gateway: str, event: PaymentEvent) -> str:
    """What `receive` does, in a transaction that is there already."""
    id = event.payment or await payment_events.by_reference(tx, gateway, event.reference) or 0
    event = replace(event, payment=id)
    if not await payment_events.remember(tx, _told(gateway, event, env.clock.now())):
        return "repeated"
    payment = await payments.find(tx, id)
    if payment is None or payment.gateway != gateway:
        _log.warning("%s tells of payment %d, which is not ours", gateway, id)
        await payment_events.judged(tx, gateway, event.id, "unknown")
        return "unknown"
    step = await _follow(tx, env, payment, event)
    # Such as a dispute that came before the payment that it is about.
    for told in await payment_events.place(tx, gateway, event.reference, id):
        await _follow(tx, env, payment, _event(told))
    return step


async def _follow(tx: WriteTx, env: Env, payment: Payment, event: PaymentEvent) -> str:
    """Judge what was told of one of our payments, and carry it out."""
    now = env.clock.now()
    if payment.account is not None:
        await sql.lock(tx, [payment.account])
        await settle(tx, env, payment.account, now)
    payment = await payments.find(tx, payment.id, lock=True) or payment
    came = max(await payment_events.told_as_paid(tx, payment), default=None)
    verdict = judge(payment, event, came)
    await _keep_means(tx, env, payment, event)
    if verdict.step == "ignore" and event.state == "paid" and not payment.reference:
        # Known by now from staff alone: a second one will have another.
        await payments.update(tx, replace(payment, reference=event.reference), now)
    if verdict.step != "ignore":
        # What is paid in the end is another try than one that failed, with its own reference.
        known = "" if verdict.step == "book" and event.reference else payment.reference
        payment = replace(payment, reference=known or event.reference, told_at=event.at)
        await _carry_out(tx, env, payment, verdict)
    await payment_events.judged(tx, payment.gateway, event.id, verdict.step)
    return verdict.step


async def resolve(tx: WriteTx, env: Env, payment: Payment, held: Money) -> None:
    """Bring a payment in review to what a person saw the provider have of it.

    The payment has been read under the lock of its account. What is not the sum that was ordered
    is booked as it came, without commission and bonus.
    """
    if not payment.booked and held and held != payment.to_pay:
        nothing = env.money(0)
        payment = replace(payment, amount=held, commission=nothing, bonus=nothing)
        await payments.set_bill(tx, payment)
    payment = replace(payment, told_at=env.clock.now())
    await _carry_out(tx, env, payment, decide(payment, held))


async def _carry_out(tx: WriteTx, env: Env, payment: Payment, verdict: Verdict) -> None:
    now = env.clock.now()
    moved = replace(
        payment,
        state=verdict.state,
        reason=verdict.reason,
        try_at=payment.try_at if verdict.state == "pending" else None,
    )
    if verdict.step == "book":
        moved = await _book(tx, env, moved)
    await payments.update(tx, moved, now)
    await followed(tx, env, moved)
    if verdict.held is not None:
        await _hold(tx, env, moved, verdict.held)
    await _tell(tx, env, moved)
    if moved.state == "review":
        _log.warning("payment %d is for a person to look at: %s", moved.id, moved.reason)


async def _keep_means(tx: WriteTx, env: Env, payment: Payment, event: PaymentEvent) -> None:
    """Keep the means where the payer wants it, also where a later event of many names it.

    What its owner has had forgotten meanwhile stays forgotten.
    """
    if event.means is None or not payment.keep or payment.person is None:
        return
    now, means = env.clock.now(), event.means
    kept = KeptMeans(env.ids.next(), payment.person, payment.gateway, means.label, now)
    digest = env.secrets.digest("payment means", means.token)
    whose = payment.person, payment.gateway, digest
    if await payment_means.is_removed(tx, *whose, payment.created_at):
        return
    await payment_means.keep(tx, kept, digest, env.secrets.seal(means.token))


async def _book(tx: WriteTx, env: Env, payment: Payment) -> Payment:
    """The money arrives, above the largest balance too: it has been paid. Its number may be none's.

    In that case the payment waits to be given back.
    """
    now = env.clock.now()
    if payment.line is None:
        return replace(payment, state="review", reason="number_unknown", try_at=now, tries=0)
    case, line = await _case(tx, payment)
    income = Income(
        payment.amount,
        House.PAYMENTS,
        {"way": "card"},
        "card_top_up",
        commission=payment.commission,
        bonus=payment.bonus,
    )
    balance = await credit(tx, case, Doing(OperationId(payment.id), env), income)
    told: dict[str, Value] = {"amount": payment.amount, "balance": balance}
    kind = "auto_payment_paid" if payment.automatic else "top_up_by_card"
    await notice(tx, env, line, kind, told)
    return replace(payment, paid_at=now)


async def _hold(tx: WriteTx, env: Env, payment: Payment, held: Money) -> None:
    """Take what was booked to what the provider has of it, below any floor too.

    Commission, bonus and unspent points follow in their share.
    """
    case, line = await _case(tx, payment)
    account, now = case.subject.account, env.clock.now()
    paid = held - payment.held
    commission, bonus = (
        _share(of, held, payment) - _share(of, payment.held, payment)
        for of in (payment.commission, payment.bonus)
    )
    change = paid - commission + bonus
    come = paid.amount_minor > 0
    earned = await _earned_again(tx, env, payment, held) if come else []
    given = [each.amount for each in earned]
    rewards = given if come else await _withdrawn(tx, payment, held)
    moved: tuple[tuple[AccountId | House, Money], ...] = (
        (account, change),
        (House.PAYMENTS, -paid),
        (House.COMMISSIONS, commission),
        (House.LOYALTY, -bonus),
        *((account, reward) for reward in rewards),
        *((House.LOYALTY, -reward) for reward in rewards),
    )
    kind = "payment_restored" if come else f"payment_{payment.state}"
    doing = Doing(OperationId(env.ids.next()), env)
    postings = tuple(Posting(to, amount) for to, amount in moved if amount)
    await sql.post(tx, Entry(doing.id, kind, now, line.id, postings, {}))
    await payments.mark_returned(tx, payment.id, doing.id, payment.to_pay - held)
    await bonuses.put(tx, env, (account, line.id), *earned)
    if come:
        await arrived(tx, case, doing, change)
    balance = await sql.balance(tx, account, held.currency)
    told: dict[str, Value] = {"amount": change if come else -change, "balance": balance}
    await notice(tx, env, line, "top_up_by_card" if come else "payment_returned", told)


async def _withdrawn(tx: WriteTx, payment: Payment, held: Money) -> list[Money]:
    """The points and the like that it had brought, as far as they are not spent; below nothing."""
    assert payment.account is not None, "only what was booked is given back"
    taken = []
    for brought in await sql.brought(tx, payment.id, payment.account):
        if brought.currency != held.currency:
            mine = await lots.left_of_bonus(tx, payment.account, brought.currency)
            wanted = _share(brought, payment.held, payment) - _share(brought, held, payment)
            least = min(wanted.amount_minor, sum(lot.remaining for lot in mine))
            await lots.draw(tx, lots.spread(mine, least))
            taken.append(Money(-least, brought.currency))
    return taken


async def _earned_again(tx: WriteTx, env: Env, payment: Payment, held: Money) -> list[Earned]:
    """The share of what comes again, of what its last return withdrew.

    No more than that: what was spent before was never withdrawn.
    """
    assert payment.return_entry is not None, "what comes again was given back"
    assert payment.account is not None, "only what was booked is given back"
    moved = await sql.brought(tx, payment.return_entry, payment.account)
    taken = {each.currency: -each for each in moved if each.amount_minor < 0}
    earned = []
    for brought in await sql.brought(tx, payment.id, payment.account):
        if is_bonus(brought.currency) and brought.currency in taken:
            share = _share(brought, held, payment) - _share(brought, payment.held, payment)
            earned.append(min(share, taken[brought.currency]))
    return [bonuses.earned_now(env, each) for each in earned if each]


def _share(of: Money, part: Money, payment: Payment) -> Money:
    whole = payment.to_pay.amount_minor
    return Money(round_half_up(of.amount_minor * part.amount_minor, whole), of.currency)


async def _tell(tx: WriteTx, env: Env, payment: Payment) -> None:
    """A journal line for the number, and the receipt as it reads from now on.

    What a stranger tried and did not pay is nothing for somebody's journal.
    """
    values: dict[str, Value] = {"amount": payment.amount}
    if payment.line is not None and payment.state != "pending":
        case, line = await _case(tx, payment)
        if payment.booked or payment.person == line.person:
            await journal_line(tx, env, case, Deed(f"payment_{payment.state}", details=values))
    await keep_receipt(tx, env, payment)


async def abandon(db: Database, env: Env) -> None:
    """What nobody has paid for long has failed."""
    now = env.clock.now()
    before = Instant(now - payments.LONGEST_OPEN_US)

    async def fn(tx: WriteTx) -> int:
        found = await payments.abandon(tx, before, now, _BATCH)
        for payment in found:
            await keep_receipt(tx, env, payment)
        return len(found)

    while await db.write(fn) == _BATCH:
        pass


async def keep_receipt(tx: WriteTx, env: Env, payment: Payment) -> None:
    """Whoever asked for it finds the receipt saying what became of it."""
    await proposals.keep(tx, OperationId(payment.id), Done(receipt_of(env, payment)))


def receipt_of(env: Env, payment: Payment) -> Receipt:
    """What became of the payment so far, as the answer to who asked for it."""
    id, link = OperationId(payment.id), pay_path(env, payment.id)
    text = Text(f"payment.{payment.state}", {"amount": payment.amount})
    match payment.state:
        case "paid":
            return Receipt(id, text, "done")
        case "failed" | "refunded" | "charged_back":
            return Receipt(id, text, "failed")
        case _:
            return Receipt(id, text, "accepted", link)


async def _case(tx: WriteTx, payment: Payment) -> tuple[Case, Line]:
    """The system's case about what the payment is for, whose account pays may have changed."""
    assert payment.line is not None, "asked for payments of a known number alone"
    assert payment.account is not None, "a line has an account"
    line = await lines.known(tx, payment.line)
    subject = replace(line.subject, account=payment.account)
    return by_itself(subject), line


def _event(told: Told) -> PaymentEvent:
    state = cast("PaymentState", told.state)
    return PaymentEvent(
        told.id, told.payment, state, told.amount, told.reference, told.at, told.reason
    )


def _told(gateway: str, event: PaymentEvent, now: Instant) -> Told:
    return Told(
        gateway,
        event.id,
        event.payment,
        event.state,
        event.amount,
        event.reference,
        event.reason,
        event.at,
        now,
    )


def _signature(env: Env, payment: int) -> str:
    return env.secrets.digest("pay", str(payment)).hex()[:_SIGNATURE_CHARACTERS]
