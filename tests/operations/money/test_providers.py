"""Asking providers: those that fail, that are slow, and that answer at last."""

import asyncio

import pytest

from abonent.accounts.model import Line
from abonent.kernel.ids import OperationId
from abonent.kernel.outcome import Done, Receipt
from abonent.kernel.time import DAY_US, SECOND_US
from abonent.ledger.payments import Payment
from abonent.operations.due_work import tidy
from abonent.operations.money import providers
from abonent.operations.money.providers import (
    MOST_OPENED,
    TryLater,
    ask_providers,
    is_opened_too_often,
    keep_nothing,
    page_of,
    would_keep_for_another,
)
from abonent.operations.ports import Checkout, PaymentEvent, PaymentOrder, Unavailable
from tests.fixtures.house import House
from tests.fixtures.payments import VISA, Till, till

NOBODY = "380949999999"
OUTAGE = ConnectionError("500 Internal Server Error")


async def test_it_works(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    page = await _page(at, payment)
    assert page == Checkout(f"https://pay.example/{payment.id}")
    assert await at.state(payment) == ("pending", "")
    [order] = at.provider.opened
    assert (order.payment, order.amount, order.language) == (payment.id, payment.to_pay, "uk")
    assert order.back_url.startswith("https://abonent.example/pay/")
    assert order.back_url.endswith(f"/{payment.id}/back")
    assert order.callback_url == "https://abonent.example/webhooks/payments/demo"
    assert order.phone == line.number


async def test_the_page_may_be_asked_for_again(house: House, at: Till) -> None:
    payment = await at.begun_by_guest(NOBODY)
    assert await _page(at, payment) == await _page(at, payment)
    assert [order.phone for order in at.provider.opened] == ["", ""]


async def test_there_is_no_page_for_what_is_paid(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await at.told(payment)
    assert await _page(at, payment) is None
    assert await page_of(house.db, house.env, 999, "uk") is None


async def test_a_provider_that_fails_and_then_answers_loses_nothing(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    at.provider.faults = [OUTAGE, TimeoutError()]
    for _ in range(2):
        with pytest.raises(TryLater):
            await _page(at, payment)
        assert await at.state(payment) == ("created", "")
    assert await _page(at, payment) is not None
    await at.told(payment)
    assert await house.balance(line) == "100.00"


async def test_an_outage_of_our_own_is_not_the_provider_s(house: House, at: Till) -> None:
    payment = await at.begun_by_guest(NOBODY)
    at.provider.faults = [Unavailable("the database is away")]
    with pytest.raises(Unavailable):
        await _page(at, payment)


async def test_a_provider_that_takes_a_minute_is_not_waited_for(
    house: House, at: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "ANSWER_S", 0.05)
    payment = await at.begun_by_guest(NOBODY)

    async def slow(_order: PaymentOrder) -> Checkout:
        await asyncio.sleep(60)
        raise AssertionError("nobody waits for so long")

    monkeypatch.setattr(at.provider, "open", slow)
    with pytest.raises(TryLater):
        await _page(at, payment)
    assert await at.state(payment) == ("created", "")


async def test_a_provider_that_is_no_longer_connected_is_an_outage(house: House, at: Till) -> None:
    payment = await at.begun_by_guest(NOBODY)
    lonely = till(House(house.db))
    lonely.house.env.payments.gateways.pop("demo")  # type: ignore[attr-defined]
    with pytest.raises(TryLater):
        await page_of(house.db, lonely.house.env, payment.id, "uk")


async def test_a_kept_card_is_charged_by_whoever_comes_first(house: House, at: Till) -> None:
    line, payment = await _from_kept_card(house, at)
    assert await ask_providers(house.db, house.env) == 1
    assert at.provider.charged == [(payment.id, VISA.token)]
    assert await at.state(payment) == ("paid", "")
    assert await house.balance(line) == "200.00"
    assert await ask_providers(house.db, house.env) == 0
    assert await _page(at, payment) is None
    await house.books_are_sound()


async def test_the_payer_who_waits_is_served_at_once(house: House, at: Till) -> None:
    _line, payment = await _from_kept_card(house, at)
    assert await _page(at, payment) is None
    assert await at.state(payment) == ("paid", "")
    assert await ask_providers(house.db, house.env) == 0


async def test_two_workers_charge_once(house: House, at: Till) -> None:
    line, _payment = await _from_kept_card(house, at)
    await asyncio.gather(*(ask_providers(house.db, house.env) for _ in range(2)))
    assert len(at.provider.charged) == 1
    assert await house.balance(line) == "200.00"


async def test_a_charge_that_failed_is_tried_again_later_and_later(house: House, at: Till) -> None:
    line, payment = await _from_kept_card(house, at)
    at.provider.faults = [OUTAGE, OUTAGE]
    await ask_providers(house.db, house.env)
    assert await ask_providers(house.db, house.env) == 0
    at.later(61)
    await ask_providers(house.db, house.env)
    at.later(61)
    assert await ask_providers(house.db, house.env) == 0
    at.later(61)
    assert await ask_providers(house.db, house.env) == 1
    assert await at.state(payment) == ("paid", "")
    assert await house.balance(line) == "200.00"


async def test_a_charge_that_nobody_answered_for_a_day_is_for_a_person(
    house: House, at: Till
) -> None:
    line, payment = await _unanswered(house, at)
    assert at.provider.charged == []
    assert await at.state(payment) == ("review", "unanswered")
    assert (await _receipt(house, line, payment)).text.key == "payment.review"
    assert await ask_providers(house.db, house.env) == 0


async def test_what_nobody_answered_is_booked_once_it_is_told(house: House, at: Till) -> None:
    line, payment = await _unanswered(house, at)
    assert await at.told(payment) == "book"
    assert await at.state(payment) == ("paid", "")
    assert await house.balance(line) == "200.00"
    await house.books_are_sound()


async def test_what_nobody_answered_has_failed_once_that_is_told(house: House, at: Till) -> None:
    line, payment = await _unanswered(house, at)
    assert await at.told(payment, "failed", reason="declined") == "move"
    assert await at.state(payment) == ("failed", "declined")
    assert await house.balance(line) == "100.00"


async def test_what_was_never_asked_for_is_not_asked_for_a_day_later(
    house: House, at: Till
) -> None:
    line, payment = await _from_kept_card(house, at)
    house.clock.advance(DAY_US)
    assert await ask_providers(house.db, house.env) == 1
    assert at.provider.charged == []
    assert await at.state(payment) == ("failed", "abandoned")
    assert (await _receipt(house, line, payment)).state == "failed"
    assert await ask_providers(house.db, house.env) == 0


async def test_the_payer_s_own_asking_counts_as_well(house: House, at: Till) -> None:
    _line, payment = await _from_kept_card(house, at)
    at.provider.faults = [OUTAGE]
    with pytest.raises(TryLater):
        await _page(at, payment)
    assert await ask_providers(house.db, house.env) == 0
    house.clock.advance(DAY_US)
    await ask_providers(house.db, house.env)
    assert await at.state(payment) == ("review", "unanswered")


async def test_one_that_hangs_holds_up_no_other(
    house: House, at: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "ANSWER_S", 0.2)
    line, _ = await _from_kept_card(house, at)
    [(means,)] = await house.rows("SELECT id FROM payment_means")
    for _ in range(9):
        await at.begun(line, means=str(means))

    async def hang(_order: PaymentOrder, _token: str) -> PaymentEvent:
        await asyncio.sleep(60)
        raise AssertionError("nobody waits for so long")

    monkeypatch.setattr(at.provider, "charge", hang)
    begun = asyncio.get_running_loop().time()
    assert await ask_providers(house.db, house.env) == 10
    assert asyncio.get_running_loop().time() - begun < 1.5


async def test_an_outage_of_our_own_is_heard_once_all_have_ended(house: House, at: Till) -> None:
    line, _ = await _from_kept_card(house, at)
    [(means,)] = await house.rows("SELECT id FROM payment_means")
    await at.begun(line, means=str(means))
    at.provider.faults = [Unavailable("the database is away")]
    with pytest.raises(Unavailable):
        await ask_providers(house.db, house.env)
    assert len(at.provider.charged) == 1
    assert await house.balance(line) == "200.00"


async def test_a_charge_under_way_is_asked_about_until_it_is_known(house: House, at: Till) -> None:
    _line, payment = await _from_kept_card(house, at)
    at.provider.answer = "pending"
    await ask_providers(house.db, house.env)
    assert await at.state(payment) == ("pending", "")
    assert (await at.payment(payment.id)).try_at is not None


async def test_a_card_that_was_forgotten_meanwhile_pays_nothing(house: House, at: Till) -> None:
    line, payment = await _from_kept_card(house, at)
    await house.done(line, "remove_payment_means", means=str(payment.means))
    await ask_providers(house.db, house.env)
    assert at.provider.charged == []
    assert await at.state(payment) == ("failed", "other")


async def test_money_for_a_number_that_nobody_has_goes_back(house: House, at: Till) -> None:
    payment = await at.begun_by_guest(NOBODY)
    await at.told(payment)
    assert await at.state(payment) == ("review", "number_unknown")
    at.provider.faults = [OUTAGE]
    assert await ask_providers(house.db, house.env) == 1
    assert await at.state(payment) == ("review", "number_unknown")
    at.later(61)
    assert await ask_providers(house.db, house.env) == 1
    assert at.provider.refunded == [payment.id]
    assert await at.state(payment) == ("refunded", "")
    assert await house.rows("SELECT id FROM entry WHERE kind LIKE 'payment%'") == []
    await house.books_are_sound()


async def test_money_that_nobody_takes_back_is_for_a_person(house: House, at: Till) -> None:
    payment = await at.begun_by_guest(NOBODY)
    await at.told(payment)
    at.provider.faults = [OUTAGE]
    await ask_providers(house.db, house.env)
    house.clock.advance(DAY_US)
    await ask_providers(house.db, house.env)
    assert at.provider.refunded == []
    assert await at.state(payment) == ("review", "number_unknown")
    assert await ask_providers(house.db, house.env) == 0


async def test_money_for_nobody_goes_back_however_late_somebody_works_here(
    house: House, at: Till
) -> None:
    payment = await at.begun_by_guest(NOBODY)
    house.clock.advance(DAY_US)
    await at.told(payment)
    house.clock.advance(2 * DAY_US)
    await ask_providers(house.db, house.env)
    assert at.provider.refunded == [payment.id]
    assert await at.state(payment) == ("refunded", "")


async def test_a_card_is_kept_only_for_who_pays_at_the_page_himself(house: House, at: Till) -> None:
    """Otherwise a link sent to somebody else would bring the sender that one's card."""
    line, other = await house.subscriber(), await house.subscriber()
    payment = await at.begun(line, keep="yes")
    for payer in (None, other.person):
        assert await would_keep_for_another(house.db, payment.id, payer)
    assert not await would_keep_for_another(house.db, payment.id, line.person)
    await keep_nothing(house.db, payment.id)
    assert not await would_keep_for_another(house.db, payment.id, None)
    await _page(at, payment)
    assert not at.provider.opened[-1].keep_means
    await at.told(payment, means=VISA)
    assert await house.rows("SELECT id FROM payment_means") == []


async def test_a_card_that_was_forgotten_is_not_kept_by_what_is_told_afterwards(
    house: House, at: Till
) -> None:
    line = await house.subscriber()
    payment = await at.begun(line, keep="yes")
    await at.told(payment, means=VISA)
    [(means,)] = await house.rows("SELECT id FROM payment_means")
    at.later()
    await house.done(line, "remove_payment_means", means=str(means))
    at.later()
    assert await at.told(payment, means=VISA) == "ignore"
    assert await house.rows("SELECT id FROM payment_means WHERE removed_at IS NULL") == []
    at.later()
    await at.told(await at.begun(line, keep="yes"), means=VISA)
    assert len(await house.rows("SELECT id FROM payment_means WHERE removed_at IS NULL")) == 1


async def test_a_page_is_opened_only_so_often(house: House, at: Till) -> None:
    payment = await at.begun_by_guest(NOBODY)
    for _ in range(MOST_OPENED):
        assert not await is_opened_too_often(house.db, house.env, payment.id)
    assert await is_opened_too_often(house.db, house.env, payment.id)
    other = await at.begun_by_guest(NOBODY)
    assert not await is_opened_too_often(house.db, house.env, other.id)


async def test_what_nobody_pays_has_failed_after_two_days(house: House, at: Till) -> None:
    line = await house.subscriber()
    payment = await at.begun(line)
    await tidy(house.db, house.env)
    assert await at.state(payment) == ("created", "")
    house.clock.advance(2 * DAY_US + SECOND_US)
    await tidy(house.db, house.env)
    assert await at.state(payment) == ("failed", "abandoned")
    assert (await _receipt(house, line, payment)).state == "failed"
    await at.told(payment)
    assert await house.balance(line) == "100.00"


async def _page(at: Till, payment: Payment) -> Checkout | None:
    return await page_of(at.house.db, at.house.env, payment.id, "uk")


async def _receipt(house: House, line: Line, payment: Payment) -> Receipt:
    """What who asked for the payment is answered now."""
    found = await house.runner.receipt(house.case(line), OperationId(payment.id))
    assert isinstance(found, Done)
    return found.receipt


async def _unanswered(house: House, at: Till) -> tuple[Line, Payment]:
    """A charge that was asked for once, and that nobody answered for a day."""
    line, payment = await _from_kept_card(house, at)
    at.provider.faults = [OUTAGE]
    await ask_providers(house.db, house.env)
    house.clock.advance(DAY_US)
    assert await ask_providers(house.db, house.env) == 1
    return line, payment


async def _from_kept_card(house: House, at: Till) -> tuple[Line, Payment]:
    """Somebody with 100.00 and a kept card, and a payment of 100.00 from it."""
    line = await house.subscriber()
    await at.told(await at.begun(line, keep="yes"), means=VISA)
    [(means,)] = await house.rows("SELECT id FROM payment_means")
    return line, await at.begun(line, means=str(means))
