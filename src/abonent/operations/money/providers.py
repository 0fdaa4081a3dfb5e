"""Asking providers of payments: for their page, to take money, to give it back.

Always outside any transaction, and so that asking again does no harm: a provider knows a payment by
our id. One that does not answer in time leaves everything as it was.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

from abonent.accounts import lines
from abonent.kernel.ids import PersonId
from abonent.kernel.time import DAY_US, SECOND_US, Instant
from abonent.ledger import payment_means, payments, sql
from abonent.ledger.payments import Payment
from abonent.operations import attempts
from abonent.operations.attempts import Guard
from abonent.operations.env import Env
from abonent.operations.money.auto_payments import followed
from abonent.operations.money.payments import keep_receipt, pay_path, receive
from abonent.operations.ports import Checkout, PaymentGateway, PaymentOrder, Unavailable
from abonent.store.database import Database
from abonent.store.tx import WriteTx

ANSWER_S = 10.0
"""How long a provider is waited for: a payer sits before the page."""

BATCH = 20
MOST_OPENED = 20
"""How often the page of one payment can be opened within an hour."""

_HOUR_MINUTES = 60
_FIRST_PAUSE_S = 60
_LONGEST_PAUSE_S = 3600
_LONGEST_US = DAY_US * 23 // 24
"""Providers remember for a day what they were asked."""

_log = logging.getLogger("abonent.payments")
T = TypeVar("T")


class TryLater(Exception):
    """The provider did not answer, or not sensibly; nothing has changed."""


async def open_page(db: Database, env: Env, payment: Payment, language: str) -> Checkout | None:
    """The page on which one pays; None where there is nothing to do there.

    What is taken from a kept means is asked for at once. Raises TryLater.
    """
    if payment.state not in {"created", "pending"}:
        return None
    if payment.means is not None:
        if await _claimed(db, payment, env.clock.now()):
            await take(db, env, payment)
        return None
    gateway = _gateway(env, payment)
    order = await order_of(db, env, payment, language)
    checkout = await _answered(gateway.open(order), payment)
    now = env.clock.now()
    await db.write(lambda tx: payments.mark_opened(tx, payment.id, now))
    return checkout


async def page_of(db: Database, env: Env, payment: int, language: str) -> Checkout | None:
    """What `open_page` gives for the payment of an id that is known; raises TryLater."""
    found = await db.read(lambda tx: payments.find(tx, payment))
    return None if found is None else await open_page(db, env, found, language)


async def would_keep_for_another(db: Database, payment: int, payer: PersonId | None) -> bool:
    """Whether the card of who is about to pay would be kept for who asked for the payment.

    `payer` is who is logged in where the link was opened. A card that is kept for somebody else is
    that one's to pay with.
    """
    found = await db.read(lambda tx: payments.find(tx, payment))
    return found is not None and found.open and found.keep and found.person != payer


async def keep_nothing(db: Database, payment: int) -> None:
    """Whatever card it is paid with, none is kept."""
    await db.write(lambda tx: payments.keep_nothing(tx, payment))


async def is_opened_too_often(db: Database, env: Env, payment: int) -> bool:
    """Count that somebody wants the provider's page, which each time asks the provider."""
    guard = Guard("payment_page", str(payment), MOST_OPENED, _HOUR_MINUTES, "too_many_tries")
    return await attempts.count(db, env, (guard,)) is not None


async def take(db: Database, env: Env, payment: Payment) -> None:
    """Take the payment from the payer's kept means; raises TryLater."""
    kept = await db.read(lambda tx: payment_means.by_id(tx, payment.means or 0))
    if kept is None:
        await _give_up(db, env, replace(payment, state="failed", reason="other"))
        return
    gateway, token = _gateway(env, payment), env.secrets.unseal(kept[1])
    order = await order_of(db, env, payment, payment.language)
    event = await _answered(gateway.charge(order, token), payment)
    await receive(db, env, payment.gateway, event)


async def give_back(db: Database, env: Env, payment: Payment) -> None:
    """Have the provider return what was paid for a number that nobody has; raises TryLater."""
    gateway = _gateway(env, payment)
    refund = gateway.refund(payment.id, payment.reference, payment.to_pay)
    await receive(db, env, payment.gateway, await _answered(refund, payment))


async def ask_providers(db: Database, env: Env) -> int:
    """Ask about payments whose time has come, side by side; how many.

    Any number of workers may do it.
    """
    now = env.clock.now()
    found = await db.read(lambda tx: payments.to_try(tx, now, BATCH))
    asking = (_ask(db, env, payment, now) for payment in found)
    for ended in await asyncio.gather(*asking, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended
    return len(found)


async def _ask(db: Database, env: Env, payment: Payment, now: Instant) -> None:
    since = max(payment.created_at, payment.told_at or payment.created_at)
    late, asked = since + _LONGEST_US <= now, payment.tries > 0
    if late and asked:
        # It may ask for the same a second time by now, and be understood to ask for more.
        reason = payment.reason or "unanswered"
        await _give_up(db, env, replace(payment, state="review", reason=reason))
        return
    if late and payment.state != "review":
        # Nothing was asked while nobody worked here, and the payer expects it no more.
        await _give_up(db, env, replace(payment, state="failed", reason="abandoned"))
        return
    if not await _claimed(db, payment, now):
        return
    try:
        await (give_back if payment.state == "review" else take)(db, env, payment)
    except TryLater:
        _log.warning("payment %d waits for %s", payment.id, payment.gateway)


async def _claimed(db: Database, payment: Payment, now: Instant) -> bool:
    """Whether it is for us to ask now; if the provider does not answer, somebody asks again."""
    pause_s = min(_FIRST_PAUSE_S << min(payment.tries, 16), _LONGEST_PAUSE_S)
    again_at = Instant(now + pause_s * SECOND_US)
    return await db.write(lambda tx: payments.claim_try(tx, payment, again_at))


async def order_of(db: Database, env: Env, payment: Payment, language: str) -> PaymentOrder:
    """What the provider is told of the payment."""
    here, person = env.payments.public_url, payment.person
    own = [] if person is None else await db.read(lambda tx: lines.of_person(tx, person))
    return PaymentOrder(
        payment=payment.id,
        amount=payment.to_pay,
        language=language,
        back_url=f"{here}{pay_path(env, payment.id)}/back",
        callback_url=f"{here}/webhooks/payments/{payment.gateway}",
        keep_means=payment.keep,
        phone=next((line.number for line in own if line.number.isdigit()), ""),
    )


async def _give_up(db: Database, env: Env, payment: Payment) -> None:
    now = env.clock.now()
    _log.warning("payment %d is given up: %s", payment.id, payment.reason)

    async def fn(tx: WriteTx) -> None:
        if payment.account is not None:
            await sql.lock(tx, [payment.account])
        if await payments.give_up(tx, payment, now):
            await keep_receipt(tx, env, payment)
            await followed(tx, env, payment)

    await db.write(fn)


def _gateway(env: Env, payment: Payment) -> PaymentGateway:
    gateway = env.payments.gateways.get(payment.gateway)
    if gateway is None:
        _log.error("payment %d is of %s, which is not connected", payment.id, payment.gateway)
        raise TryLater
    return gateway


async def _answered(asking: Awaitable[T], payment: Payment) -> T:
    try:
        async with asyncio.timeout(ANSWER_S):
            return await asking
    except Unavailable:
        raise
    except Exception as error:
        # Not its text: a provider's answer may hold what is nobody's business.
        _log.warning("%s did not answer for %d: %s", payment.gateway, payment.id, type(error))
        raise TryLater from error
